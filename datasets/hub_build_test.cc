// A snapshot of rows on the hub.
#include <memory>
#include <string>

#include "datasets/build.h"
#include "datasets/snapshot.h"
#include "datasets/sources/hub_testing.h"
#include "datasets/sources/tables_testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;

class HubBuild : public testing::Test {
 protected:
  HubBuild() {
    AddParquet(server_, "text/0.parquet", TextColumns({"text"}),
               R"([["one"], ["two"], ["three"], ["four"], ["five"]])");
    AddParquet(server_, "choice/0.parquet",
               TextColumns({"challenge", "reference"}),
               R"([["Which? A. x B. y C. z D. w", "A"]])");
    ConfigSpec texts{.name = "texts", .source = "hub_text", .rows = {}};
    texts.rows = 3;
    texts.parameters = {{"repository", TestRepo().id},
                        {"revision", TestRepo().commit},
                        {"files", {"text/"}}};
    ConfigSpec choices{.name = "choices", .source = "hub_choice", .rows = {}};
    choices.parameters = texts.parameters;
    choices.parameters["files"] = {"choice/"};
    spec_ = {.name = "hub",
             .license = "MIT",
             .seed = "1",
             .inputs = {},
             .configs = {texts, choices}};
  }

  absl::StatusOr<Digest> Build(const std::string& folder, HubOptions options,
                               int threads = 1) {
    const std::unique_ptr<Hub> hub = TestClient(server_, options);
    return BuildSnapshot(
        spec_, {}, folder,
        {.threads = threads, .progress = nullptr, .hub = hub.get()});
  }

  StandInHub server_;
  BuildSpec spec_;
};

TEST_F(HubBuild, IsTheSameOverTheNetworkAndFromTheCache) {
  HubOptions options;
  options.cache = FreshPath("cache");
  const std::string folder = FreshPath("online");
  const auto id = Build(folder, options);
  ASSERT_TRUE(id.ok()) << id.status();
  server_.Spoil("cdn GET", 2,
                [](TestAnswer& answer) { answer.cut_after = 30; });
  EXPECT_EQ(*Build(FreshPath("again"), {}, /*threads=*/2), *id);
  options.offline = true;
  EXPECT_EQ(*Build(FreshPath("offline"), options), *id);
  const auto snapshot = Snapshot::Open(folder, *id);
  ASSERT_TRUE(snapshot.ok()) << snapshot.status();
  EXPECT_EQ(snapshot->manifest().configs[0].rows(), 3);
  EXPECT_EQ(snapshot->Read("texts", {2})->front().text().text(), "three");
}

TEST_F(HubBuild, FailuresNameConfigSourceAndFile) {
  server_.Spoil("cdn GET", 100,
                [](TestAnswer& answer) { answer = {.status = 500}; });
  const absl::Status status = Build(FreshPath("failed"), {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("config texts (source hub_text): "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("text/0.parquet"));
}

TEST_F(HubBuild, WithoutAHubItIsAnError) {
  const absl::Status status =
      BuildSnapshot(spec_, {}, FreshPath("none")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace sn37::datasets
