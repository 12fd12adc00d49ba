#include "jobs/confinement.h"

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sn37::jobs {
namespace {

constexpr uint32_t kRefusedCalls[] = {
    // Other programs and processes.
    SYS_execve, SYS_execveat, SYS_fork, SYS_vfork, SYS_ptrace,
    SYS_process_vm_readv, SYS_process_vm_writev, SYS_pidfd_open,
    SYS_pidfd_getfd, SYS_pidfd_send_signal, SYS_tkill, SYS_rt_sigqueueinfo,
    SYS_rt_tgsigqueueinfo,
    // What could do the same, or more than files and memory.
    SYS_io_uring_setup, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd,
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
    SYS_open_by_handle_at, SYS_keyctl, SYS_add_key, SYS_request_key,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
    SYS_kexec_file_load, SYS_reboot};

// A filter, instruction by instruction. A jump names how many instructions are
// skipped if its condition holds, and if not.
class Filter {
 public:
  // Before all else: the numbers of calls are those of x86-64.
  Filter() {
    Load(offsetof(seccomp_data, arch));
    Add(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0);
    Return(SECCOMP_RET_KILL_PROCESS);
    Load(offsetof(seccomp_data, nr));
    Add(BPF_JMP | BPF_JGE | BPF_K, kX32, 0, 1);
    Refuse(EPERM);
  }

  void RefuseCall(uint32_t call, int error = EPERM) {
    Add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1);
    Refuse(error);
  }

  // Refuses `call` if its argument compares so to `value`: BPF_JEQ, BPF_JSET.
  void RefuseCallIf(uint32_t call, int argument, uint16_t compare,
                    uint32_t value) {
    OnArgument(call, argument, compare, value, 0, 1);
  }
  void RefuseCallUnless(uint32_t call, int argument, uint16_t compare,
                        uint32_t value) {
    OnArgument(call, argument, compare, value, 1, 0);
  }

  // The whole filter; nothing can be added to it.
  std::vector<sock_filter> Finish() && {
    Return(SECCOMP_RET_ALLOW);
    return std::move(code_);
  }

 private:
  static constexpr uint32_t kX32 = 0x40000000;  // the other numbers' beginning

  void Add(uint16_t code, uint32_t k, uint8_t then = 0, uint8_t otherwise = 0) {
    code_.push_back({code, then, otherwise, k});
  }
  void Load(size_t offset) {
    Add(BPF_LD | BPF_W | BPF_ABS, static_cast<uint32_t>(offset));
  }
  void Return(uint32_t action) { Add(BPF_RET | BPF_K, action); }
  void Refuse(int error) {
    Return(SECCOMP_RET_ERRNO | static_cast<uint32_t>(error));
  }

  // Of the argument the lower half counts, as it does for the kernel where it
  // takes an int or 32 flags.
  void OnArgument(uint32_t call, int argument, uint16_t compare, uint32_t value,
                  uint8_t then, uint8_t otherwise) {
    Add(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 4);
    Load(offsetof(seccomp_data, args) + sizeof(uint64_t) * argument);
    Add(BPF_JMP | compare | BPF_K, value, then, otherwise);
    Refuse(EPERM);
    Load(offsetof(seccomp_data, nr));
  }

  std::vector<sock_filter> code_;
};

std::vector<sock_filter> FilterFor(Network network) {
  const uint32_t self = static_cast<uint32_t>(getpid());
  Filter filter;
  for (const uint32_t call : kRefusedCalls) filter.RefuseCall(call);
  filter.RefuseCallUnless(SYS_kill, 0, BPF_JEQ, self);
  filter.RefuseCallUnless(SYS_tgkill, 0, BPF_JEQ, self);
  filter.RefuseCallUnless(SYS_clone, 0, BPF_JSET, CLONE_THREAD);
  // Its flags lie in memory; the C library then takes clone.
  filter.RefuseCall(SYS_clone3, ENOSYS);
  filter.RefuseCallIf(SYS_ioctl, 1, BPF_JEQ, TIOCSTI);
  filter.RefuseCallIf(SYS_ioctl, 1, BPF_JEQ, TIOCLINUX);
  if (network == Network::kNone) filter.RefuseCall(SYS_socket);
  return std::move(filter).Finish();
}

absl::Status Failed(absl::string_view what) {
  return absl::UnavailableError(absl::StrCat(
      "a worker cannot be confined here: ", what, ": ", std::strerror(errno)));
}

}  // namespace

std::vector<std::string> EnvironmentOf(
    absl::Span<const absl::string_view> names) {
  std::vector<std::string> variables;
  for (const absl::string_view name : names) {
    const char* value = std::getenv(std::string(name).c_str());
    if (value != nullptr) variables.push_back(absl::StrCat(name, "=", value));
  }
  return variables;
}

absl::Status ConfineProcess(Network network) {
  const rlimit none = {0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return Failed("setrlimit");
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Failed("PR_SET_NO_NEW_PRIVS");
  }
  std::vector<sock_filter> code = FilterFor(network);
  const sock_fprog program = {static_cast<unsigned short>(code.size()),
                              code.data()};
  if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC,
              &program) != 0) {
    return Failed("its kernel refuses a seccomp filter");
  }
  return absl::OkStatus();
}

}  // namespace sn37::jobs
