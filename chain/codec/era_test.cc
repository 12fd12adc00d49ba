#include "chain/codec/era.h"

#include <string>

#include "chain/codec/testing.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

std::string Encode(const Era& era) {
  std::string bytes;
  AppendEra(era, bytes);
  return bytes;
}

absl::StatusOr<Era> Decode(const std::string& bytes) {
  ScaleReader reader(bytes);
  absl::StatusOr<Era> era = ReadEra(reader);
  EXPECT_TRUE(!era.ok() || reader.rest().empty());
  return era;
}

TEST(EraTest, VectorsEncodeAndDecode) {
  int rounded = 0;
  for (const auto& v : TestVectors("eras.json")) {
    const uint64_t block = v["current"];
    const Era era = Era::Mortal(v["period"], block);
    EXPECT_EQ(Encode(era), Hex(v["hex"])) << v;
    EXPECT_EQ(*Decode(Hex(v["hex"])), era) << v;
    EXPECT_EQ(era.period, v["decoded_period"].get<uint64_t>()) << v;
    EXPECT_EQ(era.Death(block), era.Birth(block) + era.period);
    // Of a phase that two bytes do not hold the vectors' author keeps the
    // rest, while the runtime sees the bytes only.
    const uint64_t step = std::max<uint64_t>(era.period / 4096, 1);
    const uint64_t lost = v["decoded_phase"].get<uint64_t>() % step;
    if (lost > 0) ++rounded;
    EXPECT_EQ(era.phase, v["decoded_phase"].get<uint64_t>() - lost) << v;
    EXPECT_EQ(era.Birth(block), v["birth"].get<uint64_t>() - lost) << v;
    EXPECT_EQ(era.Death(block), v["death"].get<uint64_t>() - lost) << v;
  }
  EXPECT_EQ(rounded, 7);
}

TEST(EraTest, AnImmortalEraIsOneZeroByte) {
  EXPECT_EQ(Encode(Era()), std::string(1, '\0'));
  EXPECT_EQ(*Decode(std::string(1, '\0')), Era());
  EXPECT_EQ(Era().Birth(1000), 0u);
}

TEST(EraTest, EveryPairOfBytesDecodesToItselfOrNot) {
  int refused = 0;
  for (int first = 1; first < 256; ++first) {
    for (int second = 0; second < 256; ++second) {
      const std::string bytes = {static_cast<char>(first),
                                 static_cast<char>(second)};
      ScaleReader reader(bytes);
      const absl::StatusOr<Era> era = ReadEra(reader);
      if (!era.ok()) {
        ++refused;
      } else {
        EXPECT_EQ(Encode(*era), bytes);
      }
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(EraTest, JsonFormsAreOne) {
  const Era era = Era::Mortal(64, 66);
  EXPECT_EQ(EraToJson(era).dump(), "[64,2]");
  EXPECT_EQ(*EraFromJson({64, 2}), era);
  EXPECT_EQ(*EraFromJson({{"period", 64}, {"current", 66}}), era);
  EXPECT_EQ(*EraFromJson("00"), Era());
  EXPECT_EQ(EraToJson(Era()), "00");
  for (const nlohmann::json& wrong :
       {nlohmann::json{64, 64}, nlohmann::json{63, 1}, nlohmann::json(0),
        nlohmann::json{{"period", 0}, {"current", 1}}, nlohmann::json{0, 0}}) {
    EXPECT_FALSE(EraFromJson(wrong).ok()) << wrong;
  }
}

}  // namespace
}  // namespace sn37::chain
