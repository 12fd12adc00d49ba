#include "eval/kernels/cuda/cublas_lt.h"

#include <dlfcn.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

// What this file uses of cublasLt.h, as it is in CUDA 13: its numbers are part
// of the library's binary interface.
using Handle = void*;
using Status = int;
constexpr Status kAllocFailed = 3;
constexpr Status kNotSupported = 15;
constexpr int kBf16 = 14;            // CUDA_R_16BF
constexpr int kFloat32 = 0;          // CUDA_R_32F
constexpr int kComputeFloat32 = 68;  // CUBLAS_COMPUTE_32F
constexpr int kTranspose = 1;        // CUBLAS_OP_T
constexpr int kDescTransposeA = 3;
constexpr int kPreferenceMaxWorkspace = 1;
constexpr int kPreferenceReductions = 3;
constexpr int kAlgorithmSplit = 2;
constexpr int kAlgorithmReduction = 3;

struct Algorithm {
  uint64_t data[8];
};
struct Candidate {
  Algorithm algorithm;
  size_t workspace_bytes;
  Status state;
  float waves;
  int reserved[4];
};

struct Functions {
  size_t (*GetVersion)();
  Status (*Create)(Handle*);
  Status (*Destroy)(Handle);
  Status (*MatmulDescCreate)(Handle*, int compute, int scale);
  Status (*MatmulDescSetAttribute)(Handle, int, const void*, size_t);
  Status (*MatmulDescDestroy)(Handle);
  Status (*MatrixLayoutCreate)(Handle*, int type, uint64_t rows,
                               uint64_t columns, int64_t stride);
  Status (*MatrixLayoutDestroy)(Handle);
  Status (*MatmulPreferenceCreate)(Handle*);
  Status (*MatmulPreferenceSetAttribute)(Handle, int, const void*, size_t);
  Status (*MatmulPreferenceDestroy)(Handle);
  Status (*MatmulAlgoGetHeuristic)(Handle, Handle desc, Handle a, Handle b,
                                   Handle c, Handle d, Handle preference,
                                   int wanted, Candidate*, int* found);
  Status (*MatmulAlgoCheck)(Handle, Handle desc, Handle a, Handle b, Handle c,
                            Handle d, const Algorithm*, Candidate* result);
  Status (*MatmulAlgoConfigGetAttribute)(const Algorithm*, int, void*, size_t,
                                         size_t* written);
  Status (*Matmul)(Handle, Handle desc, const void* alpha, const void* a,
                   Handle a_layout, const void* b, Handle b_layout,
                   const void* beta, const void* c, Handle c_layout, void* d,
                   Handle d_layout, const Algorithm*, void* workspace,
                   size_t workspace_bytes, void* stream);
};

template <typename Function>
absl::Status Find(const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
  if (*function != nullptr) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      name,
      " is in no loaded library; libtorch_cuda.so of torch 2.11.0+cu130 "
      "brings libcublasLt.so.13, which has it"));
}

absl::StatusOr<Functions> FindFunctions() {
  Functions f;
#define SN37_FIND(name) SN37_RETURN_IF_ERROR(Find("cublasLt" #name, &f.name))
  SN37_FIND(GetVersion);
  SN37_FIND(Create);
  SN37_FIND(Destroy);
  SN37_FIND(MatmulDescCreate);
  SN37_FIND(MatmulDescSetAttribute);
  SN37_FIND(MatmulDescDestroy);
  SN37_FIND(MatrixLayoutCreate);
  SN37_FIND(MatrixLayoutDestroy);
  SN37_FIND(MatmulPreferenceCreate);
  SN37_FIND(MatmulPreferenceSetAttribute);
  SN37_FIND(MatmulPreferenceDestroy);
  SN37_FIND(MatmulAlgoGetHeuristic);
  SN37_FIND(MatmulAlgoCheck);
  SN37_FIND(MatmulAlgoConfigGetAttribute);
  SN37_FIND(Matmul);
#undef SN37_FIND
  return f;
}

absl::Status Check(Status status, const char* what) {
  if (status == 0) return absl::OkStatus();
  const std::string message =
      absl::StrCat("cublasLt", what, " failed with status ", status);
  return status == kAllocFailed ? absl::ResourceExhaustedError(message)
                                : absl::InternalError(message);
}

// The number of rows that an algorithm is suggested for, and those that it is
// checked for: one tile, and as many rows as a pass has.
constexpr int64_t kNominalRows = 1024;
constexpr int64_t kCheckedRows[] = {CublasLt::kRowMultiple, kNominalRows, 4096};
constexpr int kCandidates = 16;
// Fewer outputs are nearly a product with a vector, for which the library has
// other kernels; they sum up as many parts as the GPU happens to have room for.
constexpr int64_t kFewestOutputs = 8;

// cuBLASLt counts matrices by columns: its a is w (inputs, outputs) transposed,
// its b is x (inputs, rows), its d is y (outputs, rows).
struct Layouts {
  Handle w = nullptr;
  Handle x = nullptr;
  Handle y = nullptr;
};

class LoadedCublasLt : public CublasLt {
 public:
  explicit LoadedCublasLt(const Functions& functions) : f_(functions) {}
  ~LoadedCublasLt() override {
    if (preference_ != nullptr) f_.MatmulPreferenceDestroy(preference_);
    if (desc_ != nullptr) f_.MatmulDescDestroy(desc_);
    if (handle_ != nullptr) f_.Destroy(handle_);
  }

  absl::StatusOr<bool> Multiply(const void* x, const void* w, int64_t rows,
                                int64_t outputs, int64_t inputs,
                                float* y) override {
    if (outputs < kFewestOutputs) return false;
    SN37_RETURN_IF_ERROR(Init());
    auto known = algorithms_.find({outputs, inputs});
    if (known == algorithms_.end()) {
      SN37_ASSIGN_OR_RETURN(const std::optional<Algorithm> chosen,
                            Choose(outputs, inputs));
      known = algorithms_.insert({{outputs, inputs}, chosen}).first;
    }
    if (!known->second.has_value()) return false;
    Layouts layouts;
    const auto destroy = absl::MakeCleanup([&] { Destroy(layouts); });
    SN37_RETURN_IF_ERROR(MakeLayouts(rows, outputs, inputs, layouts));
    const float one = 1, zero = 0;
    SN37_RETURN_IF_ERROR(
        Check(f_.Matmul(handle_, desc_, &one, w, layouts.w, x, layouts.x, &zero,
                        y, layouts.y, y, layouts.y, &*known->second, nullptr, 0,
                        nullptr),
              "Matmul"));
    return true;
  }

  int64_t version() const override {
    return static_cast<int64_t>(f_.GetVersion());
  }

 private:
  // At the first product, for it takes memory of the GPU.
  absl::Status Init() {
    if (is_ready_) return absl::OkStatus();
    SN37_RETURN_IF_ERROR(Check(f_.Create(&handle_), "Create"));
    SN37_RETURN_IF_ERROR(
        Check(f_.MatmulDescCreate(&desc_, kComputeFloat32, kFloat32),
              "MatmulDescCreate"));
    SN37_RETURN_IF_ERROR(
        Check(f_.MatmulDescSetAttribute(desc_, kDescTransposeA, &kTranspose,
                                        sizeof(kTranspose)),
              "MatmulDescSetAttribute"));
    SN37_RETURN_IF_ERROR(Check(f_.MatmulPreferenceCreate(&preference_),
                               "MatmulPreferenceCreate"));
    const uint64_t workspace_bytes = 0;
    SN37_RETURN_IF_ERROR(Check(f_.MatmulPreferenceSetAttribute(
                                   preference_, kPreferenceMaxWorkspace,
                                   &workspace_bytes, sizeof(workspace_bytes)),
                               "MatmulPreferenceSetAttribute"));
    const uint32_t reductions = 0;
    SN37_RETURN_IF_ERROR(Check(
        f_.MatmulPreferenceSetAttribute(preference_, kPreferenceReductions,
                                        &reductions, sizeof(reductions)),
        "MatmulPreferenceSetAttribute"));
    is_ready_ = true;
    return absl::OkStatus();
  }

  // `layouts` is to be destroyed in any case.
  absl::Status MakeLayouts(int64_t rows, int64_t outputs, int64_t inputs,
                           Layouts& layouts) const {
    SN37_RETURN_IF_ERROR(
        Check(f_.MatrixLayoutCreate(&layouts.w, kBf16, inputs, outputs, inputs),
              "MatrixLayoutCreate"));
    SN37_RETURN_IF_ERROR(
        Check(f_.MatrixLayoutCreate(&layouts.x, kBf16, inputs, rows, inputs),
              "MatrixLayoutCreate"));
    return Check(
        f_.MatrixLayoutCreate(&layouts.y, kFloat32, outputs, rows, outputs),
        "MatrixLayoutCreate");
  }

  void Destroy(const Layouts& layouts) const {
    for (Handle layout : {layouts.w, layouts.x, layouts.y}) {
      if (layout != nullptr) f_.MatrixLayoutDestroy(layout);
    }
  }

  // The first of the library's suggestions that keeps the rule of the header.
  absl::StatusOr<std::optional<Algorithm>> Choose(int64_t outputs,
                                                  int64_t inputs) const {
    Layouts layouts;
    const auto destroy = absl::MakeCleanup([&] { Destroy(layouts); });
    SN37_RETURN_IF_ERROR(MakeLayouts(kNominalRows, outputs, inputs, layouts));
    Candidate candidates[kCandidates];
    int found = 0;
    const Status status = f_.MatmulAlgoGetHeuristic(
        handle_, desc_, layouts.w, layouts.x, layouts.y, layouts.y, preference_,
        kCandidates, candidates, &found);
    if (status == kNotSupported) return std::nullopt;
    SN37_RETURN_IF_ERROR(Check(status, "MatmulAlgoGetHeuristic"));
    for (int i = 0; i < found; ++i) {
      if (candidates[i].state != 0) continue;
      SN37_ASSIGN_OR_RETURN(const bool fits,
                            Fits(candidates[i].algorithm, outputs, inputs));
      if (fits) return candidates[i].algorithm;
    }
    return std::nullopt;
  }

  // Whether the algorithm sums up in one place, and runs without a workspace
  // for any number of rows.
  absl::StatusOr<bool> Fits(const Algorithm& algorithm, int64_t outputs,
                            int64_t inputs) const {
    if (Attribute<int32_t>(algorithm, kAlgorithmSplit) != 1 ||
        Attribute<uint32_t>(algorithm, kAlgorithmReduction) != 0u) {
      return false;
    }
    for (const int64_t rows : kCheckedRows) {
      Layouts layouts;
      const auto destroy = absl::MakeCleanup([&] { Destroy(layouts); });
      SN37_RETURN_IF_ERROR(MakeLayouts(rows, outputs, inputs, layouts));
      Candidate checked = {};
      if (f_.MatmulAlgoCheck(handle_, desc_, layouts.w, layouts.x, layouts.y,
                             layouts.y, &algorithm, &checked) != 0 ||
          checked.workspace_bytes != 0) {
        return false;
      }
    }
    return true;
  }

  // Nothing where the algorithm does not have it, in this type.
  template <typename T>
  std::optional<T> Attribute(const Algorithm& algorithm, int attribute) const {
    T value = {};
    size_t written = 0;
    if (f_.MatmulAlgoConfigGetAttribute(&algorithm, attribute, &value,
                                        sizeof(value), &written) != 0 ||
        written != sizeof(value)) {
      return std::nullopt;
    }
    return value;
  }

  const Functions f_;
  bool is_ready_ = false;
  Handle handle_ = nullptr;
  Handle desc_ = nullptr;
  Handle preference_ = nullptr;
  // By (outputs, inputs); nothing where none fits.
  std::map<std::pair<int64_t, int64_t>, std::optional<Algorithm>> algorithms_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CublasLt>> CublasLt::Create() {
  SN37_ASSIGN_OR_RETURN(const Functions functions, FindFunctions());
  return std::make_unique<LoadedCublasLt>(functions);
}

}  // namespace sn37::eval
