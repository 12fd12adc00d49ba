#include "chain/codec/era.h"

#include <algorithm>
#include <limits>

#include "absl/numeric/bits.h"
#include "absl/strings/str_cat.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

constexpr uint64_t kMinPeriod = 4;
constexpr uint64_t kMaxPeriod = 1 << 16;

uint64_t PhaseStep(uint64_t period) {
  return std::max<uint64_t>(period >> 12, 1);
}

}  // namespace

Era Era::Mortal(uint64_t period, uint64_t block) {
  Era era;
  era.period = absl::bit_ceil(std::clamp(period, kMinPeriod, kMaxPeriod));
  const uint64_t phase = block % era.period;
  era.phase = phase - phase % PhaseStep(era.period);
  return era;
}

uint64_t Era::Birth(uint64_t block) const {
  if (period == 0) return 0;
  return (std::max(block, phase) - phase) / period * period + phase;
}

uint64_t Era::Death(uint64_t block) const {
  if (period == 0) return std::numeric_limits<uint64_t>::max();
  return Birth(block) + period;
}

void AppendEra(const Era& era, std::string& out) {
  if (era.period == 0) {
    out.push_back('\0');
    return;
  }
  const uint64_t low = absl::countr_zero(era.period) - 1;
  AppendFixed(low | era.phase / PhaseStep(era.period) << 4, 2, out);
}

absl::StatusOr<Era> ReadEra(ScaleReader& reader) {
  SN37_ASSIGN_OR_RETURN(const uint8_t first, reader.Fixed<uint8_t>());
  if (first == 0) return Era();
  SN37_ASSIGN_OR_RETURN(const uint64_t second, reader.Fixed<uint8_t>());
  Era era;
  era.period = uint64_t{2} << (first & 0xf);
  era.phase = (second << 8 | first) / 16 * PhaseStep(era.period);
  if (era.period < kMinPeriod || era.phase >= era.period) {
    return absl::InvalidArgumentError(absl::StrCat(
        "an era of period ", era.period, " and phase ", era.phase));
  }
  return era;
}

nlohmann::json EraToJson(const Era& era) {
  if (era.period == 0) return "00";
  return {era.period, era.phase};
}

absl::StatusOr<Era> EraFromJson(const nlohmann::json& json) {
  if (json == "00") return Era();
  if (json.is_object()) {
    SN37_ASSIGN_OR_RETURN(const int64_t period,
                          GetInt(json, "period", 1, kMaxPeriod));
    SN37_ASSIGN_OR_RETURN(
        const int64_t block,
        GetInt(json, "current", 0, std::numeric_limits<int64_t>::max()));
    return Era::Mortal(period, block);
  }
  if (json.is_array() && json.size() == 2 && json[0].is_number_integer() &&
      json[1].is_number_integer() && json[0] >= 0 && json[1] >= 0) {
    const Era era = {json[0].get<uint64_t>(), json[1].get<uint64_t>()};
    if (era == Era::Mortal(era.period, era.phase)) return era;
  }
  return absl::InvalidArgumentError(
      "an era is \"00\", [period, phase] or {\"period\": …, \"current\": …}");
}

}  // namespace sn37::chain
