#include "eval/weights/safetensors_source.h"

#include <ATen/ATen.h>

#include <cstring>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

using testing::ElementsAre;

// A file whose float tensor "w" = [1.5, -2] lies behind one byte.
SafeTensorsSource MisalignedSource() {
  std::string header =
      R"({"b":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},)"
      R"("e":{"dtype":"F16","shape":[0,3],"data_offsets":[9,9]},)"
      R"("w":{"dtype":"F32","shape":[2],"data_offsets":[1,9]}})";
  header.resize((header.size() + 7) / 8 * 8, ' ');
  const uint64_t length = header.size();
  const float values[] = {1.5f, -2.0f};
  std::string file(17, 'x');
  std::memcpy(file.data(), &length, 8);
  std::memcpy(file.data() + 9, values, 8);
  file.insert(8, header);
  const std::string path = testing::TempDir() + "/odd.safetensors";
  EXPECT_TRUE(WriteFileWhole(path, file).ok());
  auto weights = SafeTensors::OpenFile(path);
  EXPECT_TRUE(weights.ok()) << weights.status();
  return SafeTensorsSource(std::move(*weights));
}

TEST(SafeTensorsSourceTest, TensorsHaveTheValuesOfTheFile) {
  const SafeTensorsSource source = MisalignedSource();
  EXPECT_THAT(source.Names(), ElementsAre("b", "e", "w"));
  const auto w = source.Get("w");
  ASSERT_TRUE(w.ok()) << w.status();
  EXPECT_EQ(w->scalar_type(), at::kFloat);
  EXPECT_EQ(w->data_ptr<float>()[0], 1.5f);
  EXPECT_EQ(w->data_ptr<float>()[1], -2.0f);
  source.Release("w");
  EXPECT_EQ(source.Get("w")->data_ptr<float>()[1], -2.0f);
}

TEST(SafeTensorsSourceTest, ATensorWithoutElementsHasItsShape) {
  const auto e = MisalignedSource().Get("e");
  ASSERT_TRUE(e.ok()) << e.status();
  EXPECT_EQ(e->scalar_type(), at::kHalf);
  EXPECT_THAT(e->sizes().vec(), ElementsAre(0, 3));
}

TEST(SafeTensorsSourceTest, IntegersAreNoWeights) {
  const SafeTensorsSource source = MisalignedSource();
  EXPECT_EQ(source.Get("b").status().code(),
            absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(source.Get("x").status().code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace sn37::eval
