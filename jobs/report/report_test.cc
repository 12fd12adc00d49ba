// The page and the table of one epoch: what a reader must find, and that text
// from outside does no harm.
#include <limits>
#include <string>

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "jobs/report/html.h"
#include "jobs/report/terminal.h"

namespace sn37::jobs {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr char kPlan[] = R"pb(
  netuid: 37
  sync_block: 1080
  block_hash: "0xabc"
  dtype: "bfloat16"
  device: "cpu-avx512"
  schedule {
    entries {
      competitions {
        id: 1
        name: "before"
        reward: 0.5
        tasks { name: "word_sorting" weight: 1 }
      }
    }
    entries {
      from_block: 1080
      competitions {
        id: 1
        name: "chat"
        reward: 1
        tasks { name: "word_sorting" weight: 0.25 }
        tasks { name: "text" weight: 0.75 }
      }
    }
  }
  rejected { competition: 1 uid: 9 repository: "x/late" why: "too young" })pb";

constexpr char kDecision[] = R"pb(
  sync_block: 1080
  complete: true
  models {
    competition: 1
    rank: 1
    uid: 3
    hotkey: "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    repository: "demo/best"
    score: 0.25
    low: 0.2
    high: 0.3
    tasks { name: "word_sorting" normalized: 0.1 low: 0.05 high: 0.15 }
    tasks {
      name: "text"
      normalized: 0.3
      low: 0.2
      high: 0.4
      numbers { name: "ndcg" value: 0.7 }
      numbers { name: "hit" value: 0.75 }
    }
    wins: 1
    competition_weight: 1
    kept: true
  }
  models {
    competition: 1
    rank: 2
    uid: 4
    repository: "demo/broken"
    score: inf
    tasks { name: "word_sorting" normalized: inf }
    tasks { name: "text" normalized: inf }
    failure: "model.safetensors holds NaN"
  }
  weights { uid: 3 weight: 1 value: 65535 })pb";

template <typename Message>
Message Parse(const char* text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

TEST(ReportTest, TableShowsRankScoreIntervalTasksWinsAndWeight) {
  std::string table =
      ReportTable(Parse<EpochPlan>(kPlan), Parse<Decision>(kDecision));
  EXPECT_THAT(table, HasSubstr("Competition 1 chat, 100.0 % of the reward"));
  EXPECT_THAT(table, HasSubstr("rank  uid  model                          score"
                               "  word_sorting    text  wins   weight"));
  EXPECT_THAT(table, HasSubstr("   1    3  demo/best    0.2500 [0.2000, 0.3000]"
                               "        0.1000  0.3000     1  100.0 %"));
  EXPECT_THAT(table, HasSubstr("uid 4 failed: model.safetensors holds NaN"));
  EXPECT_THAT(table, HasSubstr("Not evaluated: uid 9 x/late: too young"));
}

TEST(ReportTest, PageIsSelfContained) {
  std::string page =
      ReportHtml(Parse<EpochPlan>(kPlan), Parse<Decision>(kDecision));
  EXPECT_THAT(page, HasSubstr("demo/best"));
  EXPECT_THAT(page, HasSubstr("0.2500 [0.2000, 0.3000]"));
  EXPECT_THAT(page, HasSubstr("uid 4 failed: model.safetensors holds NaN"));
  EXPECT_THAT(page, HasSubstr("weight 75.0 %"));
  for (const char* outside :
       {"http:", "https:", "<script", "src=", "@import"}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
}

TEST(ReportTest, AScoreCarriesTheNumbersItCameFrom) {
  const EpochPlan plan = Parse<EpochPlan>(kPlan);
  const Decision decision = Parse<Decision>(kDecision);
  EXPECT_THAT(ReportTable(plan, decision),
              HasSubstr("\nuid 3 text: ndcg 0.7000 · hit 0.7500\n"));
  EXPECT_THAT(ReportHtml(plan, decision),
              HasSubstr(">ndcg 0.7000 · hit 0.7500</span>"));
}

TEST(ReportTest, BarsAreScaledToTheLargestValueShown) {
  std::string page =
      ReportHtml(Parse<EpochPlan>(kPlan), Parse<Decision>(kDecision));
  // text: 0.3 of a scale of 0.4, its interval from 0.2 to 0.4.
  EXPECT_THAT(page, HasSubstr("class=\"bar m0\" style=\"width:75.00%\""));
  EXPECT_THAT(page,
              HasSubstr("class=\"span\" style=\"left:50.00%;right:0.00%\""));
}

TEST(ReportTest, AnIncompleteEpochSaysSo) {
  Decision decision = Parse<Decision>(kDecision);
  decision.set_complete(false);
  decision.set_incomplete_because("the disk is full");
  decision.clear_weights();
  EXPECT_THAT(ReportHtml(Parse<EpochPlan>(kPlan), decision),
              HasSubstr("no weights were set.</strong> the disk is full"));
  EXPECT_THAT(ReportTable(Parse<EpochPlan>(kPlan), decision),
              HasSubstr("Incomplete, no weights were set: the disk is full"));
}

TEST(ReportTest, TextFromOutsideIsHarmless) {
  const std::string evil = "a/<script>alert(1)</script>\x1b[31m\xff\"'&";
  EpochPlan plan = Parse<EpochPlan>(kPlan);
  Decision decision = Parse<Decision>(kDecision);
  for (ModelDecision& model : *decision.mutable_models()) {
    model.set_repository(evil);
  }
  decision.mutable_models(1)->set_failure(evil);
  plan.mutable_rejected(0)->set_repository(evil);
  plan.mutable_rejected(0)->set_why(evil);
  std::string page = ReportHtml(plan, decision);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, Not(HasSubstr("\xff")));
  std::string table = ReportTable(plan, decision);
  EXPECT_THAT(table, Not(HasSubstr("\x1b")));
  EXPECT_THAT(table, Not(HasSubstr("\xff")));
}

}  // namespace
}  // namespace sn37::jobs
