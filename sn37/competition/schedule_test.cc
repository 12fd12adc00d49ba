#include "sn37/competition/schedule.h"

#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/competition/testing.h"

namespace sn37 {
namespace {

using ::testing::HasSubstr;

std::string ReadText(const std::string& name) {
  const auto text = ReadFile("sn37/competition/" + name, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.value_or("");
}

Schedule Parsed(const std::string& name) {
  auto schedule = ParseSchedule(ReadText(name));
  EXPECT_TRUE(schedule.ok()) << schedule.status();
  return schedule.value_or(Schedule());
}

// A whole schedule in which the tests replace one piece at a time.
constexpr char kSmall[] = R"(
  genesis_block: 0 sync_cadence: 360 alpha: 0.9 min_weight: 0.18 keep: 3
  entries { from_block: 10
    competitions { id: 1 name: "one" reward: 1
      constraints { max_parameters: 10 sequence_length: 64 dtype: BFLOAT16
                    max_bytes: 99 architectures: "A"
                    norms { soft: 200 soft_share: 0.15 hard: 1000 } }
      epsilon { fixed: 0.05 }
      tasks { name: "a" method: IF_EVAL sources: "s" samples: 3 weight: 0.25 }
      tasks { name: "b" method: TEXT_LOSS sources: "s" samples: 3 weight: 0.75
              normalization: INVERSE_EXPONENTIAL ceiling: 20 } } })";

void ExpectEqualTask(const Task& task, const nlohmann::json& expected) {
  EXPECT_EQ(task.name(), expected["name"]);
  EXPECT_EQ(Method_Name(task.method()), expected["method"]);
  std::string source = expected["dataset"];
  for (char& c : source) c = tolower(c);
  EXPECT_THAT(task.sources(), testing::ElementsAre(source));
  const bool none = expected["norm"] == "NONE";
  EXPECT_EQ(task.normalization(),
            none ? NORMALIZATION_NONE : INVERSE_EXPONENTIAL);
  const nlohmann::json& kwargs = expected["norm_kwargs"];
  EXPECT_EQ(task.ceiling(), none ? 0.0 : kwargs["ceiling"].get<double>());
  EXPECT_EQ(task.weight(), expected["weight"]);
}

void ExpectEqualConstraints(const Constraints& constraints,
                            const nlohmann::json& expected) {
  EXPECT_EQ(constraints.max_parameters(), expected["max_params"]);
  EXPECT_EQ(constraints.min_parameters(), expected["min_params"]);
  EXPECT_EQ(constraints.sequence_length(), expected["sequence_length"]);
  const nlohmann::json& tokenizer = expected["tokenizer"];
  EXPECT_EQ(constraints.tokenizer(),
            tokenizer.is_null() ? "" : tokenizer.get<std::string>());
  EXPECT_EQ(constraints.dtype(), BFLOAT16);
  EXPECT_EQ(constraints.eval_block_delay(), expected["eval_block_delay"]);
  EXPECT_EQ(constraints.max_bytes(), expected["max_bytes"]);
  const nlohmann::json& norm = expected["norm"];
  EXPECT_EQ(constraints.norms().soft(), norm["norm_eps_soft"]);
  EXPECT_EQ(constraints.norms().soft_share(),
            norm["norm_eps_soft_percent_threshold"]);
  EXPECT_EQ(constraints.norms().hard(), norm["norm_eps_hard"]);
  EXPECT_EQ(std::set<std::string>(constraints.architectures().begin(),
                                  constraints.architectures().end()),
            expected["architectures"].get<std::set<std::string>>());
}

void ExpectEqualCompetition(const Competition& competition,
                            const nlohmann::json& expected) {
  EXPECT_EQ(competition.id(), expected["id"]);
  EXPECT_EQ(competition.reward(), expected["reward"]);
  ExpectEqualConstraints(competition.constraints(), expected);
  const LinearDecay& decay = competition.epsilon().linear_decay();
  EXPECT_EQ(decay.start(), expected["epsilon"][0]);
  EXPECT_EQ(decay.end(), expected["epsilon"][1]);
  EXPECT_EQ(decay.blocks(), expected["epsilon"][2]);
  ASSERT_EQ(competition.tasks_size(), expected["tasks"].size());
  for (int i = 0; i < competition.tasks_size(); ++i) {
    ExpectEqualTask(competition.tasks(i), expected["tasks"][i]);
  }
}

TEST(ScheduleTest, Subnet37EqualsTheReferenceAtEveryBlock) {
  const Schedule schedule = Parsed("subnet37.textproto");
  EXPECT_EQ(schedule.netuid(), 37u);
  EXPECT_EQ(schedule.version_key(), 3010u);
  EXPECT_EQ(schedule.genesis_block(), 3138611);
  EXPECT_EQ(schedule.sync_cadence(), 360);
  EXPECT_EQ(schedule.alpha(), 0.90);
  EXPECT_EQ(schedule.min_weight(), 0.18);
  EXPECT_EQ(schedule.keep(), 3u);
  for (const auto& expected : ReadCases("schedule.json")) {
    const auto entry = EntryAt(schedule, expected["block"]);
    ASSERT_TRUE(entry.ok()) << entry.status();
    ASSERT_EQ((*entry)->competitions_size(), expected["competitions"].size());
    for (int i = 0; i < (*entry)->competitions_size(); ++i) {
      ExpectEqualCompetition((*entry)->competitions(i),
                             expected["competitions"][i]);
    }
  }
}

TEST(ScheduleTest, DemoHoldsTwoCompetitionsAtOnce) {
  const Schedule schedule = Parsed("demo.textproto");
  const ScheduleEntry* entry = *EntryAt(schedule, 0);
  ASSERT_EQ(entry->competitions_size(), 2);
  EXPECT_EQ(entry->competitions(0).name(), "chat");
  EXPECT_EQ(entry->competitions(1).name(), "reasoning");
}

TEST(ScheduleTest, MethodParametersDefaultToTheReferences) {
  const auto schedule = ParseSchedule(kSmall);
  ASSERT_TRUE(schedule.ok()) << schedule.status();
  const Competition& competition = schedule->entries(0).competitions(0);
  EXPECT_EQ(competition.tasks(0).max_new_tokens(), 200u);
  EXPECT_EQ(competition.tasks(0).repetition_penalty(), 1.2);
  EXPECT_EQ(competition.tasks(0).rules_version(), 2u);
  EXPECT_EQ(competition.tasks(1).max_new_tokens(), 0u);
  const auto choice = ParseSchedule(
      absl::StrReplaceAll(kSmall, {{"IF_EVAL", "MULTIPLE_CHOICE"}}));
  const Task& task = choice->entries(0).competitions(0).tasks(0);
  EXPECT_EQ(task.max_new_tokens(), 20u);
  EXPECT_EQ(task.repetition_penalty(), 1.1);
  const auto answer =
      ParseSchedule(absl::StrReplaceAll(kSmall, {{"IF_EVAL", "FINAL_ANSWER"}}));
  const Task& asked = answer->entries(0).competitions(0).tasks(0);
  EXPECT_EQ(asked.max_new_tokens(), 1024u);
  EXPECT_EQ(asked.repetition_penalty(), 1);
}

TEST(ScheduleTest, EveryMethodCanBeScheduled) {
  for (int method = Method_MIN + 1; method <= Method_MAX; ++method) {
    const std::string name = Method_Name(static_cast<Method>(method));
    const auto schedule =
        ParseSchedule(absl::StrReplaceAll(kSmall, {{"IF_EVAL", name}}));
    EXPECT_TRUE(schedule.ok()) << schedule.status();
  }
}

TEST(ScheduleTest, LossesAreInBitsPerByteWhereModelsBringTheirTokenizers) {
  const auto unit_of = [](const std::string& text) {
    const auto schedule = ParseSchedule(text);
    EXPECT_TRUE(schedule.ok()) << schedule.status();
    return schedule->entries(0).competitions(0).tasks(1).loss_unit();
  };
  const std::string fixed = absl::StrReplaceAll(
      kSmall, {{"max_bytes", "tokenizer: \"t\" max_bytes"}});
  const auto in = [](const std::string& text, const std::string& unit) {
    return absl::StrReplaceAll(
        text, {{"TEXT_LOSS", absl::StrCat("TEXT_LOSS loss_unit: ", unit)}});
  };
  EXPECT_EQ(unit_of(kSmall), BITS_PER_BYTE);
  EXPECT_EQ(unit_of(fixed), NATS_PER_TOKEN);
  EXPECT_EQ(unit_of(in(fixed, "BITS_PER_BYTE")), BITS_PER_BYTE);
  EXPECT_THAT(
      std::string(
          ParseSchedule(in(kSmall, "NATS_PER_TOKEN")).status().message()),
      HasSubstr("task \"b\": loss_unit must be BITS_PER_BYTE where models"));
}

TEST(ScheduleTest, OnlyPastEntriesMayCompareLossesPerToken) {
  Schedule schedule = *ParseSchedule(kSmall);
  *schedule.add_entries() = schedule.entries(0);
  schedule.mutable_entries(1)->set_from_block(11);
  ScheduleEntry& old = *schedule.mutable_entries(0);
  old.mutable_competitions(0)->mutable_tasks(1)->set_loss_unit(NATS_PER_TOKEN);
  EXPECT_FALSE(CheckSchedule(schedule).ok());
  old.set_past(true);
  EXPECT_TRUE(CheckSchedule(schedule).ok()) << CheckSchedule(schedule);
  schedule.mutable_entries(1)->set_past(true);
  EXPECT_THAT(std::string(CheckSchedule(schedule).message()),
              HasSubstr("the last entry cannot be past"));
}

// Models of the reference that bring their tokenizers are all in the past.
TEST(ScheduleTest, Subnet37LossesArePerTokenAsInTheReference) {
  const Schedule schedule = Parsed("subnet37.textproto");
  for (const ScheduleEntry& entry : schedule.entries()) {
    for (const Competition& competition : entry.competitions()) {
      for (const Task& task : competition.tasks()) {
        EXPECT_NE(task.loss_unit(), BITS_PER_BYTE) << task.name();
      }
    }
  }
}

// conformance.md B5, and §2 of the reference on blocks before the schedule.
TEST(ScheduleTest, LookupByBlockAndId) {
  const Schedule schedule = *ParseSchedule(kSmall);
  EXPECT_EQ((*CompetitionAt(schedule, 10, 1))->name(), "one");
  EXPECT_EQ(*CompetitionAt(schedule, 10, -1), nullptr);
  EXPECT_EQ(*CompetitionAt(schedule, 10, 2), nullptr);
  EXPECT_EQ(CompetitionAt(schedule, -1, 1).status().code(),
            absl::StatusCode::kNotFound);
  EXPECT_EQ((*EntryAt(schedule, 10))->competitions_size(), 1);
  EXPECT_FALSE(EntryAt(schedule, 9).ok());
  EXPECT_FALSE(EntryAt(schedule, -1).ok());
}

TEST(ScheduleTest, EachRuleIsCheckedAndNamed) {
  ASSERT_TRUE(ParseSchedule(kSmall).ok());
  const struct {
    std::string from, to, error;
  } kCases[] = {
      {"weight: 0.25", "weight: 0", "task \"a\": weight must be"},
      {"weight: 0.25", "weight: -1", "weight must be"},
      {"weight: 0.25", "weight: nan", "weight must be"},
      {"weight: 0.25", "weight: 0.2", "task weights must sum to 1, not 0.95"},
      {"ceiling: 20", "", "INVERSE_EXPONENTIAL needs a ceiling"},
      {"normalization: INVERSE_EXPONENTIAL", "", "ceiling needs a"},
      {"name: \"b\"", "name: \"a\"", "task \"a\": is there twice"},
      {"name: \"b\"", "", "needs a name"},
      {"sources: \"s\"", "", "sources must be names"},
      {"sources: \"s\"", "sources: [\"s\", \"s\"]", "each there once"},
      {"sources: \"s\"", "sources: [\"s\", \"\"]", "sources must be names"},
      {"samples: 3", "samples: 3 max_sample_bytes: -1", "max_sample_bytes"},
      {"samples: 3", "", "samples must be"},
      {"method: TEXT_LOSS", "", "method must be"},
      {"method: TEXT_LOSS", "method: TEXT_LOSS max_new_tokens: 3",
       "need a method that generates"},
      {"method: IF_EVAL", "method: IF_EVAL loss_unit: BITS_PER_BYTE",
       "loss_unit must be NATS_PER_TOKEN or BITS_PER_BYTE, and only"},
      {"method: IF_EVAL", "method: PREFERENCE max_new_tokens: 3",
       "need a method that generates"},
      {"method: IF_EVAL", "method: PREFERENCE stop_strings: 'x'",
       "need a method that generates"},
      {"method: IF_EVAL", "method: IF_EVAL stop_strings: ''",
       "stop_strings must be"},
      {"from_block: 10", "from_block: 10 past: true", "cannot be past"},
      {"method: IF_EVAL", "method: IF_EVAL rules_version: 3",
       "rules_version must be"},
      {"method: IF_EVAL", "method: IF_EVAL repetition_penalty: -1",
       "repetition_penalty must be"},
      {"reward: 1", "reward: 0.5", "rewards must sum to 1, not 0.5"},
      {"reward: 1", "reward: 2", "competition 1: reward must be"},
      {"id: 1", "id: 100", "id must be from 1 to 99"},
      {"id: 1", "", "id must be from 1 to 99"},
      {"max_parameters: 10", "", "min_parameters must be"},
      {"max_parameters: 10", "max_parameters: 10 min_parameters: 11",
       "min_parameters must be"},
      {"sequence_length: 64", "", "sequence_length must be"},
      {"dtype: BFLOAT16", "", "dtype must be"},
      {"max_bytes: 99", "", "max_bytes is missing"},
      {"architectures: \"A\"", "", "architectures is missing"},
      {"soft_share: 0.15", "soft_share: 1.5", "soft_share must be"},
      {"hard: 1000", "hard: inf", "soft and hard must be"},
      {"epsilon { fixed: 0.05 }", "", "epsilon is missing"},
      {"fixed: 0.05", "fixed: 1", "below 1"},
      {"fixed: 0.05", "linear_decay { start: 0.01 end: 0.05 blocks: 9 }",
       "linear_decay needs"},
      {"fixed: 0.05", "linear_decay { start: 0.05 end: 0.01 }",
       "linear_decay needs"},
      {"from_block: 10", "from_block: -10", "from_block must rise"},
      {"sync_cadence: 360", "", "sync_cadence"},
      {"alpha: 0.9", "alpha: 1", "alpha and min_weight"},
      {"keep: 3", "", "keep must be"},
      {"keep: 3", "keep: 3 keeep: 4", "line 2"},
      {"keep: 3", "keep: \x1b", "line 2"},
  };
  for (const auto& c : kCases) {
    const std::string text = absl::StrReplaceAll(kSmall, {{c.from, c.to}});
    ASSERT_NE(text, kSmall) << c.from;
    const absl::Status status = ParseSchedule(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.to;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.error));
  }
}

TEST(ScheduleTest, EntriesRiseAndIdsDiffer) {
  Schedule schedule = *ParseSchedule(kSmall);
  *schedule.add_entries() = schedule.entries(0);
  EXPECT_THAT(std::string(CheckSchedule(schedule).message()),
              HasSubstr("from_block must rise"));
  schedule.mutable_entries(1)->set_from_block(11);
  EXPECT_TRUE(CheckSchedule(schedule).ok());
  ScheduleEntry& entry = *schedule.mutable_entries(1);
  entry.mutable_competitions(0)->set_reward(0.5);
  *entry.add_competitions() = entry.competitions(0);
  EXPECT_THAT(std::string(CheckSchedule(schedule).message()),
              HasSubstr("competition 1: is there twice"));
}

}  // namespace
}  // namespace sn37
