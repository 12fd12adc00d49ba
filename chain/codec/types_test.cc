#include "chain/codec/types.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "chain/codec/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::chain {
namespace {

using testing::HasSubstr;

TEST(TypesTest, TypesAreFoundAsWrittenInRust) {
  Metadata metadata = TestMetadata(461);
  TypeRegistry& types = metadata.types;
  const struct {
    std::string text;
    TypeKind kind;
  } cases[] = {
      {"u8", TypeKind::kInteger},
      {"Text", TypeKind::kText},
      {" ( ) ", TypeKind::kTuple},
      {"(u8,)", TypeKind::kTuple},
      {"Vec<(u16, u16)>", TypeKind::kSequence},
      {"[u8; 32]", TypeKind::kArray},
      {"Option<Option<bool>>", TypeKind::kOption},
      {"Result<(), Text>", TypeKind::kVariant},
      {"Compact<u128>", TypeKind::kCompact},
      {"BTreeMap<u16, Bytes>", TypeKind::kSequence},
      {"BitVec<u8, Msb0>", TypeKind::kBits},
      {"Box<u8>", TypeKind::kInteger},
      {"AccountId32", TypeKind::kAccount},
      {"sp_core::crypto::AccountId32", TypeKind::kAccount},
      {"pallet_commitments::types::Data", TypeKind::kVariant},
      {"era::Era", TypeKind::kEra},
      {"U256", TypeKind::kInteger},
      {"0", TypeKind::kAccount},
  };
  for (const auto& c : cases) {
    const auto id = types.Find(c.text);
    ASSERT_TRUE(id.ok()) << c.text << ": " << id.status();
    EXPECT_EQ(types[*id].kind, c.kind) << c.text;
    EXPECT_EQ(*types.Find(c.text), *id) << "found twice: " << c.text;
  }
}

TEST(TypesTest, TypesOfTheMetadataAreNotAddedAgain) {
  Metadata metadata = TestMetadata(461);
  const size_t before = metadata.types.size();
  for (const std::string text :
       {"u8", "Vec<u8>", "[u8; 32]", "Option<AccountId32>", "(u16, u16)",
        "Result<(), sp_runtime::DispatchError>", "Compact<u32>",
        "BTreeSet<AccountId32>"}) {
    ASSERT_TRUE(metadata.types.Find(text).ok()) << text;
    EXPECT_EQ(metadata.types.size(), before) << text;
  }
}

TEST(TypesTest, WhatIsNoTypeIsSaidWithItsPlace) {
  Metadata metadata = TestMetadata(461);
  const std::pair<std::string, std::string> cases[] = {
      {"Vec<u8", "should have ',' or the end of it at character 7"},
      {"Vec<u8>>", "should have the end at character 8"},
      {"[u8]", "should have ';' at character 4"},
      {"[u8; 4294967296]", "should have a number below 2^32"},
      {"", "should have a type at character 1"},
      {"Vec<>", "there is no type \"Vec\" with 0 such parameters"},
      {"Compact<bool>", "a compact of u8, u16"},
      {"nonsense", "there is no type \"nonsense\""},
      {"99999", "there is no type 99999"},
      {"BoundedVec", "is the name of several types; write the number"},
      {std::string(200, '('), "less deeply nested"},
      {std::string(5000, 'a'), "too long"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(std::string(metadata.types.Find(text).status().message()),
                HasSubstr(message))
        << text;
  }
}

// Types of one kind each, in a registry of their own.
absl::Status CreateStatus(Type last) {
  Type byte;
  byte.kind = TypeKind::kInteger;
  byte.bytes = 1;
  return TypeRegistry::Create({byte, std::move(last)}).status();
}

TEST(TypesTest, TypesThatContradictThemselvesAreRefused) {
  Type type;
  type.fields = {{"a", 0}, {"b", 7}};
  EXPECT_EQ(CreateStatus(type).message(),
            "type 1: it names a type that does not exist");
  type.fields = {{"a", 0}, {"a", 0}};
  EXPECT_EQ(CreateStatus(type).message(), "type 1: two fields are named \"a\"");
  type.fields = {{"a", 0}, {"", 0}};
  EXPECT_EQ(CreateStatus(type).message(),
            "type 1: only some fields have names");
  type.fields = {{std::string(300, 'a'), 0}};
  EXPECT_THAT(std::string(CreateStatus(type).message()),
              HasSubstr("a field's name is too long"));
  type.fields.clear();
  type.kind = TypeKind::kVariant;
  type.variants = {{"A", 3, {}, ""}, {"B", 3, {}, ""}};
  EXPECT_THAT(std::string(CreateStatus(type).message()),
              HasSubstr("share the index"));
  type.variants = {{"A", 3, {}, ""}, {"A", 4, {}, ""}};
  EXPECT_THAT(std::string(CreateStatus(type).message()),
              HasSubstr("two variants are named \"A\""));
  type.variants.clear();
  type.kind = TypeKind::kCompact;
  type.inner = 1;
  EXPECT_EQ(CreateStatus(type).message(),
            "type 1: a compact of what is no integer");
}

}  // namespace
}  // namespace sn37::chain
