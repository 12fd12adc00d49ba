// Instruction following: two questions under the same drawn rules
// (sn37/rules).
//
// Inputs: "texts" (texts.h). A question asks about a text's title; the text is
// its known answer, from which keyword rules take their words. Parameters:
// version (1 or 2; must be given), the set of rules.
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/substitute.h"
#include "datasets/json_keys.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/texts.h"
#include "datasets/sources/words.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/rules/draw.h"

namespace sn37::datasets {
namespace {

constexpr absl::string_view kQuestions[] = {
    "What should a beginner know about $0?",
    "What is the most surprising thing about $0?",
    "How would you explain $0 to a child?",
    "What do people often get wrong about $0?",
    "Why is it worth learning about $0?",
    "Which facts about $0 are easy to remember?",
    "What would you tell a friend who asks about $0?",
    "What is the main idea behind $0?",
};

struct Question {
  std::string question;
  std::string answer;
};

std::vector<Question> MakeQuestions(const std::vector<TitledText>& texts) {
  std::vector<Question> questions;
  for (const TitledText& text : texts) {
    for (absl::string_view form : kQuestions) {
      questions.push_back({.question = absl::Substitute(form, text.title),
                           .answer = absl::StrJoin(text.paragraphs, " ")});
    }
  }
  return questions;
}

absl::StatusOr<Sample> MakeSample(const std::vector<Question>& questions,
                                  RulesVersion version, CounterRandom& random) {
  const std::vector<size_t> places = DrawPlaces(questions.size(), 2, random);
  const Question& first = questions[places[0]];
  const Question& second = questions[places[1]];
  const std::vector<Rule> rules =
      DrawRules(version, {first.answer, second.answer}, random);
  Sample sample;
  InstructionFollowing& body = *sample.mutable_instruction_following();
  body.mutable_rules()->Assign(rules.begin(), rules.end());
  SN37_ASSIGN_OR_RETURN(*body.add_prompts(),
                        WritePrompt(rules, 0, first.question));
  SN37_ASSIGN_OR_RETURN(*body.add_prompts(),
                        WritePrompt(rules, 1, second.question));
  return sample;
}

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(CheckKeys(context.parameters, {"version"}));
  SN37_ASSIGN_OR_RETURN(int64_t version,
                        GetInt(context.parameters, "version", 1, 2));
  SN37_ASSIGN_OR_RETURN(std::vector<TitledText> texts, ReadTexts(context));
  return Generate(context,
                  [version = static_cast<RulesVersion>(version),
                   questions = MakeQuestions(texts)](CounterRandom& random) {
                    return MakeSample(questions, version, random);
                  });
}

}  // namespace

const Source kInstructionFollowing = {.name = "instruction_following",
                                      .kind = Sample::kInstructionFollowing,
                                      .endless = true,
                                      .open = Open};

}  // namespace sn37::datasets
