// What a worker cannot do, because what it reads comes from strangers: a file
// that takes over the code which parses it gains a process that can compute,
// read and write files, and no more.
//
// x86-64 and Linux only. Files are not confined, nor what /proc shows as files
// of the processes of the same user.
#ifndef SN37_JOBS_CONFINEMENT_H_
#define SN37_JOBS_CONFINEMENT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace sn37::jobs {

// What a worker is given of the environment: where libraries lie, and which
// GPUs it may use. None of it is a secret or changes an answer.
inline constexpr absl::string_view kWorkerVariables[] = {
    "CUDA_DEVICE_ORDER",
    "CUDA_VISIBLE_DEVICES",
    "LD_LIBRARY_PATH",
};

// Those of the variables that this process has, as NAME=VALUE.
std::vector<std::string> EnvironmentOf(
    absl::Span<const absl::string_view> names);

enum class Network { kNone, kAllowed };

// From now on this process, in all of its threads, for good,
//   - gains no privileges, and leaves no core file;
//   - starts no program and no process (threads it may);
//   - traces no process and signals none but itself;
//   - uses no part of the kernel that only such things need: io_uring, bpf,
//     namespaces, mounts, keyrings, typing into its terminal;
//   - without the network, makes no socket of any family.
// What it must not do fails with EPERM. Call it before threads start that need
// more; again to give up the network too. A GPU has to be brought up before,
// for CUDA makes a socket when it starts and may start a program that makes its
// devices' files; what is up stays usable. kUnavailable where the kernel has no
// seccomp filters.
absl::Status ConfineProcess(Network network);

}  // namespace sn37::jobs

#endif  // SN37_JOBS_CONFINEMENT_H_
