#include "datasets/sources/hub_testing.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "datasets/sources/tables_testing.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::datasets {
namespace {

// A few rows for each source, in a folder of its name.
void FillHub(StandInHub& server) {
  const auto message = arrow::struct_(TextColumns({"role", "content"}));
  const auto messages = arrow::field("messages", arrow::list(message));
  AddParquet(server, "hub_text/0.parquet", TextColumns({"id", "text"}),
             R"([["1", "The sea is wide."], ["2", "Ice floats."]])");
  AddParquet(server, "hub_choice/0.parquet",
             TextColumns({"id", "challenge", "reference"}),
             R"([["1", "Which? A. x B. y C. z D. w", "B"]])");
  AddParquet(server, "hub_instruction_following/0.parquet",
             TextColumns({"challenge", "reference"}),
             R"([["Which?\nA. one sea B. y C. z D. w", "A"],
                 ["Where?\nA. x B. far away C. z D. w", "B"],
                 ["When?\nA. x B. y C. last year D. w", "C"]])");
  AddParquet(server, "hub_synthetic1/0.parquet",
             {messages, arrow::field("task_type", arrow::utf8())},
             R"([[[["user", "1+1?"], ["assistant", "It is \\boxed{2}."]],
                  "verifiable_math"]])");
  AddParquet(server, "hub_codeforces/0.parquet", {messages},
             R"([[[["user", "Print 1."], ["assistant", "print 1"]]]])");
}

}  // namespace

HubRepo TestRepo() {
  return {HubRepo::kDataset, "tester/rows",
          "8f605f9f49f2172107279a971b56d55ce59ed92a"};
}

HubFile AddParquet(StandInHub& server, absl::string_view path,
                   const arrow::FieldVector& columns, const std::string& rows) {
  const std::string name = absl::StrReplaceAll(path, {{"/", "-"}});
  const auto content = ReadFile(WriteTestParquet(name, columns, rows), 1 << 30);
  EXPECT_TRUE(content.ok()) << content.status();
  return server.Add(TestRepo(), std::string(path), *content, /*lfs=*/true);
}

std::unique_ptr<Hub> TestClient(const StandInHub& server, HubOptions options) {
  options.fetch.endpoint = server.endpoint();
  options.fetch.sleep = [](absl::Duration) {};
  auto hub = Hub::Create(options);
  EXPECT_TRUE(hub.ok()) << hub.status();
  return *std::move(hub);
}

void UseTestHub(const Source& source, SourceContext& context) {
  if (!absl::StartsWith(source.name, "hub_")) return;
  static auto* const kServer = new StandInHub;
  static Hub* const kHub = [] {
    FillHub(*kServer);
    return TestClient(*kServer).release();
  }();
  context.hub = kHub;
  context.parameters["repository"] = TestRepo().id;
  context.parameters["revision"] = TestRepo().commit;
  context.parameters["files"] = {absl::StrCat(source.name, "/")};
  if (source.kind == Sample::kInstructionFollowing) {
    context.parameters["version"] = 2;
  }
}

}  // namespace sn37::datasets
