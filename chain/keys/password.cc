#include "chain/keys/password.h"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::chain {
namespace {

// While it lives the terminal shows no typing, and no signal can end the
// process before it does again.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd) {
    sigset_t waiting;
    sigemptyset(&waiting);
    for (int signal : {SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGTSTP}) {
      sigaddset(&waiting, signal);
    }
    pthread_sigmask(SIG_BLOCK, &waiting, &signals_);
    tcgetattr(fd_, &shown_);
    termios silent = shown_;
    silent.c_lflag &= ~ECHO;
    silent.c_lflag |= ICANON | ECHONL;
    tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    tcsetattr(fd_, TCSAFLUSH, &shown_);
    pthread_sigmask(SIG_SETMASK, &signals_, nullptr);
  }

 private:
  int fd_;
  termios shown_;
  sigset_t signals_;
};

absl::StatusOr<Secret> FirstLine(absl::string_view text) {
  absl::string_view line = text.substr(0, text.find('\n'));
  absl::ConsumeSuffix(&line, "\r");
  return Secret::Copy(line);
}

}  // namespace

absl::StatusOr<SecretFile> ReadPasswordFile(const std::string& path) {
  SN37_ASSIGN_OR_RETURN(SecretFile file,
                        ReadSecretFile(path, kMaxPasswordBytes));
  SN37_ASSIGN_OR_RETURN(file.contents, FirstLine(file.contents.view()));
  return file;
}

absl::StatusOr<Secret> AskPassword(absl::string_view prompt) {
  const FileDescriptor terminal(open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (terminal.get() < 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("there is no terminal to ask at: ", prompt));
  }
  SN37_ASSIGN_OR_RETURN(Secret line, Secret::New(kMaxPasswordBytes));
  SN37_RETURN_IF_ERROR(
      WriteAll(terminal.get(), absl::StrCat(prompt, ": "), "the terminal"));
  const SilentTerminal silent(terminal.get());
  ssize_t got;
  do {
    got = read(terminal.get(), line.data(), line.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) return ErrnoStatus(errno, "read", "the terminal");
  if (got == 0) return absl::CancelledError("nothing was typed");
  return FirstLine(line.view().substr(0, got));
}

}  // namespace sn37::chain
