#include <string>

#include "eval/kernels/cuda/upload-inl.h"
#include "gtest/gtest.h"

namespace sn37::eval {
namespace {

constexpr int kFailed = 7;

// A device that copies as late as it may: when a buffer is waited for.
struct LateBuffers {
  static constexpr int64_t kBytes = 4;
  int next = 0;
  char memory[2][kBytes] = {};
  struct {
    char* device = nullptr;
    int64_t bytes = 0;
  } pending[2];
  int sends_left = 10000;

  int Wait() {
    if (pending[next].device != nullptr) {
      std::memcpy(pending[next].device, memory[next], pending[next].bytes);
      pending[next].device = nullptr;
    }
    return 0;
  }
  char* data() { return memory[next]; }
  int Send(char* device, int64_t bytes) {
    if (sends_left-- == 0) return kFailed;
    pending[next] = {device, bytes};
    return 0;
  }
  void Finish() {
    for (int i = 0; i < 2; ++i, next = 1 - next) Wait();
  }
};

TEST(UploadTest, AllArrivesHoweverLateTheDeviceIs) {
  LateBuffers buffers;
  const std::string text = "what is longer than two of the buffers";
  for (size_t bytes = 0; bytes <= text.size(); ++bytes) {
    std::string device(text.size(), '.');
    std::string host = text;
    ASSERT_EQ(UploadThrough(buffers, host.data(), bytes, device.data()), 0);
    host.assign(host.size(), '-');  // it has been read
    buffers.Finish();
    EXPECT_EQ(device,
              text.substr(0, bytes) + std::string(text.size() - bytes, '.'));
  }
}

TEST(UploadTest, OneBufferIsOnItsWayWhileTheOtherIsFilled) {
  LateBuffers buffers;
  std::string device(12, '.');
  ASSERT_EQ(UploadThrough(buffers, "abcdefghijkl", 12, device.data()), 0);
  EXPECT_EQ(device, "abcd........");  // the third part waited for the first
}

TEST(UploadTest, TheDevicesErrorEndsIt) {
  LateBuffers buffers;
  buffers.sends_left = 1;
  std::string device(12, '.');
  EXPECT_EQ(UploadThrough(buffers, "abcdefghijkl", 12, device.data()), kFailed);
}

}  // namespace
}  // namespace sn37::eval
