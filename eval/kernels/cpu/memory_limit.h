// How much memory this process may use.
#ifndef EVAL_KERNELS_CPU_MEMORY_LIMIT_H_
#define EVAL_KERNELS_CPU_MEMORY_LIMIT_H_

#include <cstdint>
#include <string>

namespace sn37::eval {

// Bytes: the machine's memory, or less where a control group of the process, or
// one above it, has a limit (Slurm's jobs, containers): versions 1 and 2, see
// cgroups(7). What cannot be read is no limit. `root` is for tests: the folder
// in which /proc and /sys are.
int64_t MemoryLimit(const std::string& root = "");

}  // namespace sn37::eval

#endif  // EVAL_KERNELS_CPU_MEMORY_LIMIT_H_
