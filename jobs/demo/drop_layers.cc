#include "jobs/demo/drop_layers.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/safetensors_writer.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::jobs {
namespace {

constexpr char kLayers[] = "model.layers.";
constexpr uint64_t kMaxFileBytes = 64 << 20;

// The tensor's name in the new model; nothing when its layer is dropped.
std::optional<std::string> NewName(const std::string& name,
                                   const std::set<int64_t>& dropped) {
  absl::string_view rest = name;
  int64_t layer;
  if (!absl::ConsumePrefix(&rest, kLayers)) return name;
  size_t dot = rest.find('.');
  if (dot == rest.npos || !absl::SimpleAtoi(rest.substr(0, dot), &layer)) {
    return name;
  }
  if (dropped.count(layer) > 0) return std::nullopt;
  int64_t before = 0;  // dropped layers below this one
  for (int64_t d : dropped) before += d < layer;
  return absl::StrCat(kLayers, layer - before, rest.substr(dot));
}

absl::Status CopyWeights(const std::string& from, const std::string& to,
                         const std::set<int64_t>& dropped) {
  SN37_ASSIGN_OR_RETURN(eval::SafeTensors weights,
                        eval::SafeTensors::Open(from));
  std::vector<eval::TensorSpec> specs;
  for (const auto& [name, view] : weights.tensors()) {
    if (std::optional<std::string> renamed = NewName(name, dropped)) {
      specs.push_back({*renamed, view.type, view.shape});
    }
  }
  SN37_ASSIGN_OR_RETURN(eval::SafeTensorsWriter writer,
                        eval::SafeTensorsWriter::Create(
                            JoinPath(to, "model.safetensors"), specs));
  for (const auto& [name, view] : weights.tensors()) {
    if (std::optional<std::string> renamed = NewName(name, dropped)) {
      SN37_RETURN_IF_ERROR(writer.Write(*renamed, view.data));
    }
  }
  return writer.Finish();
}

absl::Status WriteConfig(const std::string& from, const std::string& to,
                         const std::set<int64_t>& dropped) {
  const std::string path = JoinPath(from, "config.json");
  SN37_ASSIGN_OR_RETURN(std::string text, ReadFile(path, kMaxFileBytes));
  SN37_ASSIGN_OR_RETURN(nlohmann::json config, ParseJson(text, {}));
  SN37_ASSIGN_OR_RETURN(int64_t layers,
                        GetInt(config, "num_hidden_layers", 1, 1 << 20));
  if (!dropped.empty() &&
      (*dropped.begin() < 0 || *dropped.rbegin() >= layers ||
       static_cast<int64_t>(dropped.size()) >= layers)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": cannot drop these ",
                                                   dropped.size(), " of ",
                                                   layers, " layers"));
  }
  config["num_hidden_layers"] = layers - static_cast<int64_t>(dropped.size());
  return WriteFileWhole(JoinPath(to, "config.json"),
                        absl::StrCat(config.dump(2), "\n"));
}

}  // namespace

absl::Status DropLayers(const std::string& from, const std::string& to,
                        const std::set<int64_t>& dropped) {
  SN37_RETURN_IF_ERROR(WriteConfig(from, to, dropped));
  SN37_ASSIGN_OR_RETURN(std::vector<std::string> names, ListFolder(from, 100));
  for (const std::string& name : names) {
    if (name == "config.json" || absl::EndsWith(name, ".safetensors") ||
        absl::EndsWith(name, ".safetensors.index.json")) {
      continue;
    }
    SN37_ASSIGN_OR_RETURN(std::string bytes,
                          ReadFile(JoinPath(from, name), kMaxFileBytes));
    SN37_RETURN_IF_ERROR(WriteFileWhole(JoinPath(to, name), bytes));
  }
  return CopyWeights(from, to, dropped);
}

}  // namespace sn37::jobs
