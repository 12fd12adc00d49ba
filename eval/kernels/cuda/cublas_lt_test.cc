// Which of cuBLASLt's algorithms are taken. The library is played by functions
// of this program, which is where the loader looks first.

#include "eval/kernels/cuda/cublas_lt.h"

#include <cstring>
#include <memory>
#include <vector>

#include "gtest/gtest.h"

namespace sn37::eval {

constexpr int kAllocFailed = 3;
constexpr int kInternalError = 14;
constexpr int kNotSupported = 15;
constexpr int kAlgorithmSplit = 2;

// An algorithm as the library describes it.
struct Described {
  int32_t split = 1;
  uint32_t reduction = 0;
  size_t attribute_bytes = 4;
  int64_t most_rows = 1 << 20;       // it is checked for
  int64_t workspace_rows = 1 << 20;  // with more it needs a workspace
};

// The library's side.
struct Library {
  int heuristic_status = 0;
  std::vector<Described> algorithms;
  int heuristics = 0;              // how often it was asked for algorithms
  std::vector<uint64_t> products;  // the algorithm of each
} library;

struct Layout {
  uint64_t rows, columns;
};

// As cublasLt.h has them.
struct Algorithm {
  uint64_t data[8];
};
struct Candidate {
  Algorithm algorithm;
  size_t workspace_bytes;
  int state;
  float waves;
  int reserved[4];
};

extern "C" {

size_t cublasLtGetVersion() { return 130100; }
int cublasLtCreate(void** handle) {
  *handle = &library;
  return 0;
}
int cublasLtDestroy(void*) { return 0; }
int cublasLtMatmulDescCreate(void**, int, int) { return 0; }
int cublasLtMatmulDescSetAttribute(void*, int, const void*, size_t) {
  return 0;
}
int cublasLtMatmulDescDestroy(void*) { return 0; }
int cublasLtMatrixLayoutCreate(void** layout, int, uint64_t rows,
                               uint64_t columns, int64_t) {
  *layout = new Layout{rows, columns};
  return 0;
}
int cublasLtMatrixLayoutDestroy(void* layout) {
  delete static_cast<Layout*>(layout);
  return 0;
}
int cublasLtMatmulPreferenceCreate(void**) { return 0; }
int cublasLtMatmulPreferenceSetAttribute(void*, int, const void*, size_t) {
  return 0;
}
int cublasLtMatmulPreferenceDestroy(void*) { return 0; }

int cublasLtMatmulAlgoGetHeuristic(void*, void*, void*, void*, void*, void*,
                                   void*, int, Candidate* candidates,
                                   int* found) {
  ++library.heuristics;
  *found = static_cast<int>(library.algorithms.size());
  for (int i = 0; i < *found; ++i) {
    candidates[i] = {};
    candidates[i].algorithm.data[0] = i;
  }
  return library.heuristic_status;
}

int cublasLtMatmulAlgoCheck(void*, void*, void*, void* x, void*, void*,
                            const Algorithm* algorithm, Candidate* result) {
  const Described& described = library.algorithms[algorithm->data[0]];
  const int64_t rows = static_cast<Layout*>(x)->columns;
  result->workspace_bytes = rows > described.workspace_rows ? 1 : 0;
  return rows > described.most_rows ? kNotSupported : 0;
}

int cublasLtMatmulAlgoConfigGetAttribute(const Algorithm* algorithm,
                                         int attribute, void* value, size_t,
                                         size_t* written) {
  const Described& described = library.algorithms[algorithm->data[0]];
  *written = described.attribute_bytes;
  if (attribute == kAlgorithmSplit) {
    std::memcpy(value, &described.split, *written);
  } else {
    std::memcpy(value, &described.reduction, *written);
  }
  return 0;
}

int cublasLtMatmul(void*, void*, const void*, const void*, void*, const void*,
                   void*, const void*, const void*, void*, void*, void*,
                   const Algorithm* algorithm, void*, size_t, void*) {
  library.products.push_back(algorithm->data[0]);
  return 0;
}

}  // extern "C"

namespace {

class CublasLtTest : public testing::Test {
 protected:
  CublasLtTest() { library = {}; }

  absl::StatusOr<bool> Multiply(int64_t rows, int64_t outputs = 64) {
    return cublas_lt_->Multiply(nullptr, nullptr, rows, outputs, 64, nullptr);
  }

  std::unique_ptr<CublasLt> cublas_lt_ = *CublasLt::Create();
};

TEST_F(CublasLtTest, TheFirstAlgorithmIsTakenThatSumsUpInOnePlace) {
  library.algorithms = {{.split = 4},
                        {.split = 0},
                        {.split = -2},
                        {.reduction = 1},
                        {.attribute_bytes = 2},
                        {.most_rows = 1024},
                        {.most_rows = 127},
                        {.workspace_rows = 1024},
                        {},
                        {}};
  for (int64_t rows : {128, 1024, 128}) {
    const auto done = Multiply(rows);
    ASSERT_TRUE(done.ok() && *done) << done.status();
  }
  EXPECT_EQ(library.products, std::vector<uint64_t>({8, 8, 8}));
  EXPECT_EQ(library.heuristics, 1) << "for any number of rows";
}

TEST_F(CublasLtTest, WhereNoneFitsItSaysSoEachTime) {
  library.algorithms = {{.split = 2}};
  EXPECT_FALSE(*Multiply(128));
  EXPECT_FALSE(*Multiply(4096));
  library.heuristic_status = kNotSupported;
  EXPECT_FALSE(*Multiply(128, 72));
  EXPECT_TRUE(library.products.empty());
}

TEST_F(CublasLtTest, AFailureIsNoAnswerForTheShape) {
  library.algorithms = {{}};
  library.heuristic_status = kAllocFailed;
  EXPECT_EQ(Multiply(128).status().code(),
            absl::StatusCode::kResourceExhausted);
  library.heuristic_status = kInternalError;
  EXPECT_EQ(Multiply(128).status().code(), absl::StatusCode::kInternal);
  library.heuristic_status = 0;
  EXPECT_TRUE(*Multiply(128));
}

TEST_F(CublasLtTest, FewOutputsAreNotAskedFor) {
  library.algorithms = {{}};
  EXPECT_FALSE(*Multiply(128, 7));
  EXPECT_EQ(library.heuristics, 0);
  EXPECT_TRUE(*Multiply(128, 8));
}

}  // namespace
}  // namespace sn37::eval
