#include "eval/tokenizer/chat_template.h"

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

const std::vector<ChatMessage> kHi = {{"user", "Hi"}};

absl::StatusOr<std::string> Render(absl::string_view source,
                                   const std::vector<ChatMessage>& messages,
                                   bool prompt = false,
                                   const ChatTemplateLimits& limits = {}) {
  auto parsed = ChatTemplate::Parse(source, limits);
  if (!parsed.ok()) return parsed.status();
  return parsed->Render(messages, prompt,
                        {{"bos_token", "<s>"}, {"eos_token", "</s>"}});
}

int64_t ResidentBytes() {
  const auto statm = ReadFile("/proc/self/statm", 4096);
  EXPECT_TRUE(statm.ok()) << statm.status();
  const std::vector<std::string> pages = absl::StrSplit(*statm, ' ');
  return std::stoll(pages[1]) * 4096;
}

TEST(ChatTemplateTest, TemplatesGiveTheTextsOfTransformers) {
  auto text = ReadFile("eval/tokenizer/testdata/templates.json", 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status();
  auto json = ParseJson(*text, {});
  ASSERT_TRUE(json.ok()) << json.status();
  ASSERT_EQ((*json)["cases"].size(), 87u);
  for (const auto& c : (*json)["cases"]) {
    std::vector<ChatMessage> messages;
    for (const auto& message : c["messages"]) {
      messages.push_back({message["role"], message["content"]});
    }
    const auto rendered = Render(c["template"].get<std::string>(), messages,
                                 c["add_generation_prompt"]);
    if (c.contains("error")) {
      EXPECT_EQ(rendered.status().code(), absl::StatusCode::kInvalidArgument)
          << c;
      continue;
    }
    ASSERT_TRUE(rendered.ok()) << rendered.status() << "\n" << c;
    EXPECT_EQ(*rendered, c["text"].get<std::string>()) << c["template"];
  }
}

TEST(ChatTemplateTest, WhatATemplateRaisesIsTheError) {
  EXPECT_EQ(
      Render("{{ raise_exception('roles \x1b[2J') }}", kHi).status().message(),
      "chat template: invalid operation: roles \\x1b[2J (in chat "
      "template:1)");
}

TEST(ChatTemplateTest, AConversationWithoutMessagesIsRefused) {
  EXPECT_EQ(Render("x", {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ChatTemplateTest, TheClockIsNotThere) {
  EXPECT_EQ(*Render("{{ strftime_now is defined }}", kHi), "False");
  EXPECT_FALSE(Render("{{ strftime_now('%Y') }}", kHi).ok());
}

TEST(ChatTemplateTest, MessagesThatAreNoUtf8AreRefused) {
  EXPECT_EQ(Render("x", {{"user", "\xff"}}).status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_FALSE(Render("\xff", kHi).ok());
}

// Programs that would run, grow or recurse without end.
TEST(ChatTemplateTest, EveryRunawayTemplateEndsInAnError) {
  const struct {
    const char* what;
    const char* source;
    absl::StatusCode code;
  } kCases[] = {
      {"loops",
       "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}"
       "{% endfor %}",
       absl::StatusCode::kOutOfRange},
      {"writes 10 GB",
       "{% set s = 'x' * 99999 %}{% for a in range(99999) %}{{ s }}"
       "{% endfor %}",
       absl::StatusCode::kOutOfRange},
      {"doubles a text a hundred times",
       "{% set ns = namespace(x='ab') %}{% for a in range(100) %}"
       "{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x|length }}",
       absl::StatusCode::kOutOfRange},
      {"asks for a petabyte at once", "{{ 'x'|indent(1000000000000000) }}",
       absl::StatusCode::kOutOfRange},
      {"asks for more than there are addresses",
       "{{ 'x'|indent(9000000000000000000) }}", absl::StatusCode::kOutOfRange},
      {"pads by format", "{{ '%999999999999d'|format(1) }}",
       absl::StatusCode::kOutOfRange},
      {"replaces by growing",
       "{% set ns = namespace(x='aaaa') %}{% for a in range(20) %}"
       "{% set ns.x = ns.x|replace('a', ns.x) %}{% endfor %}",
       absl::StatusCode::kOutOfRange},
      {"makes a long text that it does not print",
       "{% set n = 9999999 %}{{ ('x' * n)|length }}",
       absl::StatusCode::kOutOfRange},
      {"copies in circles",
       "{% set s = 'x' * 999999 %}{% for a in range(99999) %}"
       "{% set t = s|upper %}{% endfor %}",
       absl::StatusCode::kOutOfRange},
      {"calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
       absl::StatusCode::kInvalidArgument},
      {"includes itself", "{% include 'chat template' %}",
       absl::StatusCode::kInvalidArgument},
      {"prints a very deep list",
       "{% set ns = namespace(x=[]) %}{% for a in range(9000) %}"
       "{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x }}",
       absl::StatusCode::kInvalidArgument},
      {"prints a very deep list as JSON",
       "{% set ns = namespace(x=[]) %}{% for a in range(9000) %}"
       "{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x|tojson }}",
       absl::StatusCode::kInvalidArgument},
      {"reads a file", "{% include '/etc/passwd' %}",
       absl::StatusCode::kInvalidArgument},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Render(c.source, kHi).status().code(), c.code)
        << c.what << ": " << Render(c.source, kHi).status();
  }
}

TEST(ChatTemplateTest, DeepValuesDoNotOverflowTheStack) {
  std::string deep = "[[[[[[[[[[ns.x]]]]]]]]]]";
  const std::string kUses[] = {"{{ ns.x == ns.y }}", "{{ (ns.x ~ '')|length }}",
                               "{{ [ns.x, ns.y]|sort|length }}",
                               "{{ {ns.x: 1}|length }}", ""};
  for (const std::string& use : kUses) {
    const std::string source = absl::StrCat(
        "{% set ns = namespace(x=[], y=[]) %}{% for a in range(40000) %}"
        "{% set ns.x = ",
        deep,
        " %}{% set ns.y = ", absl::StrReplaceAll(deep, {{"ns.x", "ns.y"}}),
        " %}{% endfor %}", use);
    ChatTemplateLimits limits;
    limits.instructions = 100'000'000;
    // Whether it fits is not the point; that the process lives is.
    const auto rendered = Render(source, kHi, false, limits);
    EXPECT_TRUE(rendered.ok() ||
                rendered.status().code() == absl::StatusCode::kOutOfRange)
        << rendered.status();
  }
}

// What holds itself is never freed: each rendering would cost its memory for
// good. 1,000 of a megabyte each are refused, and cost no more than two may
// use.
TEST(ChatTemplateTest, ValuesThatHoldThemselvesAreRefused) {
  const auto parsed = ChatTemplate::Parse(
      "{% set ns = namespace() %}{% set ns.me = ns %}"
      "{% set ns.text = messages[0].role * 250000 %}hi",
      {});
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  const int64_t before = ResidentBytes();
  for (int i = 0; i < 1000; ++i) {
    const auto text = parsed->Render(kHi, false, {});
    ASSERT_EQ(text.status().code(), absl::StatusCode::kOutOfRange) << i;
    ASSERT_TRUE(absl::StrContains(text.status().message(), "holds itself"));
  }
  EXPECT_LT(ResidentBytes() - before, int64_t{2} * (64 << 20));
}

TEST(ChatTemplateTest, NestedSourceIsRefused) {
  for (const char* open : {"(", "[", "{'a':", "-", "not ", "{% if 1 %}"}) {
    std::string source = open[0] == '{' && open[1] == '%' ? "" : "{{ ";
    for (int i = 0; i < 20000; ++i) source += open;
    EXPECT_EQ(Render(source, kHi).status().code(),
              absl::StatusCode::kInvalidArgument)
        << open;
  }
}

TEST(ChatTemplateTest, OneTemplateRendersOnSeveralThreads) {
  const auto parsed = ChatTemplate::Parse(
      "{% for m in messages %}{{ m.content }}{% endfor %}", {});
  ASSERT_TRUE(parsed.ok());
  std::vector<std::thread> threads;
  std::vector<int> right(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string content = absl::StrCat(t, ".", i);
        right[t] += *parsed->Render({{"user", content}}, false, {}) == content;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int>(4, 50));
}

}  // namespace
}  // namespace sn37::eval
