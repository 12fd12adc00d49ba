#include "datasets/row.h"

#include <functional>

#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;

TEST(Row, EveryKindReadsBackFromItsRow) {
  for (Sample::BodyCase kind : AllKinds()) {
    const Sample sample = TestSample(kind);
    ASSERT_TRUE(CheckSample(sample).ok()) << CheckSample(sample);
    const Row row = ToRow(sample, "some");
    EXPECT_EQ(row.config, "some");
    const absl::StatusOr<Sample> back = FromRow(row, kind);
    ASSERT_TRUE(back.ok()) << back.status();
    EXPECT_EQ(back->SerializeAsString(), sample.SerializeAsString());
  }
}

TEST(Row, EveryKindHasAName) {
  for (Sample::BodyCase kind : AllKinds()) {
    EXPECT_NE(KindName(kind), "");
    EXPECT_EQ(KindFromName(KindName(kind)), kind);
  }
  EXPECT_EQ(KindFromName(""), Sample::BODY_NOT_SET);
  EXPECT_EQ(KindFromName("rhyme"), Sample::BODY_NOT_SET);
}

TEST(CheckSample, NamesTheFieldThatNoMethodCouldUse) {
  const struct {
    Sample::BodyCase kind;
    std::function<void(Sample&)> spoil;
    absl::string_view message;
  } kCases[] = {
      {Sample::kText, [](Sample& s) { s.clear_body(); }, "without a body"},
      {Sample::kText, [](Sample& s) { s.mutable_text()->clear_text(); },
       "text is empty"},
      {Sample::kText,
       [](Sample& s) { s.mutable_text()->set_text("a\xff\x62"); },
       "text is not valid UTF-8"},
      {Sample::kText,
       [](Sample& s) {
         s.mutable_text()->set_text(std::string(kMaxSampleBytes, 'x'));
       },
       "at most 8388608"},
      {Sample::kReference,
       [](Sample& s) { s.mutable_reference()->clear_prompt(); },
       "prompt is empty"},
      {Sample::kReference,
       [](Sample& s) { s.mutable_reference()->clear_reference(); },
       "reference is empty"},
      {Sample::kReference,
       [](Sample& s) { s.mutable_reference()->set_system("\xc0"); },
       "system is not valid UTF-8"},
      {Sample::kMultipleChoice,
       [](Sample& s) { s.mutable_multiple_choice()->set_answer("C"); },
       "answer is not one of the choices"},
      {Sample::kMultipleChoice,
       [](Sample& s) { s.mutable_multiple_choice()->set_choices(0, "B"); },
       "the same text twice"},
      {Sample::kMultipleChoice,
       [](Sample& s) {
         s.mutable_multiple_choice()->clear_choices();
         s.mutable_multiple_choice()->add_choices("B");
       },
       "2 texts or more"},
      {Sample::kInstructionFollowing,
       [](Sample& s) {
         s.mutable_instruction_following()->mutable_prompts()->RemoveLast();
       },
       "prompts must be two"},
      {Sample::kInstructionFollowing,
       [](Sample& s) { s.mutable_instruction_following()->clear_rules(); },
       "rules are empty"},
      {Sample::kInstructionFollowing,
       [](Sample& s) {
         s.mutable_instruction_following()->mutable_rules(0)->clear_count();
       },
       "rules: "},
      {Sample::kInstructionFollowing,
       [](Sample& s) {
         Rule& rule = *s.mutable_instruction_following()->mutable_rules(1);
         rule.mutable_keywords()->RemoveLast();
         rule.mutable_keyword_counts()->RemoveLast();
       },
       "rules: "},
      {Sample::kPreference,
       [](Sample& s) { s.mutable_preference()->set_rejected("Yes, it is."); },
       "rejected equals chosen"},
      {Sample::kPreference,
       [](Sample& s) { s.mutable_preference()->clear_chosen(); },
       "chosen is empty"},
      {Sample::kFinalAnswer,
       [](Sample& s) { s.mutable_final_answer()->clear_answer(); },
       "answer is empty"},
      {Sample::kFinalAnswer,
       [](Sample& s) {
         s.mutable_final_answer()->set_form(static_cast<FinalAnswer::Form>(9));
       },
       "form is unknown"},
      {Sample::kRanking, [](Sample& s) { s.mutable_ranking()->clear_prompt(); },
       "prompt is empty"},
      {Sample::kRanking,
       [](Sample& s) { s.mutable_ranking()->set_items(1, "tea"); },
       "items holds the same text twice"},
      {Sample::kRanking,
       [](Sample& s) { s.mutable_ranking()->clear_relevant(); },
       "relevant is empty"},
      {Sample::kRanking,
       [](Sample& s) { s.mutable_ranking()->set_relevant(1, 3); },
       "relevant must be places"},
      {Sample::kRanking,
       [](Sample& s) { s.mutable_ranking()->set_relevant(1, 0); }, "ascending"},
  };
  for (const auto& test : kCases) {
    Sample sample = TestSample(test.kind);
    test.spoil(sample);
    const absl::Status status = CheckSample(sample);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(status.message(), HasSubstr(test.message));
  }
}

TEST(FromRow, RefusesCellsThatAreMissingOrDoNotBelong) {
  const struct {
    Sample::BodyCase kind;
    std::function<void(Row&)> spoil;
    absl::string_view message;
  } kCases[] = {
      {Sample::kText, [](Row& r) { r.config.reset(); },
       "column \"config\" is null"},
      {Sample::kText, [](Row& r) { r.text.reset(); },
       "column \"text\" is null"},
      {Sample::kText, [](Row& r) { r.answer = "A"; },
       "column \"answer\" has a value in a text row"},
      {Sample::kReference, [](Row& r) { r.prompts->push_back("again"); },
       "prompts must be one"},
      {Sample::kReference, [](Row& r) { r.system = ""; },
       "column \"system\" is empty"},
      {Sample::kReference, [](Row& r) { r.prompts->clear(); },
       "prompts must be one"},
      {Sample::kMultipleChoice, [](Row& r) { r.choices.reset(); },
       "column \"choices\" is null"},
      {Sample::kInstructionFollowing, [](Row& r) { r.rules = "[{}]"; },
       "rules: "},
      {Sample::kInstructionFollowing, [](Row& r) { r.rules = "\xff"; },
       "rules: "},
      {Sample::kPreference, [](Row& r) { r.choices->push_back("again"); },
       "choices must be two"},
      {Sample::kPreference, [](Row& r) { r.answer = "Yes, it is."; },
       "column \"answer\" has a value in a preference row"},
      {Sample::kFinalAnswer, [](Row& r) { r.rules = "poem"; },
       "rules is no form"},
      {Sample::kRanking, [](Row& r) { r.answer = "0, 2"; },
       "answer must be numbers"},
      {Sample::kRanking, [](Row& r) { r.answer = "00"; },
       "answer must be numbers"},
  };
  for (const auto& test : kCases) {
    Row row = ToRow(TestSample(test.kind), "some");
    test.spoil(row);
    const absl::StatusOr<Sample> sample = FromRow(row, test.kind);
    ASSERT_FALSE(sample.ok());
    EXPECT_THAT(sample.status().message(), HasSubstr(test.message));
  }
}

}  // namespace
}  // namespace sn37::datasets
