#include "eval/methods/methods.h"

namespace sn37::eval {

#define SN37_METHOD(method) extern const Method method;
#include "eval/methods/methods.inc"
#undef SN37_METHOD

namespace {

constexpr const Method* kMethods[] = {
#define SN37_METHOD(method) &method,
#include "eval/methods/methods.inc"
#undef SN37_METHOD
};

}  // namespace

const Method* FindMethod(absl::string_view name) {
  for (const Method* method : kMethods) {
    if (method->name == name) return method;
  }
  return nullptr;
}

absl::Span<const Method* const> AllMethods() { return kMethods; }

}  // namespace sn37::eval
