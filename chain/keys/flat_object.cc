#include "chain/keys/flat_object.h"

#include <cstddef>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

// Reads `text` from its start, token by token.
class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) {}

  // Whether `c` is the next token; if so it is read.
  bool Take(char c) {
    SkipSpace();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  bool AtEnd() {
    SkipSpace();
    return at_ == text_.size();
  }

  absl::StatusOr<absl::string_view> String() {
    if (!Take('"')) return Wrong("a string");
    const size_t first = at_;
    for (; at_ < text_.size(); ++at_) {
      if (text_[at_] == '"') return text_.substr(first, at_++ - first);
      if (absl::ascii_iscntrl(text_[at_])) break;
      if (text_[at_] == '\\') ++at_;
    }
    return Wrong("the end of a string");
  }

  absl::StatusOr<FlatValue> Value() {
    SkipSpace();
    if (at_ < text_.size() && text_[at_] == '"') {
      SN37_ASSIGN_OR_RETURN(const absl::string_view text, String());
      return FlatValue{text, /*is_string=*/true};
    }
    const size_t first = at_;
    while (at_ < text_.size() &&
           (absl::ascii_isalnum(text_[at_]) || text_[at_] == '+' ||
            text_[at_] == '-' || text_[at_] == '.')) {
      ++at_;
    }
    if (at_ == first) return Wrong("a string, number, true, false or null");
    return FlatValue{text_.substr(first, at_ - first)};
  }

  absl::Status Wrong(absl::string_view wanted) const {
    return absl::InvalidArgumentError(
        absl::StrCat("it is not a flat JSON object: at byte ", at_,
                     " there is not ", wanted));
  }

 private:
  void SkipSpace() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t' ||
                                  text_[at_] == '\n' || text_[at_] == '\r')) {
      ++at_;
    }
  }

  absl::string_view text_;
  size_t at_ = 0;
};

}  // namespace

absl::StatusOr<std::map<absl::string_view, FlatValue>> ParseFlatObject(
    absl::string_view text) {
  std::map<absl::string_view, FlatValue> fields;
  Reader reader(text);
  if (!reader.Take('{')) return reader.Wrong("'{'");
  if (!reader.Take('}')) {
    do {
      SN37_ASSIGN_OR_RETURN(const absl::string_view name, reader.String());
      if (!reader.Take(':')) return reader.Wrong("':'");
      SN37_ASSIGN_OR_RETURN(const FlatValue value, reader.Value());
      if (!value.is_string && value.text == "null") continue;
      if (!fields.emplace(name, value).second) {
        return reader.Wrong("a new name");
      }
    } while (reader.Take(','));
    if (!reader.Take('}')) return reader.Wrong("'}'");
  }
  if (!reader.AtEnd()) return reader.Wrong("the end");
  return fields;
}

}  // namespace sn37::chain
