// How long an extrinsic may be included: for ever, or from its birth until
// `period` blocks later.
//
//   const Era era = Era::Mortal(128, head);
//   era.Birth(head);   // the block whose hash the signature covers
//
// Pure values; safe from any thread.
#ifndef CHAIN_CODEC_ERA_H_
#define CHAIN_CODEC_ERA_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "chain/codec/scale.h"
#include "sn37/base/json.h"

namespace sn37::chain {

struct Era {
  // A power of two from 4 to 65536, or 0: immortal.
  uint64_t period = 0;
  // The birth's block number modulo the period, rounded down to a multiple of
  // period / 4096 (two bytes hold no more).
  uint64_t phase = 0;

  // Valid at `block`; `period` is rounded up to one that exists.
  static Era Mortal(uint64_t period, uint64_t block);

  // First block at which an era that holds `block` is valid, and the first one
  // after it. Immortal: 0 and the greatest number.
  uint64_t Birth(uint64_t block) const;
  uint64_t Death(uint64_t block) const;

  friend bool operator==(const Era&, const Era&) = default;
};

// One byte 0, or two bytes: phase / (period / 4096) × 16 + log2(period) - 1.
void AppendEra(const Era& era, std::string& out);
// kInvalidArgument for a period below 4 or a phase outside it.
absl::StatusOr<Era> ReadEra(ScaleReader& reader);

// "00" for an immortal one, else [period, phase]; also read as
// {"period": …, "current": a block at which it is valid}.
nlohmann::json EraToJson(const Era& era);
absl::StatusOr<Era> EraFromJson(const nlohmann::json& json);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_ERA_H_
