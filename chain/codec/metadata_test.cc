#include "chain/codec/metadata.h"

#include <string>

#include "chain/codec/metadata_file.h"
#include "chain/codec/testing.h"
#include "chain/codec/value.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using testing::HasSubstr;

TEST(MetadataTest, EachVersionIsUnderstood) {
  const struct {
    std::string name;
    int version;
    size_t types, pallets, apis, extensions;
  } cases[] = {
      {"218_v15", 15, 487, 26, 19, 11},
      {"346_v16", 16, 712, 26, 22, 11},
      {"461_v14", 14, 594, 28, 0, 13},
      {"461_v15", 15, 802, 28, 25, 13},
  };
  for (const auto& c : cases) {
    const Metadata metadata = TestMetadata(c.name);
    EXPECT_EQ(metadata.version, c.version);
    EXPECT_EQ(metadata.types.size(), c.types) << c.name;
    EXPECT_EQ(metadata.pallets.size(), c.pallets) << c.name;
    EXPECT_EQ(metadata.apis.size(), c.apis) << c.name;
    EXPECT_EQ(metadata.extensions.size(), c.extensions) << c.name;
    EXPECT_EQ(metadata.types[metadata.address].path,
              "sp_runtime::multiaddress::MultiAddress");
    EXPECT_THAT(metadata.types[metadata.call].path, HasSubstr("RuntimeCall"));
    EXPECT_EQ((*metadata.FindPallet("SubtensorModule"))->index, 7);
    EXPECT_EQ((*metadata.FindPallet("commitments"))->index, 18);
  }
}

// What a pallet stores by default and its constants are values of their types.
TEST(MetadataTest, DefaultsAndConstantsAreValues) {
  for (const std::string name : {"218_v15", "346_v16", "461_v14", "461_v15"}) {
    const Metadata metadata = TestMetadata(name);
    int values = 0;
    for (const Pallet& pallet : metadata.pallets) {
      for (const StorageEntry& entry : pallet.storage) {
        if (entry.optional) continue;
        const auto value =
            DecodeValue(metadata.types, entry.value, entry.default_value);
        EXPECT_TRUE(value.ok())
            << pallet.name << "." << entry.name << value.status();
        ++values;
      }
      for (const Constant& constant : pallet.constants) {
        const auto value =
            DecodeValue(metadata.types, constant.type, constant.value);
        EXPECT_TRUE(value.ok())
            << pallet.name << "." << constant.name << value.status();
        ++values;
      }
    }
    EXPECT_GT(values, 150) << name;
  }
}

TEST(MetadataTest, ConstantsAgreeWithTheOfficialClient) {
  const Metadata metadata = TestMetadata(461);
  const nlohmann::json golden = TestFile("golden461.json");
  for (const auto& v : golden["constants"]) {
    const auto constant = metadata.FindConstant(v["module"].get<std::string>(),
                                                v["name"].get<std::string>());
    ASSERT_TRUE(constant.ok()) << constant.status();
    const auto value =
        DecodeValue(metadata.types, (*constant)->type, (*constant)->value);
    ASSERT_TRUE(value.ok()) << value.status();
    const std::string text =
        value->is_string() ? value->get<std::string>() : value->dump();
    EXPECT_EQ(text, v["decoded"].dump());
  }
}

TEST(MetadataTest, ErrorsHaveTheirNamesAndDocs) {
  const Metadata metadata = TestMetadata(461);
  const Type& errors =
      metadata.types[*(*metadata.FindPallet("SubtensorModule"))->errors];
  int found = 0;
  for (const Variant& variant : errors.variants) {
    const auto error = metadata.FindError(7, variant.index);
    ASSERT_TRUE(error.ok()) << error.status();
    EXPECT_EQ(error->pallet, "SubtensorModule");
    EXPECT_EQ(error->name, variant.name);
    if (variant.name == "IncorrectWeightVersionKey") {
      ++found;
      EXPECT_THAT(error->docs, HasSubstr("version"));
    }
  }
  EXPECT_EQ(found, 1);
  EXPECT_FALSE(metadata.FindError(7, 255).ok());
  EXPECT_FALSE(metadata.FindError(200, 0).ok());
}

TEST(MetadataTest, WhatThereIsNotIsNamed) {
  const Metadata metadata = TestMetadata(461);
  EXPECT_EQ(metadata.FindPallet("Nope").status().message(),
            "there is no pallet \"Nope\"");
  EXPECT_EQ(metadata.FindStorage("System", "Nope").status().message(),
            "there is no storage item of System \"Nope\"");
  EXPECT_TRUE(
      metadata.FindMethod("SubnetInfoRuntimeApi", "get_metagraph").ok());
  EXPECT_FALSE(metadata.FindMethod("SubnetInfoRuntimeApi", "nope").ok());
}

TEST(MetadataTest, WhatIsNoMetadataIsRefused) {
  EXPECT_THAT(std::string(DecodeMetadata("").status().message()),
              HasSubstr("not metadata: needs 4 bytes"));
  EXPECT_THAT(std::string(DecodeMetadata("METADATA").status().message()),
              HasSubstr("does not begin with \"meta\""));
  EXPECT_THAT(std::string(DecodeMetadata("meta\x0d").status().message()),
              HasSubstr("versions 14 to 16 are understood, not 13"));
  const std::string bytes = TestMetadataBytes("461_v15");
  EXPECT_THAT(std::string(DecodeMetadata(bytes + "x").status().message()),
              HasSubstr("1 bytes are left over"));
  for (size_t size = 0; size < bytes.size(); size += 9973) {
    EXPECT_FALSE(DecodeMetadata(bytes.substr(0, size)).ok()) << size;
  }
}

TEST(MetadataTest, ChangedBytesAreRefusedOrUnderstood) {
  const std::string bytes = TestMetadataBytes("218_v15");
  int refused = 0;
  for (size_t i = 5; i < bytes.size(); i += 1511) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] + 1 + i % 255);
    if (!DecodeMetadata(changed).ok()) ++refused;
  }
  EXPECT_GT(refused, 10);
}

TEST(MetadataFileTest, ErrorsNameTheFile) {
  const auto status =
      ReadMetadata("chain/codec/testdata/golden461.json").status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("golden461.json: not"));
}

}  // namespace
}  // namespace sn37::chain
