// The compiled kernels, and what stands between a program and a GPU. What the
// kernels compute is tested by //eval/kernels:ops_test_emulated_cuda, and on a
// GPU by //tests:gpu.

#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/kernels/cuda/attend_plan.h"
#include "eval/kernels/cuda/compiled_kernels.h"
#include "eval/kernels/cuda/cublas_lt.h"
#include "eval/kernels/cuda/emulated_kernels.h"
#include "eval/kernels/cuda/open_gpu.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string MessageOf(const absl::Status& status) {
  return std::string(status.message());
}

TEST(CompiledKernelsTest, TheTableIsFull) {
  // Pointers to functions and nothing else.
  const CudaKernels& kernels = CompiledKernels();
  void* entries[sizeof(CudaKernels) / sizeof(void*)];
  std::memcpy(entries, &kernels, sizeof(kernels));
  for (void* entry : entries) EXPECT_NE(entry, nullptr);
}

// One program holds both where a GPU is tested.
TEST(CompiledKernelsTest, NoneIsTheEmulatedOne) {
  EXPECT_NE(CompiledKernels().norm, EmulatedKernels().norm);
  EXPECT_NE(CompiledKernels().attend, EmulatedKernels().attend);
}

struct FatBinaryHeader {
  uint32_t magic;
  uint16_t version, header_bytes;
  uint64_t bytes;  // after the header
};
struct FatBinaryEntry {
  uint16_t kind, version;
  uint32_t header_bytes;
  uint64_t bytes;  // after the header
  uint32_t unused[3];
  uint32_t architecture;
};

// What nvcc put into this program: "ptx 90", "code 80" ….
std::vector<std::string> FatBinaryParts() {
  const std::string magic = "\x50\xed\x55\xba";
  const auto program = ReadFile("/proc/self/exe", 1 << 30);
  std::vector<std::string> parts;
  size_t at = 0;
  while ((at = program->find(magic, at)) != std::string::npos) {
    FatBinaryHeader header;
    std::memcpy(&header, program->data() + at, sizeof(header));
    at += magic.size();
    if (header.version != 1 || header.header_bytes != sizeof(header)) continue;
    size_t entry_at = at - magic.size() + sizeof(header);
    for (const size_t end = entry_at + header.bytes; entry_at < end;) {
      FatBinaryEntry entry;
      std::memcpy(&entry, program->data() + entry_at, sizeof(entry));
      parts.push_back(
          absl::StrCat(entry.kind == 1 ? "ptx " : "code ", entry.architecture));
      entry_at += entry.header_bytes + entry.bytes;
    }
  }
  return parts;
}

TEST(CompiledKernelsTest, ThereIsCodeForA100AndH100AndPtxForLaterOnes) {
  EXPECT_THAT(FatBinaryParts(),
              testing::UnorderedElementsAre("code 80", "code 90", "ptx 90"));
}

TEST(OpenGpuTest, WithoutAGpuCudaSaysWhy) {
  GpuDescription gpu;
  const int error = CompiledKernels().describe(&gpu);
  if (error == 0) GTEST_SKIP() << "there is a GPU: " << gpu.name;
  EXPECT_STRNE(CompiledKernels().error_text(error), "no error");
  const auto ops = OpenGpu(&CompiledKernels());
  EXPECT_EQ(ops.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(MessageOf(ops.status()),
              testing::AllOf(HasSubstr("no GPU can be used: "),
                             HasSubstr(CompiledKernels().error_text(error)),
                             HasSubstr("--device=cpu")));
}

TEST(OpenGpuTest, AProgramWithoutCudaNamesTheFlagToBuildItWith) {
  const auto ops = OpenGpu(nullptr);
  EXPECT_EQ(ops.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(MessageOf(ops.status()), HasSubstr("--config=cuda"));
}

TEST(OpenGpuTest, OldArchitecturesAreRefused) {
  GpuDescription gpu;
  std::strcpy(gpu.name, "Tesla T4");
  gpu.major = 7;
  gpu.minor = 5;
  EXPECT_EQ(MessageOf(CheckGpu(gpu)),
            "Tesla T4 has compute capability 7.5; 8.0 is the least that has "
            "bfloat16; --device=cpu runs without a GPU");
  gpu.major = 8;
  gpu.minor = 0;
  EXPECT_TRUE(CheckGpu(gpu).ok());
}

TEST(OpenGpuTest, AMissingLibraryIsNamedWithWhereToGetIt) {
  const absl::Status status = LoadTorchCuda("libtorch_cuda_missing.so");
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(MessageOf(status),
              testing::AllOf(HasSubstr("libtorch_cuda_missing.so"),
                             HasSubstr("LD_LIBRARY_PATH")));
}

TEST(OpenGpuTest, CublasLtIsLookedForAmongWhatIsLoaded) {
  const auto library = CublasLt::Create();
  EXPECT_EQ(library.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(MessageOf(library.status()), HasSubstr("libcublasLt.so.13"));
}

TEST(OpenGpuTest, AnotherTorchsCublasLtIsRefused) {
  EXPECT_TRUE(CheckCublasLt(130100).ok());
  const absl::Status status = CheckCublasLt(130200);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(MessageOf(status),
              testing::AllOf(HasSubstr("130200"), HasSubstr("2.11.0+cu130")));
}

TEST(OpenGpuTest, TheDeviceKindNamesWhatAnswersMayDependOn) {
  GpuDescription gpu;
  gpu.major = 9;
  gpu.multiprocessors = 132;
  EXPECT_THAT(GpuKind(gpu, 130100),
              testing::StartsWith("cuda-sm90x132-cublaslt130100-glibc2."));
}

TEST(AttendPlanTest, RowsHaveSlotsAndTilesCoverAllHeads) {
  // 3 positions from 63 on, and 40 from 0 on, of 2 heads each; row 3 is no
  // one's.
  Segment first, second;
  first.first_row = 0;
  first.rows = 3;
  first.first_position = 63;
  first.blocks = {5, 9};
  second.first_row = 4;
  second.rows = 40;
  second.blocks = {2};
  const AttendPlan plan = PlanAttention({first, second}, 44, 2);
  ASSERT_EQ(plan.tiles_begin, 44u);
  ASSERT_EQ(plan.tile_count(), 3);
  const auto words = absl::MakeSpan(plan.words);
  EXPECT_THAT(words.subspan(0, 6),
              ElementsAre(5 * 64 + 63, 9 * 64, 9 * 64 + 1, -1, 128, 129));
  EXPECT_THAT(words.subspan(plan.tiles_begin, 15),
              ElementsAre(0, 3, 63, 0, 0,     // the first's 6 pairs
                          4, 40, 0, 2, 0,     // the second's 80: 64
                          4, 40, 0, 2, 64));  // and 16
  EXPECT_THAT(words.subspan(plan.blocks_begin), ElementsAre(5, 9, 2));
}

}  // namespace
}  // namespace sn37::eval
