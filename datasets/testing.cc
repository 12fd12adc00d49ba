#include "datasets/testing.h"

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::datasets {
namespace {

std::string TestFolder() {
  const testing::TestInfo* test =
      testing::UnitTest::GetInstance()->current_test_info();
  std::string name = absl::StrCat(test->test_suite_name(), ".", test->name());
  for (char& c : name) {
    if (c == '/') c = '_';
  }
  return JoinPath(testing::TempDir(), name);
}

}  // namespace

Sample TestSample(Sample::BodyCase kind, absl::string_view word) {
  Sample sample;
  switch (kind) {
    case Sample::kMultipleChoice: {
      MultipleChoice& body = *sample.mutable_multiple_choice();
      body.set_prompt(absl::StrCat("Is it ", word, "?\nA. yes\nB. no"));
      body.add_choices("A");
      body.add_choices("B");
      body.set_answer("B");
      break;
    }
    case Sample::kReference: {
      Reference& body = *sample.mutable_reference();
      body.set_system("Be brief.");
      body.set_prompt(absl::StrCat("Say ", word, "."));
      body.set_reference(std::string(word));
      break;
    }
    case Sample::kText:
      sample.mutable_text()->set_text(absl::StrCat("Grüße, ", word, "!"));
      break;
    case Sample::kInstructionFollowing: {
      InstructionFollowing& body = *sample.mutable_instruction_following();
      Rule& words = *body.add_rules();
      words.set_id(WORD_COUNT_AT_MOST);
      words.set_count(30);
      Rule& keyword = *body.add_rules();
      keyword.set_id(KEYWORD_FREQUENCY);
      keyword.add_keywords(std::string(word));
      keyword.add_keywords("ice");
      keyword.add_keyword_counts(2);
      keyword.add_keyword_counts(1);
      body.add_prompts(absl::StrCat("Speak of ", word, "."));
      body.add_prompts("Speak of ice.");
      break;
    }
    case Sample::kPreference: {
      Preference& body = *sample.mutable_preference();
      body.set_prompt(absl::StrCat("Is ", word, " good?"));
      body.set_chosen("Yes, it is.");
      body.set_rejected("No.");
      break;
    }
    case Sample::kFinalAnswer: {
      FinalAnswer& body = *sample.mutable_final_answer();
      body.set_system("Be brief.");
      body.set_prompt(absl::StrCat("Half of ", word, "?"));
      body.set_answer("1/2");
      body.set_form(FinalAnswer::NUMBER);
      break;
    }
    case Sample::kRanking: {
      Ranking& body = *sample.mutable_ranking();
      body.set_prompt(absl::StrCat("I liked ", word, ". What next?"));
      for (const char* item : {"tea", "ice", "rye"}) body.add_items(item);
      body.add_relevant(0);
      body.add_relevant(2);
      break;
    }
    case Sample::BODY_NOT_SET:
      break;
  }
  return sample;
}

std::vector<Sample::BodyCase> AllKinds() {
  return {Sample::kMultipleChoice, Sample::kReference,
          Sample::kText,           Sample::kInstructionFollowing,
          Sample::kPreference,     Sample::kFinalAnswer,
          Sample::kRanking};
}

std::string FreshPath(absl::string_view name) {
  std::filesystem::create_directories(TestFolder());
  const std::string path = JoinPath(TestFolder(), name);
  std::filesystem::remove_all(path);
  std::filesystem::remove_all(path + ".partial");
  return path;
}

std::string WriteTestFile(absl::string_view name, absl::string_view contents) {
  const std::string path = FreshPath(name);
  EXPECT_TRUE(WriteFileWhole(path, contents).ok()) << path;
  return path;
}

}  // namespace sn37::datasets
