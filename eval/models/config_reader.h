// Reads a model's config.json so that nothing in it is overlooked.
//
//   ConfigReader reader(config, "config.json");
//   const int64_t layers = reader.Int("num_hidden_layers", 1, 1000);
//   ...
//   SN37_RETURN_IF_ERROR(reader.Finish());
//
// Every field must be read by the architecture, be null, or be known to change
// no number (names of special tokens, training and generation settings …).
// Finish() names the first that is neither: a field that this build does not
// follow is an error, never ignored.
#ifndef EVAL_MODELS_CONFIG_READER_H_
#define EVAL_MODELS_CONFIG_READER_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace sn37::eval {

// Not thread-safe. `config` must outlive it. After an error every getter
// returns its default or 0 and the first error stays.
class ConfigReader {
 public:
  // `where` begins every error: a file name, or a file name and a key.
  ConfigReader(const nlohmann::json& config, std::string where);

  // Required values.
  int64_t Int(const char* key, int64_t min, int64_t max);
  double Double(const char* key, double min, double max);
  std::string String(const char* key);

  // Null counts as absent, but for BoolOr, where it is an error: Python takes
  // it for false, whatever the default.
  int64_t IntOr(const char* key, int64_t min, int64_t max, int64_t otherwise);
  double DoubleOr(const char* key, double min, double max, double otherwise);
  bool BoolOr(const char* key, bool otherwise);
  std::string StringOr(const char* key, absl::string_view otherwise);
  // An array of numbers; empty when absent.
  std::vector<double> Doubles(const char* key, size_t max_size);
  std::vector<std::string> Strings(const char* key, size_t max_size);

  // Whether the key is there and not null; there and null.
  bool Has(const char* key) const;
  bool IsNull(const char* key) const;
  // The object at `key`, marked as read, or null.
  const nlohmann::json* Object(const char* key);
  // Marks fields as read that change nothing here.
  void Ignore(std::initializer_list<const char*> keys);
  // A field that is followed with one value only: absent, null or `value`.
  void Expect(const char* key, const nlohmann::json& value);
  // Records an error about `key`.
  void Fail(const char* key, absl::string_view what);

  // The first error, or one for a field that nobody read.
  absl::Status Finish() const;

 private:
  // The value, or null when absent, null, or after an error.
  const nlohmann::json* Find(const char* key);

  const nlohmann::json& config_;
  const std::string where_;
  std::set<std::string> read_;
  absl::Status status_;
};

}  // namespace sn37::eval

#endif  // EVAL_MODELS_CONFIG_READER_H_
