#include "jobs/uncaught.h"

#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <new>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "sn37/base/text.h"

namespace sn37::jobs {
namespace {

[[noreturn]] void TellAndExit(absl::string_view line) {
  // Where it cannot be told, the status says that something was wrong.
  [[maybe_unused]] const ssize_t written =
      write(STDOUT_FILENO, line.data(), line.size());
  _exit(1);
}

[[noreturn]] void Tell() {
  if (std::current_exception() == nullptr) std::abort();
  try {
    throw;
  } catch (const std::bad_alloc&) {
    TellAndExit("the worker ran out of memory\n");  // allocates nothing
  } catch (const std::exception& error) {
    TellAndExit(absl::StrCat(
        "the worker met an exception: ", Printable(error.what()), "\n"));
  } catch (...) {
    TellAndExit("the worker met an exception of an unknown type\n");
  }
}

}  // namespace

void TellUncaughtExceptions() { std::set_terminate(Tell); }

}  // namespace sn37::jobs
