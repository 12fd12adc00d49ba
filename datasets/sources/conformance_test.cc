// What every source must do; the duties are those of source.h.
#include <string>

#include "absl/strings/str_cat.h"
#include "datasets/row.h"
#include "datasets/sources/registry.h"
#include "datasets/sources/source.h"
#include "datasets/sources/testing.h"
#include "datasets/testing.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sn37::datasets {
namespace {

using testing::HasSubstr;

constexpr int kRows = 500;

class SourceConformance : public testing::TestWithParam<const Source*> {
 protected:
  const Source& source() const { return *GetParam(); }

  SourceContext Context(const InputFiles& inputs) const {
    return TestContext(source(), inputs);
  }

  // The first rows of an opened stream, serialised.
  std::vector<std::string> Rows(const SourceContext& context) const {
    std::vector<std::string> rows;
    for (const Sample& sample : FirstRows(source(), context, kRows)) {
      rows.push_back(sample.SerializeAsString());
    }
    return rows;
  }

  const InputFiles inputs_ = TestInputs();
};

TEST_P(SourceConformance, TheContextAloneDecidesTheRows) {
  const std::vector<std::string> rows = Rows(Context(inputs_));
  EXPECT_FALSE(rows.empty());
  EXPECT_EQ(Rows(Context(inputs_)), rows);
}

TEST_P(SourceConformance, StreamsAreIndependent) {
  const SourceContext context = Context(inputs_);
  const auto one = source().open(context);
  const auto two = source().open(context);
  ASSERT_TRUE(one.ok() && two.ok());
  for (int i = 0; i < 20; ++i) {
    const auto first = (*one)->Next();
    const auto second = (*two)->Next();
    ASSERT_TRUE(first.ok() && second.ok());
    ASSERT_EQ(first->has_value(), second->has_value());
    if (!first->has_value()) break;
    EXPECT_EQ((*first)->SerializeAsString(), (*second)->SerializeAsString());
  }
}

TEST_P(SourceConformance, EveryRowIsASampleOfItsKind) {
  const std::vector<Sample> rows = FirstRows(source(), Context(inputs_), kRows);
  const auto kind = KindOfRows(source(), Context(inputs_).parameters);
  ASSERT_TRUE(kind.ok()) << kind.status();
  for (const Sample& sample : rows) {
    EXPECT_EQ(sample.body_case(), *kind);
    EXPECT_TRUE(sample.id().empty());
    const absl::Status status = CheckSample(sample);
    ASSERT_TRUE(status.ok()) << status << "\n" << sample.DebugString();
  }
}

TEST_P(SourceConformance, OnlyEndlessSourcesNeverEnd) {
  constexpr int kMany = 20000;
  const size_t rows = FirstRows(source(), Context(inputs_), kMany).size();
  EXPECT_EQ(rows == kMany, source().endless);
}

TEST_P(SourceConformance, AfterTheLastRowThereIsNone) {
  if (source().endless) return;
  const auto rows = source().open(Context(inputs_));
  ASSERT_TRUE(rows.ok()) << rows.status();
  absl::StatusOr<std::optional<Sample>> row;
  do {
    row = (*rows)->Next();
    ASSERT_TRUE(row.ok()) << row.status();
  } while (row->has_value());
  for (int i = 0; i < 3; ++i) {
    row = (*rows)->Next();
    ASSERT_TRUE(row.ok()) << row.status();
    EXPECT_FALSE(row->has_value());
  }
}

TEST_P(SourceConformance, AfterAnErrorThereIsOnlyThatError) {
  InputFiles inputs = inputs_;
  for (auto& [name, files] : inputs) {
    files.push_back(WriteTestFile("bad", "\xff\n\xff\n"));
  }
  const auto rows = source().open(Context(inputs));
  if (!rows.ok()) return;  // reads all of its inputs first
  absl::Status error;
  for (int i = 0; i < kRows && error.ok(); ++i)
    error = (*rows)->Next().status();
  const bool reads_tables =
      source().kind == Sample::BODY_NOT_SET && !source().endless;
  ASSERT_EQ(!error.ok(), reads_tables) << error;
  if (error.ok()) return;
  EXPECT_THAT(error.message(), HasSubstr("bad"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ((*rows)->Next().status(), error);
}

TEST_P(SourceConformance, SeedAndConfigChangeWhatIsDrawn) {
  if (!source().endless) return;  // draws nothing
  const std::vector<std::string> rows = Rows(Context(inputs_));
  SourceContext other_seed = Context(inputs_);
  other_seed.seed = Sha256("another");
  EXPECT_NE(Rows(other_seed), rows);
  SourceContext other_config = Context(inputs_);
  other_config.config = "another";
  EXPECT_NE(Rows(other_config), rows);
}

TEST_P(SourceConformance, UnknownParametersAreRefused) {
  SourceContext context = Context(inputs_);
  context.parameters["colour"] = "red";
  const absl::Status status = source().open(context).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr("\"colour\""));
}

TEST_P(SourceConformance, MissingAndUnusableInputsAreRefusedByName) {
  // Takes each input away, and empties it, in turn; a source that does not
  // read it does not care.
  for (const auto& [name, files] : inputs_) {
    InputFiles without = inputs_;
    without.erase(name);
    InputFiles emptied = inputs_;
    emptied[name] = {WriteTestFile("empty", "")};
    InputFiles vanished = inputs_;
    vanished[name] = {FreshPath("vanished")};
    const bool reads = !source().open(Context(without)).ok();
    if (!reads) continue;
    EXPECT_THAT(source().open(Context(without)).status().message(),
                HasSubstr(absl::StrCat("\"", name, "\"")));
    const SourceContext context = Context(emptied);
    const auto rows = source().open(context);
    if (rows.ok()) {  // a build says that such a config is empty
      EXPECT_EQ((*rows)->Next()->has_value(), false) << name;
    }
    EXPECT_THAT(source().open(Context(vanished)).status().message(),
                HasSubstr("vanished"));
  }
}

TEST_P(SourceConformance, IsFoundByItsName) {
  const auto found = FindSource(source().name);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(*found, &source());
}

INSTANTIATE_TEST_SUITE_P(All, SourceConformance, testing::ValuesIn(Sources()),
                         [](const testing::TestParamInfo<const Source*>& info) {
                           return std::string(info.param->name);
                         });

TEST(FindSource, AnUnknownNameListsThoseThatExist) {
  const absl::Status status = FindSource("rhymes").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("dyck"));
}

}  // namespace
}  // namespace sn37::datasets
