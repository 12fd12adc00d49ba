#include "datasets/manifest.h"

#include <functional>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;
using testing::HasSubstr;

Manifest SomeManifest() {
  Manifest manifest;
  manifest.name = "tiny";
  manifest.license = "MIT";
  manifest.seed = "1";
  manifest.inputs = {
      {.name = "words",
       .origin = "a package",
       .revision = "1.0",
       .license = "MIT",
       .files = {{.name = "a.txt", .bytes = 3, .sha256 = Sha256("abc")}}}};
  manifest.configs = {{.name = "sorting",
                       .kind = Sample::kReference,
                       .source = "word_sorting",
                       .parameters = {{"max_words", 20}},
                       .shards = {{.file = "sorting-00000.parquet",
                                   .rows = 2,
                                   .bytes = 100,
                                   .sha256 = Sha256("one")},
                                  {.file = "sorting-00001.parquet",
                                   .rows = 1,
                                   .bytes = 50,
                                   .sha256 = Sha256("two")}}}};
  return manifest;
}

// Written down by hand from FORMAT.md.
constexpr absl::string_view kSomeJson =
    R"({"builder":"sn37 3","configs":[{"kind":"reference","name":"sorting",)"
    R"("parameters":{"max_words":20},"rows":3,"shards":[{"bytes":100,)"
    R"("file":"sorting-00000.parquet","rows":2,"sha256":)"
    R"("7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"},)"
    R"({"bytes":50,"file":"sorting-00001.parquet","rows":1,"sha256":)"
    R"("3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3"}],)"
    R"("source":"word_sorting"}],"format":1,"inputs":[{"files":[{"bytes":3,)"
    R"("name":"a.txt","sha256":)"
    R"("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"}],)"
    R"("license":"MIT","name":"words","origin":"a package",)"
    R"("revision":"1.0"}],"license":"MIT","name":"tiny","schema":[)"
    R"({"name":"config","type":"string"},{"name":"system","type":"string"},)"
    R"({"name":"prompts","type":"list<string>"},)"
    R"({"name":"reference","type":"string"},)"
    R"({"name":"choices","type":"list<string>"},)"
    R"({"name":"answer","type":"string"},{"name":"text","type":"string"},)"
    R"({"name":"rules","type":"string"}],"seed":"1"})";

TEST(Manifest, IsTheDocumentedText) {
  EXPECT_EQ(ManifestToJson(SomeManifest()), kSomeJson);
}

TEST(Manifest, ReadsBackWhatItWrites) {
  const absl::StatusOr<Manifest> manifest = ManifestFromJson(kSomeJson);
  ASSERT_TRUE(manifest.ok()) << manifest.status();
  EXPECT_EQ(ManifestToJson(*manifest), kSomeJson);
  EXPECT_EQ(manifest->configs[0].rows(), 3);
}

TEST(Manifest, EachBrokenRuleIsNamed) {
  const struct {
    std::function<void(json&)> spoil;
    absl::string_view message;
  } kCases[] = {
      {[](json& m) { m["format"] = 2; }, "format version 2 is unknown"},
      {[](json& m) { m["format"] = "1"; }, "format"},
      {[](json& m) { m.erase("format"); }, "format"},
      {[](json& m) { m["colour"] = 1; }, "unknown key \"colour\""},
      {[](json& m) { m.erase("license"); }, "license"},
      {[](json& m) { m["name"] = "../x"; }, "\"name\" is \"../x\""},
      {[](json& m) { m["configs"] = json::array(); }, "snapshot is empty"},
      {[](json& m) { m["configs"] = 1; }, "configs"},
      {[](json& m) { m["schema"][0]["type"] = "int"; }, "schema"},
      {[](json& m) { m["schema"].erase(7); }, "schema"},
      {[](json& m) { m["configs"][0]["kind"] = "rhyme"; },
       "configs[0]: unknown kind \"rhyme\""},
      {[](json& m) { m["configs"][0]["rows"] = 4; },
       "configs[0]: \"rows\" is 4, its shards have 3"},
      {[](json& m) { m["configs"][0]["shards"] = json::array(); }, "rows"},
      {[](json& m) { m["configs"][0]["parameters"] = 1; }, "parameters"},
      {[](json& m) { m["configs"][0]["shards"][0]["file"] = "../a.parquet"; },
       "configs[0]: shards[0]: \"file\" is \"../a.parquet\""},
      {[](json& m) { m["configs"][0]["shards"][0]["file"] = "/a.parquet"; },
       "stays in the snapshot's folder"},
      {[](json& m) { m["configs"][0]["shards"][0]["file"] = "manifest.json"; },
       "ends in .parquet"},
      {[](json& m) {
         m["configs"][0]["shards"][1]["file"] = "sorting-00000.parquet";
       },
       "occurs twice"},
      {[](json& m) { m["configs"][0]["shards"][0]["rows"] = 0; }, "shards[0]"},
      {[](json& m) { m["configs"][0]["shards"][0]["bytes"] = -1; },
       "shards[0]"},
      {[](json& m) { m["configs"][0]["shards"][0]["sha256"] = "12"; },
       "sha256"},
      {[](json& m) { m["configs"].push_back(m["configs"][0]); },
       "configs[1]: \"sorting\" occurs twice"},
      {[](json& m) {
         m["configs"].push_back(m["configs"][0]);
         m["configs"][1]["name"] = "other";
       },
       "listed twice"},
      {[](json& m) { m["inputs"][0]["revision"] = ""; },
       "inputs[0]: \"revision\" is empty"},
  };
  for (const auto& test : kCases) {
    json manifest = json::parse(kSomeJson);
    test.spoil(manifest);
    const absl::Status status = ManifestFromJson(manifest.dump()).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
        << test.message;
    EXPECT_THAT(status.message(), HasSubstr(test.message));
  }
}

TEST(Manifest, OnlyTheCanonicalTextIsAccepted) {
  const json manifest = json::parse(kSomeJson);
  for (const std::string& text :
       {manifest.dump(1), manifest.dump() + "\n", " " + manifest.dump()}) {
    EXPECT_THAT(ManifestFromJson(text).status().message(),
                HasSubstr("canonical"));
  }
  EXPECT_FALSE(ManifestFromJson("").ok());
  EXPECT_FALSE(ManifestFromJson(kSomeJson.substr(0, 400)).ok());
}

TEST(Manifest, NamesAreSafeInFileNames) {
  for (absl::string_view name : {"a", "word_sorting", "CC-MAIN-2024.10", "9"}) {
    EXPECT_TRUE(IsName(name)) << name;
  }
  for (absl::string_view name :
       {"", ".", "..", "-a", "_a", "a/b", "a b", "ä", "a\n"}) {
    EXPECT_FALSE(IsName(name)) << name;
  }
  EXPECT_TRUE(IsName(std::string(64, 'a')));
  EXPECT_FALSE(IsName(std::string(65, 'a')));
}

}  // namespace
}  // namespace sn37::datasets
