// Copying much to the device: through two buffers that it can read by itself,
// so that one is filled, from a file as a rule, while the other is on its way.
#ifndef EVAL_KERNELS_CUDA_UPLOAD_INL_H_
#define EVAL_KERNELS_CUDA_UPLOAD_INL_H_

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace sn37::eval {

// Returns when all is read from `host`; what is on its way then arrives before
// anything that the device starts later. The device's part:
//
//   struct Buffers {
//     static constexpr int64_t kBytes;  // of a buffer
//     int next;                         // of the two, the one to be filled
//     int Wait();                       // until that one may be filled
//     char* data();                     // of that one; from Wait on
//     int Send(char* device, int64_t bytes);  // starts a copy of its beginning
//   };
//
// The functions return the device's error code, 0 for none.
template <typename Buffers>
int UploadThrough(Buffers& buffers, const void* host, int64_t bytes,
                  void* device) {
  const char* from = static_cast<const char*>(host);
  char* to = static_cast<char*>(device);
  for (int64_t done = 0; done < bytes; done += Buffers::kBytes) {
    const int64_t part = std::min(bytes - done, Buffers::kBytes);
    if (const int error = buffers.Wait()) return error;
    std::memcpy(buffers.data(), from + done, part);
    if (const int error = buffers.Send(to + done, part)) return error;
    buffers.next = 1 - buffers.next;
  }
  return 0;
}

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CUDA_UPLOAD_INL_H_
