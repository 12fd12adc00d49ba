#include "sn37/base/heap_meter.h"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

namespace sn37 {
namespace {

std::atomic<size_t> held{0};
std::atomic<size_t> peak{0};

void* Count(void* block) {
  if (block == nullptr) return nullptr;
  const size_t now = held += malloc_usable_size(block);
  size_t most = peak;
  while (now > most && !peak.compare_exchange_weak(most, now)) {
  }
  return block;
}

void* OrThrow(void* block) {
  if (block == nullptr) throw std::bad_alloc();
  return block;
}

void* TakeOrNull(size_t size) {
  return Count(std::malloc(size > 0 ? size : 1));
}

void* Take(size_t size) { return OrThrow(TakeOrNull(size)); }

void* TakeAligned(size_t size, std::align_val_t alignment) {
  const size_t unit = static_cast<size_t>(alignment);
  return OrThrow(Count(std::aligned_alloc(unit, (size / unit + 1) * unit)));
}

void Give(void* block) {
  if (block != nullptr) held -= malloc_usable_size(block);
  std::free(block);
}

}  // namespace

size_t HeapBytes() { return held; }
size_t HeapPeakBytes() { return peak; }
void ResetHeapPeak() { peak = held.load(); }

}  // namespace sn37

// All forms, since a sanitizer brings its own of those that are missing here.
void* operator new(size_t size) { return sn37::Take(size); }
void* operator new[](size_t size) { return sn37::Take(size); }
void* operator new(size_t size, const std::nothrow_t&) noexcept {
  return sn37::TakeOrNull(size);
}
void* operator new[](size_t size, const std::nothrow_t&) noexcept {
  return sn37::TakeOrNull(size);
}
void* operator new(size_t size, std::align_val_t alignment) {
  return sn37::TakeAligned(size, alignment);
}
void* operator new[](size_t size, std::align_val_t alignment) {
  return sn37::TakeAligned(size, alignment);
}
void operator delete(void* block) noexcept { sn37::Give(block); }
void operator delete[](void* block) noexcept { sn37::Give(block); }
void operator delete(void* block, size_t) noexcept { sn37::Give(block); }
void operator delete[](void* block, size_t) noexcept { sn37::Give(block); }
void operator delete(void* block, const std::nothrow_t&) noexcept {
  sn37::Give(block);
}
void operator delete[](void* block, const std::nothrow_t&) noexcept {
  sn37::Give(block);
}
void operator delete(void* block, std::align_val_t) noexcept {
  sn37::Give(block);
}
void operator delete[](void* block, std::align_val_t) noexcept {
  sn37::Give(block);
}
void operator delete(void* block, size_t, std::align_val_t) noexcept {
  sn37::Give(block);
}
void operator delete[](void* block, size_t, std::align_val_t) noexcept {
  sn37::Give(block);
}
