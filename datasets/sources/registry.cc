#include "datasets/sources/registry.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "datasets/sources/sources.h"
#include "sn37/base/text.h"

namespace sn37::datasets {
namespace {

const Source* const kSources[] = {
#define SOURCE(name) &name,
#include "datasets/sources/sources.inc"
#undef SOURCE
};

}  // namespace

absl::Span<const Source* const> Sources() { return kSources; }

absl::StatusOr<const Source*> FindSource(absl::string_view name) {
  for (const Source* source : kSources) {
    if (source->name == name) return source;
  }
  return absl::NotFoundError(absl::StrCat(
      "no source \"", Printable(name), "\"; there are ",
      absl::StrJoin(kSources, ", ", [](std::string* out, const Source* source) {
        absl::StrAppend(out, source->name);
      })));
}

}  // namespace sn37::datasets
