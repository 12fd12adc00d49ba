// The examine stage with an executor that examines in this process, but for the
// shards that a test has ended otherwise.
#include "jobs/examine.h"

#include <csignal>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jobs/stall_limit.h"
#include "sn37/base/file.h"
#include "sn37/competition/model_id.h"
#include "sn37/competition/schedule.h"
#include "sn37/store/digest.h"
#include "sn37/store/local_store.h"

namespace sn37::jobs {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr char kModel[] = "eval/weights/smollm2";
constexpr char kHotkey[] = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";
constexpr char kCommit[] = "0123456789012345678901234567890123456789";

class TestExecutor : public Executor {
 public:
  TestExecutor(EpochFolder folder, std::string models)
      : folder_(std::move(folder)), store_(std::move(models)) {}

  absl::StatusOr<std::vector<ShardEnd>> Run(
      absl::Span<const int> shards, absl::FunctionRef<void(int64_t)>) override {
    std::vector<ShardEnd> result;
    for (int shard : shards) {
      ShardEnd end;
      auto otherwise = ends.find(shard);
      if (otherwise != ends.end()) {
        end = otherwise->second;
      } else {
        const absl::Status status =
            RunExaminer(folder_, store_, /*tokenizers=*/"", shard);
        if (!status.ok()) {
          end = {.exit_code = 1, .message = std::string(status.message())};
        }
      }
      result.push_back(end);
    }
    return result;
  }

  std::map<int, ShardEnd> ends;  // of the shards that are not examined

 private:
  const EpochFolder folder_;
  LocalStore store_;
};

class ExamineTest : public testing::Test {
 protected:
  ExamineTest() {
    fs::remove_all(home_);
    plan_.set_format(1);
    plan_.set_sync_block(1440);
    const auto demo =
        ParseSchedule(*ReadFile("sn37/competition/demo.textproto", 1 << 20));
    EXPECT_TRUE(demo.ok()) << demo.status();
    *plan_.mutable_schedule() = *demo;
    EXPECT_TRUE(MakeFolder(folder_.path()).ok());
  }

  // Plans a model of the store; returns its folder, which does not exist yet.
  std::string Add(const std::string& name, const std::string& secure_hash) {
    ModelId id;
    id.repo_namespace = "me";
    id.name = name;
    id.commit = kCommit;
    id.secure_hash = secure_hash;
    id.competition = 1;
    PlannedModel& model = *plan_.add_models();
    model.set_competition(1);
    model.set_uid(plan_.models_size());
    model.set_hotkey(kHotkey);
    model.set_commitment(CompressModelId(id));
    return absl::StrCat(models(), "/me/", name, "/", kCommit);
  }

  // Plans a model with the files of kModel, committed by `hotkey`.
  void AddGood(const std::string& name, absl::string_view hotkey = kHotkey) {
    const std::string folder = Add(name, SecureHash(digest_.base64(), hotkey));
    fs::create_directories(fs::path(folder).parent_path());
    fs::copy(fs::canonical(kModel), folder, fs::copy_options::recursive);
  }

  absl::Status Run() { return Examine(folder_, executor_, plan_); }

  std::string models() const { return JoinPath(home_, "models"); }

  const std::string home_ = JoinPath(testing::TempDir(), "examine");
  const EpochFolder folder_{home_, 1440};
  const Digest digest_ = *ModelDigest(kModel);
  EpochPlan plan_;
  TestExecutor executor_{folder_, models()};
};

TEST_F(ExamineTest, FillsInWhatTheFilesSay) {
  AddGood("good");
  Add("missing", "hash");
  fs::create_directories(Add("empty", "hash"));
  AddGood("copied", "another hotkey");
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(plan_.models(0).digest(), digest_.hex());
  EXPECT_EQ(plan_.models(0).misconfigured(), "");
  EXPECT_THAT(plan_.models(1).misconfigured(),
              HasSubstr("me/missing: the store has no commit"));
  EXPECT_THAT(plan_.models(2).misconfigured(), HasSubstr("config.json"));
  EXPECT_EQ(plan_.models(3).digest(), digest_.hex());
  EXPECT_THAT(plan_.models(3).misconfigured(), HasSubstr("hash names"));
  for (const PlannedModel& model : plan_.models()) {  // equal on all machines
    EXPECT_THAT(model.misconfigured(), Not(HasSubstr(home_)));
  }
  EXPECT_FALSE(FileExists(folder_.examined()));
}

TEST_F(ExamineTest, AModelThatCrashesOrStallsItsProcessRulesOutItselfOnly) {
  AddGood("good");
  Add("hostile", "hash");
  Add("endless", "hash");
  executor_.ends[1].signal = SIGSEGV;
  executor_.ends[2].signal = kStallSignal;
  ASSERT_TRUE(Run().ok());
  EXPECT_EQ(plan_.models(0).misconfigured(), "");
  EXPECT_THAT(plan_.models(1).misconfigured(), HasSubstr("crashes"));
  EXPECT_THAT(plan_.models(2).misconfigured(), HasSubstr("stalls"));
}

TEST_F(ExamineTest, WhereEveryProcessCrashesNoModelIsToBlame) {
  AddGood("good");
  AddGood("fine");
  executor_.ends[0].signal = executor_.ends[1].signal = SIGSEGV;
  EXPECT_TRUE(absl::IsUnavailable(Run()));
}

TEST_F(ExamineTest, ADiskThatIsNotThereIsNoVerdict) {
  Add("any", "hash");
  fs::remove_all(models());
  const absl::Status status = Run();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_THAT(status.message(), HasSubstr(models()));
  MakeFolder(JoinPath(models(), "other")).IgnoreError();
  EXPECT_TRUE(Run().ok());
  EXPECT_THAT(plan_.models(0).misconfigured(), HasSubstr("no commit"));
}

TEST_F(ExamineTest, AFailureOfOursIsNoVerdict) {
  AddGood("good");
  executor_.ends[0].signal = SIGKILL;
  EXPECT_TRUE(absl::IsUnavailable(Run()));
  executor_.ends[0] = {.exit_code = 1, .message = "the disk is full"};
  const absl::Status status = Run();
  EXPECT_EQ(status.message(), "competition 1, uid 1: the disk is full");
  executor_.ends.clear();
  EXPECT_TRUE(Run().ok());
  EXPECT_EQ(plan_.models(0).misconfigured(), "");
}

}  // namespace
}  // namespace sn37::jobs
