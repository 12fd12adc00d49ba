#include "datasets/sources/tiny_python.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;

constexpr int64_t kSteps = 1000;

TEST(TinyPython, PrintsWhatPythonPrints) {
  const std::pair<absl::string_view, absl::string_view> kCases[] = {
      {"print(1 + 2 * 3, (1 + 2) * 3)", "7 9\n"},
      {"print(7 // 2, -7 // 2, 7 // -2, -7 // -2)", "3 -4 -4 3\n"},
      {"print(7 % 3, -7 % 3, 7 % -3, -7 % -3)", "1 2 -2 -1\n"},
      {"print(10 - 3 - 2, 100 // 7 // 2, - -5)", "5 7 5\n"},
      {"a = [1, 2 + 3]\na.append(-4)\nprint(a, a[-1], a[0])",
       "[1, 5, -4] -4 1\n"},
      {"a = [3, 1, 2]\nprint(len(a), sum(a), max(a), min(a), abs(-9))",
       "3 6 3 1 9\n"},
      {"a = []\nprint(a, len(a), sum(a))\nprint()", "[] 0 0\n\n"},
      {"a = 5\na += 2\na *= 3\na -= 1\na //= 3\na %= 4\nprint(a)", "2\n"},
      {"for i in range(3):\n  print(i)\nprint(i)", "0\n1\n2\n2\n"},
      {"for i in range(5, 0, -2):\n  print(i)", "5\n3\n1\n"},
      {"s = 0\nfor i in range(0):\n  s = 1\nprint(s)", "0\n"},
      {"a = [1, 2]\ns = 0\nfor v in a:\n    for w in a:\n        s += v * w\n"
       "print(s)",
       "9\n"},
      {"n = 27\nc = 0\nwhile n != 1:\n    if n % 2 == 0:\n        n //= 2\n"
       "    else:\n        n = 3 * n + 1\n    c += 1\nprint(c)",
       "111\n"},
      {"a = 5\nif a > 7:\n  print(1)\nelif a > 4:\n  print(2)\nelif a > 3:\n"
       "  print(3)\nelse:\n  print(4)\nprint(5)",
       "2\n5\n"},
      {"if 1 > 2:\n  print(1)\nelse:\n\n  print(2)\n", "2\n"},
      {"if 1 == 1:\n  if 2 == 3:\n    print(1)\nelse:\n  print(2)\nprint(3)",
       "3\n"},
  };
  for (const auto& [program, output] : kCases) {
    const auto printed = RunTinyPython(program, kSteps);
    ASSERT_TRUE(printed.ok()) << printed.status() << "\n" << program;
    EXPECT_EQ(*printed, output) << program;
  }
}

// Programs of the source `programs` and what CPython prints
// (testdata/programs.py).
TEST(TinyPython, AgreesWithPythonOnDrawnPrograms) {
  const auto text =
      ReadFile("datasets/sources/testdata/programs.json", 1 << 20);
  ASSERT_TRUE(text.ok()) << text.status();
  const auto programs = ParseJson(*text, {});
  ASSERT_TRUE(programs.ok()) << programs.status();
  ASSERT_GE(programs->size(), 100);
  for (const nlohmann::json& item : *programs) {
    const auto printed =
        RunTinyPython(item["program"].get<std::string>(), kSteps);
    ASSERT_TRUE(printed.ok()) << printed.status();
    EXPECT_EQ(*printed, item["output"].get<std::string>()) << item["program"];
  }
}

TEST(TinyPython, WhatIsNotInTheLanguageIsRefusedWithItsLine) {
  const absl::string_view kCases[] = {
      "print(1 / 2)",
      "print('a')",
      "print(a)",
      "print(1",
      "print(1))",
      "print 1",
      "a = 007",
      "a = 1_000",
      "a = 99999999999999999999",
      "a = b = 1",
      "a + 1",
      "a =",
      "if 1:\n  print(1)",
      "if 1 == 1:",
      "if 1 == 1: print(1)",
      "else:\n  print(1)",
      "print(1 == 1)",
      "while 1 < 2 < 3:\n  print(1)",
      "  print(1)\nprint(2)",
      "print(1)\n  print(2)",
      "if 1 == 1:\n    print(1)\n  print(2)",
      "for i in 3:\n  print(i)",
      "for i in range(1, 2, 3, 4):\n  print(i)",
      "a = [1, [2]]",
      "a = [1]\nb = a",
      "a = [1]\nprint(a + a)",
      "a = [1]\nfor v in a:\n  a.append(v)",
      "a = 1\na.append(2)",
      "len = 3",
      "print(max(1, 2))",
      "def f():\n  print(1)",
      "a = 1 # one",
      "\xff",
  };
  for (absl::string_view program : kCases) {
    const absl::Status status = RunTinyPython(program, kSteps).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument)
        << status << "\n"
        << program;
    EXPECT_THAT(status.message(), HasSubstr("line ")) << program;
  }
}

TEST(TinyPython, WhatPythonWouldFailOnIsOutOfRange) {
  const absl::string_view kCases[] = {
      "print(1 // 0)",
      "print(1 % (2 - 2))",
      "a = [1]\nprint(a[1])",
      "a = [1]\nprint(a[-2])",
      "a = []\nprint(max(a))",
      "for i in range(1, 2, 0):\n  print(i)",
      "for i in range(1000000):\n  print(i)",
      "a = 9223372036854775807\na += 1",
      "a = 3037000500\nprint(a * a)",
      "while 1 == 1:\n  a = 1",
  };
  for (absl::string_view program : kCases) {
    EXPECT_EQ(RunTinyPython(program, kSteps).status().code(),
              absl::StatusCode::kOutOfRange)
        << program;
  }
}

TEST(TinyPython, DeepNestingIsRefused) {
  std::string blocks;
  for (int i = 0; i < 1000; ++i) {
    blocks += std::string(i, ' ') + "if 1 == 1:\n";
  }
  for (const std::string& program :
       {"print(" + std::string(1000, '(') + "1" + std::string(1000, ')') + ")",
        "print(" + std::string(1000, '-') + "1)",
        "print(" + std::string(1000, '[') + ")", blocks}) {
    EXPECT_EQ(RunTinyPython(program, kSteps).status().code(),
              absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace sn37::datasets
