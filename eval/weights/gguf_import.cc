#include "eval/weights/gguf_import.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "eval/tokenizer/gguf_tokenizer.h"
#include "eval/weights/element_type.h"
#include "eval/weights/gguf.h"
#include "eval/weights/gguf_archs/archs.h"
#include "eval/weights/gguf_fields.h"
#include "eval/weights/safetensors_writer.h"
#include "nlohmann/json.hpp"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

// Adds the id at `key` as `field`, null if the file has none.
absl::Status AddTokenId(const Gguf& gguf, absl::string_view key,
                        const char* field, int64_t vocabulary,
                        nlohmann::json& json) {
  json[field] = nullptr;
  if (!gguf.Has(key)) return absl::OkStatus();
  SN37_ASSIGN_OR_RETURN(const int64_t id, gguf.GetInt(key));
  if (id < 0 || id >= vocabulary) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(gguf.path()), ": ", key, " is ", id,
                     ", outside the vocabulary of ", vocabulary));
  }
  json[field] = id;
  return absl::OkStatus();
}

absl::Status AddTokenIds(const Gguf& gguf, int64_t vocabulary,
                         nlohmann::json& json) {
  SN37_RETURN_IF_ERROR(AddTokenId(gguf, "tokenizer.ggml.bos_token_id",
                                  "bos_token_id", vocabulary, json));
  SN37_RETURN_IF_ERROR(AddTokenId(gguf, "tokenizer.ggml.eos_token_id",
                                  "eos_token_id", vocabulary, json));
  return AddTokenId(gguf, "tokenizer.ggml.padding_token_id", "pad_token_id",
                    vocabulary, json);
}

absl::StatusOr<const GgufArch*> FindGgufArch(const Gguf& gguf) {
  SN37_ASSIGN_OR_RETURN(const std::string name,
                        gguf.GetString("general.architecture"));
  std::string known;
  for (const GgufArch* arch : AllGgufArchs()) {
    if (arch->name == name) return arch;
    absl::StrAppend(&known, " ", arch->name);
  }
  return absl::UnimplementedError(
      absl::StrCat(Printable(gguf.path()), ": architecture ", Printable(name),
                   " cannot be imported; these can:", known));
}

// A tensor on its way from the one file to the other.
struct Move {
  std::string name;  // in the Hugging Face model
  const GgufTensor* tensor;
  const RowOrder* order;
  float add;
};

// Plans the moves of one file. Lives for one import.
class Planner {
 public:
  Planner(const Gguf& gguf, const GgufArch& arch, const GgufModel& model)
      : gguf_(gguf), arch_(arch), model_(model) {}

  // Every tensor of the file but those that `fields` has read. They must be
  // exactly those of the architecture.
  absl::StatusOr<std::vector<Move>> Plan(const GgufFields& fields) {
    for (const GgufTensorName& name : arch_.tensors) {
      if (name.when != nullptr && !name.when(model_.config)) continue;
      const int64_t copies =
          absl::StrContains(name.gguf, "{}") ? model_.layers : 1;
      for (int64_t layer = 0; layer < copies; ++layer) {
        SN37_RETURN_IF_ERROR(Add(name, layer, ".weight"));
        if (name.bias != nullptr && name.bias(model_.config)) {
          SN37_RETURN_IF_ERROR(Add(name, layer, ".bias"));
        }
      }
    }
    for (const auto& [name, tensor] : gguf_.tensors()) {
      if (planned_.count(&tensor) > 0 || fields.WasRead(name)) continue;
      return absl::UnimplementedError(
          absl::StrCat(Printable(gguf_.path()), ": tensor ", Printable(name),
                       " is not one of a ", arch_.name, " model of ",
                       model_.layers, " layers"));
    }
    return std::move(moves_);
  }

 private:
  absl::Status Add(const GgufTensorName& name, int64_t layer,
                   absl::string_view suffix) {
    const auto of_layer = [&](absl::string_view pattern) {
      return absl::StrCat(
          absl::StrReplaceAll(pattern, {{"{}", absl::StrCat(layer)}}), suffix);
    };
    const std::string gguf_name = of_layer(name.gguf);
    SN37_ASSIGN_OR_RETURN(const GgufTensor* tensor, gguf_.Tensor(gguf_name));
    const size_t rank = tensor->dimensions.size();
    const bool permutable =
        name.order == nullptr ||
        (rank == 2 ? tensor->dimensions[1] == name.order->rows(model_)
                   : tensor->elements == name.order->rows(model_) &&
                         tensor->type->block_elements == 1);
    if (rank < 1 || rank > 2 || !permutable) {
      return absl::InvalidArgumentError(
          absl::StrCat(Printable(gguf_.path()), ": tensor ", gguf_name,
                       " has a shape that does not fit the model"));
    }
    moves_.push_back(
        {of_layer(name.hugging_face), tensor, name.order, name.add});
    planned_.insert(tensor);
    return absl::OkStatus();
  }

  const Gguf& gguf_;
  const GgufArch& arch_;
  const GgufModel& model_;
  std::vector<Move> moves_;
  std::set<const GgufTensor*> planned_;
};

// The tensor's values, rounded to bfloat16, rows in Hugging Face's order. Where
// the rows of a vector move, each element is a row.
std::vector<uint16_t> Bf16Values(const Move& move, const GgufModel& model) {
  const GgufTensor& tensor = *move.tensor;
  const bool vector = tensor.dimensions.size() == 1;
  const int64_t columns =
      vector && move.order != nullptr ? 1 : tensor.dimensions.front();
  const int64_t rows = tensor.elements / columns;
  const size_t row_bytes = tensor.blocks.size() / static_cast<size_t>(rows);
  std::vector<uint16_t> values(static_cast<size_t>(tensor.elements));
  std::vector<float> buffer(static_cast<size_t>(columns));
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t source =
        move.order == nullptr ? row : move.order->source(row, model);
    Dequantise(*tensor.type,
               tensor.blocks.subspan(static_cast<size_t>(source) * row_bytes,
                                     row_bytes),
               buffer);
    if (move.add != 0) {
      for (float& value : buffer) value += move.add;
    }
    std::transform(buffer.begin(), buffer.end(), values.begin() + row * columns,
                   Bf16FromFloat);
  }
  return values;
}

absl::Status WriteWeights(
    const std::string& path, const std::vector<Move>& moves,
    const GgufModel& model,
    const std::function<void(uint64_t, uint64_t)>& progress) {
  std::vector<TensorSpec> specs;
  uint64_t total = 0;
  for (const Move& move : moves) {
    std::vector<int64_t> shape = move.tensor->dimensions;
    std::reverse(shape.begin(), shape.end());
    total += 2 * static_cast<uint64_t>(move.tensor->elements);
    specs.push_back({move.name, ElementType::kBF16, std::move(shape)});
  }
  SN37_ASSIGN_OR_RETURN(SafeTensorsWriter writer,
                        SafeTensorsWriter::Create(path, specs));
  uint64_t done = 0;
  for (const Move& move : moves) {
    const std::vector<uint16_t> values = Bf16Values(move, model);
    SN37_RETURN_IF_ERROR(writer.Write(
        move.name,
        {reinterpret_cast<const uint8_t*>(values.data()), 2 * values.size()}));
    done += 2 * values.size();
    if (progress) progress(done, total);
  }
  return writer.Finish();
}

template <typename T>
using Getter = absl::StatusOr<T> (Gguf::*)(absl::string_view) const;

template <typename T>
absl::StatusOr<std::optional<T>> Optional(const Gguf& gguf, Getter<T> getter,
                                          absl::string_view key) {
  if (!gguf.Has(key)) return std::nullopt;
  SN37_ASSIGN_OR_RETURN(T value, (gguf.*getter)(key));
  return value;
}

// An array as a vector; empty if the file has none.
template <typename T>
absl::StatusOr<std::vector<T>> List(const Gguf& gguf,
                                    Getter<std::span<const T>> getter,
                                    absl::string_view key) {
  if (!gguf.Has(key)) return std::vector<T>();
  SN37_ASSIGN_OR_RETURN(const std::span<const T> values, (gguf.*getter)(key));
  return std::vector<T>(values.begin(), values.end());
}

absl::StatusOr<GgufTokenizer> ReadTokenizer(const Gguf& gguf) {
  GgufTokenizer out;
  SN37_ASSIGN_OR_RETURN(out.model, gguf.GetString("tokenizer.ggml.model"));
  SN37_ASSIGN_OR_RETURN(out.tokens,
                        List(gguf, &Gguf::GetStrings, "tokenizer.ggml.tokens"));
  SN37_ASSIGN_OR_RETURN(
      out.types, List(gguf, &Gguf::GetInts, "tokenizer.ggml.token_type"));
  SN37_ASSIGN_OR_RETURN(out.merges,
                        List(gguf, &Gguf::GetStrings, "tokenizer.ggml.merges"));
  SN37_ASSIGN_OR_RETURN(out.scores,
                        List(gguf, &Gguf::GetFloats, "tokenizer.ggml.scores"));
  const std::pair<absl::string_view, std::optional<int64_t>*> kIds[] = {
      {"tokenizer.ggml.bos_token_id", &out.bos_id},
      {"tokenizer.ggml.eos_token_id", &out.eos_id},
      {"tokenizer.ggml.unknown_token_id", &out.unknown_id},
      {"tokenizer.ggml.padding_token_id", &out.padding_id}};
  for (const auto& [key, id] : kIds) {
    SN37_ASSIGN_OR_RETURN(*id, Optional(gguf, &Gguf::GetInt, key));
  }
  const std::pair<absl::string_view, std::optional<bool>*> kFlags[] = {
      {"tokenizer.ggml.add_bos_token", &out.add_bos},
      {"tokenizer.ggml.add_eos_token", &out.add_eos},
      {"tokenizer.ggml.add_space_prefix", &out.add_space_prefix},
      {"tokenizer.ggml.remove_extra_whitespaces",
       &out.remove_extra_whitespaces}};
  for (const auto& [key, flag] : kFlags) {
    SN37_ASSIGN_OR_RETURN(*flag, Optional(gguf, &Gguf::GetBool, key));
  }
  SN37_ASSIGN_OR_RETURN(out.pre,
                        Optional(gguf, &Gguf::GetString, "tokenizer.ggml.pre"));
  SN37_ASSIGN_OR_RETURN(out.chat_template, Optional(gguf, &Gguf::GetString,
                                                    "tokenizer.chat_template"));
  return out;
}

// The folder's small files, by name.
using TextFiles = std::vector<std::pair<absl::string_view, std::string>>;

absl::StatusOr<TextFiles> TokenizerTexts(const Gguf& gguf, int64_t vocabulary) {
  SN37_ASSIGN_OR_RETURN(const GgufTokenizer tokenizer, ReadTokenizer(gguf));
  if (static_cast<int64_t>(tokenizer.tokens.size()) > vocabulary) {
    return absl::InvalidArgumentError(
        absl::StrCat("tokenizer.ggml.tokens: ", tokenizer.tokens.size(),
                     " for an embedding of ", vocabulary));
  }
  SN37_ASSIGN_OR_RETURN(TokenizerFiles files, TokenizerFromGguf(tokenizer));
  return TextFiles{
      {"tokenizer.json", std::move(files.tokenizer_json)},
      {"tokenizer_config.json", std::move(files.tokenizer_config_json)},
      {"special_tokens_map.json", std::move(files.special_tokens_map_json)}};
}

// Writes the folder's files.
absl::Status WriteModel(
    const Gguf& gguf, const std::string& folder,
    const std::function<void(uint64_t, uint64_t)>& progress) {
  SN37_ASSIGN_OR_RETURN(const GgufArch* arch, FindGgufArch(gguf));
  GgufFields fields(gguf, std::string(arch->name));
  GgufModel model;
  arch->read(fields, model);
  SN37_RETURN_IF_ERROR(fields.Finish());
  SN37_ASSIGN_OR_RETURN(const std::vector<Move> moves,
                        Planner(gguf, *arch, model).Plan(fields));
  nlohmann::json generation;
  SN37_RETURN_IF_ERROR(AddTokenIds(gguf, model.vocabulary, generation));
  model.config.update(generation);
  model.config["torch_dtype"] = "bfloat16";
  absl::StatusOr<TextFiles> files = TokenizerTexts(gguf, model.vocabulary);
  if (!files.ok()) return Annotate(files.status(), Printable(gguf.path()));

  files->emplace_back("config.json", model.config.dump(2) + "\n");
  files->emplace_back("generation_config.json", generation.dump(2) + "\n");
  for (const auto& [name, text] : *files) {
    SN37_RETURN_IF_ERROR(WriteFileWhole(JoinPath(folder, name), text));
  }
  return WriteWeights(JoinPath(folder, "model.safetensors"), moves, model,
                      progress);
}

// Removes a folder of plain files.
void RemoveFolder(const std::string& folder) {
  const absl::StatusOr<std::vector<std::string>> names =
      ListFolder(folder, 1000);
  if (!names.ok()) return;
  for (const std::string& name : *names) {
    unlink(JoinPath(folder, name).c_str());
  }
  rmdir(folder.c_str());
}

}  // namespace

absl::Status ImportGguf(
    const std::string& gguf_path, const std::string& out,
    const std::function<void(uint64_t, uint64_t)>& progress) {
  struct stat info;
  if (lstat(out.c_str(), &info) == 0) {
    return absl::AlreadyExistsError(absl::StrCat(
        Printable(out), ": is there already; name a folder that is not"));
  }
  SN37_ASSIGN_OR_RETURN(const Gguf gguf, Gguf::Open(gguf_path));
  const std::string temporary = absl::StrCat(out, ".tmp-", getpid());
  SN37_RETURN_IF_ERROR(MakeFolder(temporary));
  absl::Status status = WriteModel(gguf, temporary, progress);
  if (status.ok()) status = gguf.CheckUnchanged();
  if (status.ok() && rename(temporary.c_str(), out.c_str()) != 0) {
    status = ErrnoStatus(errno, "rename a new folder to", out);
  }
  if (!status.ok()) {
    RemoveFolder(temporary);
    return status;
  }
  const size_t slash = out.rfind('/');
  return SyncFolder(slash == std::string::npos ? "."
                                               : out.substr(0, slash + 1));
}

}  // namespace sn37::eval
