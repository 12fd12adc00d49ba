#include "eval/models/archs.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

// Of the table of alibi's scores, (heads, positions), made at load: 64 heads at
// a million positions.
constexpr int64_t kMaxAlibi = int64_t{1} << 26;

// What one decoder may cost in memory beside its weights follows from these
// products, so they are bounded together.
absl::Status CheckDecoderConfig(const DecoderConfig& config) {
  const auto refuse = [](auto... parts) {
    return absl::InvalidArgumentError(absl::StrCat("config.json: ", parts...));
  };
  if (config.heads % config.kv_heads != 0) {
    return refuse(config.heads, " attention heads do not divide into ",
                  config.kv_heads, " key-value heads");
  }
  constexpr int64_t kMaxWidth = 1 << 20;
  if (config.heads * config.head_dim > kMaxWidth) {
    return refuse(config.heads, " heads of ", config.head_dim,
                  " are wider than ", kMaxWidth);
  }
  const int64_t alibi =
      static_cast<int64_t>(config.alibi_slopes.size()) * config.max_positions;
  if (alibi > kMaxAlibi) {
    return refuse("alibi for ", config.alibi_slopes.size(), " heads at ",
                  config.max_positions, " positions takes ", alibi,
                  " numbers, more than ", kMaxAlibi);
  }
  const int64_t rotated = config.rotary.dim;
  if (rotated < 0 || rotated % 2 != 0 || rotated > config.head_dim) {
    return refuse("rotating ", rotated, " columns of heads of ",
                  config.head_dim);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Span<const ModelArch* const> AllArchs() {
  static constexpr const ModelArch* kArchs[] = {
#define ARCH(name) &name,
#include "eval/models/archs.inc"
#undef ARCH
  };
  return kArchs;
}

absl::StatusOr<const ModelArch*> FindArch(const nlohmann::json& config) {
  ConfigReader reader(config, "config.json");
  const std::vector<std::string> names = reader.Strings("architectures", 16);
  if (names.size() == 1) {
    for (const ModelArch* arch : AllArchs()) {
      if (names[0] == arch->name) return arch;
    }
  }
  std::vector<std::string> known;
  for (const ModelArch* arch : AllArchs()) known.push_back(arch->name);
  return absl::FailedPreconditionError(absl::StrCat(
      "config.json: architectures is [", Printable(absl::StrJoin(names, ", ")),
      "], must be one of ", absl::StrJoin(known, ", ")));
}

absl::StatusOr<DecoderConfig> ParseDecoderConfig(const ModelArch& arch,
                                                 const nlohmann::json& config) {
  ConfigReader reader(config, "config.json");
  DecoderConfig decoder = arch.parse(reader);
  SN37_RETURN_IF_ERROR(reader.Finish());
  SN37_RETURN_IF_ERROR(CheckDecoderConfig(decoder));
  return decoder;
}

}  // namespace sn37::eval
