// SN37_CHECK: what must be true unless this program itself is wrong.
//
//   SN37_CHECK(index < size) << "index " << index << " of " << size;
//
// A false condition prints file, line, condition and message on standard error
// and aborts. For what the outside can cause (a bad file, a full disk, a
// hostile model), return an absl::Status instead.
#ifndef SN37_BASE_CHECK_H_
#define SN37_BASE_CHECK_H_

#include <sstream>

namespace sn37::internal {

// Collects the message; its destructor prints it and aborts.
class CheckFailure {
 public:
  CheckFailure(const char* file, int line, const char* condition);
  [[noreturn]] ~CheckFailure();
  std::ostream& stream() { return stream_; }

 private:
  std::ostringstream stream_;
};

// Gives both arms of the macro's ?: the type void; & binds looser than <<.
struct Voidify {
  void operator&(std::ostream&) const {}
};

}  // namespace sn37::internal

#define SN37_CHECK(condition)                                              \
  (condition)                                                              \
      ? static_cast<void>(0)                                               \
      : ::sn37::internal::Voidify() &                                      \
            ::sn37::internal::CheckFailure(__FILE__, __LINE__, #condition) \
                .stream()

#endif  // SN37_BASE_CHECK_H_
