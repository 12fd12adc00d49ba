#include "eval/weights/gguf_fields.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

// Keys that change no number: how the converter laid out tensors, which the
// architecture's description knows, and notes on training.
constexpr absl::string_view kHarmless[] = {
    "rope.scaling.finetuned",
    "tensor_data_layout",
};

}  // namespace

double ShortestDouble(float value) {
  char text[32];
  const char* end = std::to_chars(text, text + sizeof(text), value).ptr;
  double shortest = 0;
  std::from_chars(text, end, shortest);
  return shortest;
}

GgufFields::GgufFields(const Gguf& gguf, std::string architecture)
    : gguf_(gguf), prefix_(absl::StrCat(architecture, ".")) {}

bool GgufFields::Ok(const absl::Status& status) {
  status_.Update(status);
  return status.ok();
}

std::string GgufFields::Message(absl::string_view what,
                                absl::string_view reason) const {
  return absl::StrCat(Printable(gguf_.path()), ": ",
                      HasTensor(what) ? "" : prefix_, what, ": ", reason);
}

void GgufFields::Fail(absl::string_view what, absl::string_view reason) {
  status_.Update(absl::InvalidArgumentError(Message(what, reason)));
}

void GgufFields::Refuse(absl::string_view what, absl::string_view reason) {
  status_.Update(absl::UnimplementedError(Message(what, reason)));
}

std::string GgufFields::Find(absl::string_view key) {
  std::string whole = absl::StrCat(prefix_, key);
  keys_read_.insert(whole);
  if (!status_.ok() || !gguf_.Has(whole)) return "";
  return whole;
}

bool GgufFields::Has(absl::string_view key) const {
  return gguf_.Has(absl::StrCat(prefix_, key));
}

int64_t GgufFields::Size(absl::string_view key, int64_t max) {
  if (Find(key).empty()) Fail(key, "missing");
  return SizeOr(key, max, 1);
}

int64_t GgufFields::SizeOr(absl::string_view key, int64_t max,
                           int64_t otherwise) {
  const std::string whole = Find(key);
  if (whole.empty()) return otherwise;
  const absl::StatusOr<int64_t> value = gguf_.GetInt(whole);
  if (!Ok(value.status())) return otherwise;
  if (*value >= 1 && *value <= max) return *value;
  Fail(key, absl::StrCat("is ", *value, "; 1 to ", max, " are allowed"));
  return otherwise;
}

double GgufFields::Positive(absl::string_view key) {
  if (Find(key).empty()) Fail(key, "missing");
  return PositiveOr(key, 0);
}

double GgufFields::PositiveOr(absl::string_view key, double otherwise) {
  const std::string whole = Find(key);
  if (whole.empty()) return otherwise;
  const absl::StatusOr<double> value = gguf_.GetFloat(whole);
  if (!Ok(value.status())) return otherwise;
  if (*value > 0 && *value < 1e12) {
    return ShortestDouble(static_cast<float>(*value));
  }
  Fail(key, absl::StrCat("is ", *value, ", which is no positive number"));
  return otherwise;
}

bool GgufFields::BoolOr(absl::string_view key, bool otherwise) {
  const std::string whole = Find(key);
  if (whole.empty()) return otherwise;
  const absl::StatusOr<bool> value = gguf_.GetBool(whole);
  return Ok(value.status()) ? *value : otherwise;
}

std::string GgufFields::StringOr(absl::string_view key,
                                 absl::string_view otherwise) {
  const std::string whole = Find(key);
  if (whole.empty()) return std::string(otherwise);
  const absl::StatusOr<std::string> value = gguf_.GetString(whole);
  return Ok(value.status()) ? *value : std::string(otherwise);
}

int64_t GgufFields::Rows(absl::string_view tensor) {
  const absl::StatusOr<const GgufTensor*> found = gguf_.Tensor(tensor);
  if (!Ok(found.status())) return 1;
  if ((*found)->dimensions.size() == 2) return (*found)->dimensions[1];
  Fail(tensor, "is not a matrix");
  return 1;
}

bool GgufFields::HasTensor(absl::string_view tensor) const {
  return gguf_.Tensor(tensor).ok();
}

std::vector<float> GgufFields::Vector(absl::string_view tensor, int64_t size) {
  tensors_read_.emplace(tensor);
  const absl::StatusOr<const GgufTensor*> found = gguf_.Tensor(tensor);
  if (!Ok(found.status())) return {};
  if ((*found)->dimensions != std::vector<int64_t>{size}) {
    Fail(tensor, absl::StrCat("is not a vector of ", size));
    return {};
  }
  return *gguf_.Values(tensor);
}

absl::Status GgufFields::Finish() const {
  if (!status_.ok()) return status_;
  for (const auto& [key, value] : gguf_.metadata()) {
    if (!absl::StartsWith(key, prefix_) || keys_read_.count(key) > 0) continue;
    const absl::string_view name =
        absl::string_view(key).substr(prefix_.size());
    if (std::count(std::begin(kHarmless), std::end(kHarmless), name) > 0) {
      continue;
    }
    return absl::UnimplementedError(absl::StrCat(
        Printable(gguf_.path()), ": ", Printable(key),
        " is not known for this architecture and might change its numbers"));
  }
  return absl::OkStatus();
}

}  // namespace sn37::eval
