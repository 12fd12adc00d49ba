// Measures the heap that C++ code holds, for tests that state a bound on it.
// Linking this in replaces the global operator new and delete; memory of C and
// Rust code is not seen. Safe from any thread.
#ifndef SN37_BASE_HEAP_METER_H_
#define SN37_BASE_HEAP_METER_H_

#include <cstddef>

namespace sn37 {

// Bytes held now, as the allocator rounds them.
size_t HeapBytes();

// The most that was held since the process began, or since ResetHeapPeak(),
// which sets it to what is held now.
size_t HeapPeakBytes();
void ResetHeapPeak();

}  // namespace sn37

#endif  // SN37_BASE_HEAP_METER_H_
