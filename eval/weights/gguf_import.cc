#include "eval/weights/gguf_import.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "eval/tokenizer/gguf_tokenizer.h"
#include "eval/weights/element_type.h"
#include "eval/weights/gguf.h"
#include "eval/weights/safetensors_writer.h"
#include "nlohmann/json.hpp"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"

namespace sn37::eval {
namespace {

using nlohmann::ordered_json;

constexpr int64_t kMaxLayers = 1024;

// Whose heads a tensor's rows are permuted by. llama.cpp rotates neighbouring
// pairs, Hugging Face the two halves of a head; the converter to GGUF
// interleaves the halves of each head's query and key rows to make up for it.
enum class Rows { kPlain, kQueryHeads, kKeyHeads };

// A tensor and its name in a Hugging Face model; "*" is the layer's number.
struct TensorName {
  absl::string_view gguf;
  absl::string_view hugging_face;
  Rows rows = Rows::kPlain;
};

constexpr TensorName kLlamaLayer[] = {
    {"blk.*.attn_norm.weight", "model.layers.*.input_layernorm.weight"},
    {"blk.*.attn_q.weight", "model.layers.*.self_attn.q_proj.weight",
     Rows::kQueryHeads},
    {"blk.*.attn_k.weight", "model.layers.*.self_attn.k_proj.weight",
     Rows::kKeyHeads},
    {"blk.*.attn_v.weight", "model.layers.*.self_attn.v_proj.weight"},
    {"blk.*.attn_output.weight", "model.layers.*.self_attn.o_proj.weight"},
    {"blk.*.ffn_norm.weight", "model.layers.*.post_attention_layernorm.weight"},
    {"blk.*.ffn_gate.weight", "model.layers.*.mlp.gate_proj.weight"},
    {"blk.*.ffn_up.weight", "model.layers.*.mlp.up_proj.weight"},
    {"blk.*.ffn_down.weight", "model.layers.*.mlp.down_proj.weight"},
};

constexpr TensorName kLlamaGlobal[] = {
    {"token_embd.weight", "model.embed_tokens.weight"},
    {"output_norm.weight", "model.norm.weight"},
};

// Absent where the head is tied to the embedding.
constexpr TensorName kLlamaHead = {"output.weight", "lm_head.weight"};

// The numbers of a model that its tensors' names and shapes depend on.
struct Sizes {
  int64_t layers, heads, key_heads;
};

// One architecture that can be imported.
struct GgufArchitecture {
  absl::string_view name;  // general.architecture
  std::span<const TensorName> layer;
  std::span<const TensorName> global;
  TensorName head;
  absl::StatusOr<ordered_json> (*config)(const Gguf& gguf);
};

// An integer in [1, max].
absl::StatusOr<int64_t> Size(const Gguf& gguf, absl::string_view key,
                             int64_t max) {
  SN37_ASSIGN_OR_RETURN(const int64_t value, gguf.GetInt(key));
  if (value < 1 || value > max) {
    return absl::InvalidArgumentError(absl::StrCat(
        Printable(gguf.path()), ": ", key, " is ", value, "; 1 to ", max));
  }
  return value;
}

absl::StatusOr<int64_t> SizeOr(const Gguf& gguf, absl::string_view key,
                               int64_t max, int64_t otherwise) {
  if (!gguf.Has(key)) return otherwise;
  return Size(gguf, key, max);
}

// A number that the file keeps as float32, as the double that people write:
// 1e-05 and not 9.999999747378752e-06.
absl::StatusOr<double> ShortFloat(const Gguf& gguf, absl::string_view key) {
  SN37_ASSIGN_OR_RETURN(const double value, gguf.GetFloat(key));
  char text[32];
  const char* end =
      std::to_chars(text, text + sizeof(text), static_cast<float>(value)).ptr;
  double shortest = 0;
  std::from_chars(text, end, shortest);
  return shortest;
}

// Adds the id at `key` as `field`, null if the file has none.
absl::Status AddTokenId(const Gguf& gguf, absl::string_view key,
                        const char* field, int64_t vocab_size,
                        ordered_json& json) {
  if (!gguf.Has(key)) {
    json[field] = nullptr;
    return absl::OkStatus();
  }
  SN37_ASSIGN_OR_RETURN(const int64_t id, gguf.GetInt(key));
  if (id < 0 || id >= vocab_size) {
    return absl::InvalidArgumentError(
        absl::StrCat(Printable(gguf.path()), ": ", key, " is ", id,
                     ", outside the vocabulary of ", vocab_size));
  }
  json[field] = id;
  return absl::OkStatus();
}

absl::Status AddTokenIds(const Gguf& gguf, int64_t vocab_size,
                         ordered_json& json) {
  SN37_RETURN_IF_ERROR(AddTokenId(gguf, "tokenizer.ggml.bos_token_id",
                                  "bos_token_id", vocab_size, json));
  SN37_RETURN_IF_ERROR(AddTokenId(gguf, "tokenizer.ggml.eos_token_id",
                                  "eos_token_id", vocab_size, json));
  return AddTokenId(gguf, "tokenizer.ggml.padding_token_id", "pad_token_id",
                    vocab_size, json);
}

// The vocabulary's size: the rows of the embedding.
absl::StatusOr<int64_t> VocabSize(const Gguf& gguf) {
  SN37_ASSIGN_OR_RETURN(const GgufTensor* embedding,
                        gguf.Tensor("token_embd.weight"));
  if (embedding->dimensions.size() != 2) {
    return absl::InvalidArgumentError(absl::StrCat(
        Printable(gguf.path()), ": token_embd.weight is not a matrix"));
  }
  return embedding->dimensions[1];
}

// What a LlamaConfig could say otherwise than llama.cpp computes it.
absl::Status CheckLlamaRope(const Gguf& gguf, int64_t head_dim) {
  SN37_ASSIGN_OR_RETURN(
      const int64_t rotated,
      SizeOr(gguf, "llama.rope.dimension_count", 1 << 14, head_dim));
  bool scaled = false;
  if (gguf.Has("llama.rope.scaling.type")) {
    SN37_ASSIGN_OR_RETURN(const std::string scaling,
                          gguf.GetString("llama.rope.scaling.type"));
    scaled = scaling != "none";
  }
  if (scaled || rotated != head_dim) {
    return absl::UnimplementedError(absl::StrCat(
        Printable(gguf.path()),
        ": scaled or partial rotary positions cannot be imported"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ordered_json> LlamaConfig(const Gguf& gguf) {
  SN37_ASSIGN_OR_RETURN(const int64_t vocab_size, VocabSize(gguf));
  SN37_ASSIGN_OR_RETURN(const int64_t hidden,
                        Size(gguf, "llama.embedding_length", 1 << 17));
  SN37_ASSIGN_OR_RETURN(const int64_t heads,
                        Size(gguf, "llama.attention.head_count", 1 << 12));
  SN37_ASSIGN_OR_RETURN(
      const int64_t key_heads,
      SizeOr(gguf, "llama.attention.head_count_kv", 1 << 12, heads));
  SN37_ASSIGN_OR_RETURN(const int64_t head_dim,
                        SizeOr(gguf, "llama.attention.key_length", 1 << 14,
                               std::max<int64_t>(hidden / heads, 1)));
  SN37_RETURN_IF_ERROR(CheckLlamaRope(gguf, head_dim));
  ordered_json json;
  json["architectures"] = {"LlamaForCausalLM"};
  json["attention_bias"] = false;
  json["attention_dropout"] = 0.0;
  SN37_RETURN_IF_ERROR(AddTokenIds(gguf, vocab_size, json));
  json["head_dim"] = head_dim;
  json["hidden_act"] = "silu";
  json["hidden_size"] = hidden;
  SN37_ASSIGN_OR_RETURN(json["intermediate_size"],
                        Size(gguf, "llama.feed_forward_length", 1 << 20));
  SN37_ASSIGN_OR_RETURN(json["max_position_embeddings"],
                        Size(gguf, "llama.context_length", 1 << 24));
  json["mlp_bias"] = false;
  json["model_type"] = "llama";
  json["num_attention_heads"] = heads;
  SN37_ASSIGN_OR_RETURN(json["num_hidden_layers"],
                        Size(gguf, "llama.block_count", kMaxLayers));
  json["num_key_value_heads"] = key_heads;
  SN37_ASSIGN_OR_RETURN(
      json["rms_norm_eps"],
      ShortFloat(gguf, "llama.attention.layer_norm_rms_epsilon"));
  json["rope_scaling"] = nullptr;
  json["rope_theta"] = 10000.0;  // llama.cpp's default, too
  if (gguf.Has("llama.rope.freq_base")) {
    SN37_ASSIGN_OR_RETURN(json["rope_theta"],
                          ShortFloat(gguf, "llama.rope.freq_base"));
  }
  json["tie_word_embeddings"] = !gguf.Tensor(kLlamaHead.gguf).ok();
  json["torch_dtype"] = "bfloat16";
  json["use_cache"] = true;
  json["vocab_size"] = vocab_size;
  return json;
}

constexpr GgufArchitecture kArchitectures[] = {
    {"llama", kLlamaLayer, kLlamaGlobal, kLlamaHead, LlamaConfig},
};

absl::StatusOr<const GgufArchitecture*> FindArchitecture(const Gguf& gguf) {
  SN37_ASSIGN_OR_RETURN(const std::string name,
                        gguf.GetString("general.architecture"));
  std::string known;
  for (const GgufArchitecture& architecture : kArchitectures) {
    if (architecture.name == name) return &architecture;
    absl::StrAppend(&known, " ", architecture.name);
  }
  return absl::UnimplementedError(
      absl::StrCat(Printable(gguf.path()), ": architecture ", Printable(name),
                   " cannot be imported; these can:", known));
}

// A tensor on its way from the one file to the other.
struct Move {
  std::string name;  // in the Hugging Face model
  const GgufTensor* tensor;
  int64_t heads;  // whose halves its rows interleave; 0 for plain rows
};

absl::Status AddMove(const Gguf& gguf, const TensorName& name,
                     const std::string& layer, const Sizes& sizes,
                     std::vector<Move>& moves) {
  SN37_ASSIGN_OR_RETURN(
      const GgufTensor* tensor,
      gguf.Tensor(absl::StrReplaceAll(name.gguf, {{"*", layer}})));
  const int64_t heads = name.rows == Rows::kQueryHeads ? sizes.heads
                        : name.rows == Rows::kKeyHeads ? sizes.key_heads
                                                       : 0;
  const int64_t rows =
      tensor->dimensions.size() == 2 ? tensor->dimensions[1] : 1;
  if (tensor->dimensions.empty() || tensor->dimensions.size() > 2 ||
      (heads != 0 && rows % (2 * heads) != 0)) {
    return absl::InvalidArgumentError(absl::StrCat(
        Printable(gguf.path()), ": tensor ", name.gguf, " of layer ", layer,
        " has a shape that does not fit the model"));
  }
  moves.push_back(
      {absl::StrReplaceAll(name.hugging_face, {{"*", layer}}), tensor, heads});
  return absl::OkStatus();
}

// Every tensor of the file, which must be exactly those of the architecture.
absl::StatusOr<std::vector<Move>> PlanMoves(
    const Gguf& gguf, const GgufArchitecture& architecture,
    const ordered_json& config) {
  const Sizes sizes{config["num_hidden_layers"].get<int64_t>(),
                    config["num_attention_heads"].get<int64_t>(),
                    config["num_key_value_heads"].get<int64_t>()};
  std::vector<Move> moves;
  for (const TensorName& name : architecture.global) {
    SN37_RETURN_IF_ERROR(AddMove(gguf, name, "", sizes, moves));
  }
  if (gguf.Tensor(architecture.head.gguf).ok()) {
    SN37_RETURN_IF_ERROR(AddMove(gguf, architecture.head, "", sizes, moves));
  }
  for (int64_t layer = 0; layer < sizes.layers; ++layer) {
    for (const TensorName& name : architecture.layer) {
      SN37_RETURN_IF_ERROR(
          AddMove(gguf, name, absl::StrCat(layer), sizes, moves));
    }
  }
  if (moves.size() == gguf.tensors().size()) return moves;
  for (const auto& [name, tensor] : gguf.tensors()) {
    const bool known =
        std::any_of(moves.begin(), moves.end(),
                    [&](const Move& move) { return move.tensor == &tensor; });
    if (!known) {
      return absl::UnimplementedError(
          absl::StrCat(Printable(gguf.path()), ": tensor ", Printable(name),
                       " is not one of a ", architecture.name, " model of ",
                       sizes.layers, " layers"));
    }
  }
  return absl::InternalError("two tensors have one name");
}

// Where row `row` of a Hugging Face matrix lies in the GGUF one: element
// `half`, `index` of a head there is element `index`, `half` here.
int64_t SourceRow(int64_t row, int64_t rows, int64_t heads) {
  if (heads == 0) return row;
  const int64_t half_size = rows / heads / 2;
  const int64_t head = row / (2 * half_size);
  const int64_t half = row / half_size % 2;
  const int64_t index = row % half_size;
  return head * 2 * half_size + index * 2 + half;
}

// The tensor's values, rounded to bfloat16, rows in Hugging Face's order.
std::vector<uint16_t> Bf16Values(const Move& move) {
  const GgufTensor& tensor = *move.tensor;
  const int64_t columns = tensor.dimensions.front();
  const int64_t rows = tensor.elements / columns;
  const size_t row_bytes = tensor.blocks.size() / static_cast<size_t>(rows);
  std::vector<uint16_t> values(static_cast<size_t>(tensor.elements));
  std::vector<float> buffer(static_cast<size_t>(columns));
  for (int64_t row = 0; row < rows; ++row) {
    const int64_t source = SourceRow(row, rows, move.heads);
    Dequantise(*tensor.type,
               tensor.blocks.subspan(static_cast<size_t>(source) * row_bytes,
                                     row_bytes),
               buffer);
    std::transform(buffer.begin(), buffer.end(), values.begin() + row * columns,
                   Bf16FromFloat);
  }
  return values;
}

absl::Status WriteWeights(
    const std::string& path, const std::vector<Move>& moves,
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
    const std::vector<uint16_t> values = Bf16Values(move);
    SN37_RETURN_IF_ERROR(writer.Write(
        move.name,
        {reinterpret_cast<const uint8_t*>(values.data()), 2 * values.size()}));
    done += 2 * values.size();
    if (progress) progress(done, total);
  }
  return writer.Finish();
}

absl::StatusOr<std::optional<int64_t>> OptionalInt(const Gguf& gguf,
                                                   absl::string_view key) {
  if (!gguf.Has(key)) return std::nullopt;
  SN37_ASSIGN_OR_RETURN(const int64_t value, gguf.GetInt(key));
  return value;
}

absl::StatusOr<bool> BoolOrFalse(const Gguf& gguf, absl::string_view key) {
  return gguf.Has(key) ? gguf.GetBool(key) : false;
}

absl::StatusOr<GgufTokenizer> ReadTokenizer(const Gguf& gguf) {
  GgufTokenizer out;
  SN37_ASSIGN_OR_RETURN(out.model, gguf.GetString("tokenizer.ggml.model"));
  SN37_ASSIGN_OR_RETURN(out.pre, gguf.GetString("tokenizer.ggml.pre"));
  SN37_ASSIGN_OR_RETURN(const std::span<const std::string> tokens,
                        gguf.GetStrings("tokenizer.ggml.tokens"));
  SN37_ASSIGN_OR_RETURN(const std::span<const int64_t> types,
                        gguf.GetInts("tokenizer.ggml.token_type"));
  SN37_ASSIGN_OR_RETURN(const std::span<const std::string> merges,
                        gguf.GetStrings("tokenizer.ggml.merges"));
  out.tokens.assign(tokens.begin(), tokens.end());
  out.types.assign(types.begin(), types.end());
  out.merges.assign(merges.begin(), merges.end());
  SN37_ASSIGN_OR_RETURN(out.bos_id,
                        OptionalInt(gguf, "tokenizer.ggml.bos_token_id"));
  SN37_ASSIGN_OR_RETURN(out.eos_id,
                        OptionalInt(gguf, "tokenizer.ggml.eos_token_id"));
  SN37_ASSIGN_OR_RETURN(out.unknown_id,
                        OptionalInt(gguf, "tokenizer.ggml.unknown_token_id"));
  SN37_ASSIGN_OR_RETURN(out.padding_id,
                        OptionalInt(gguf, "tokenizer.ggml.padding_token_id"));
  SN37_ASSIGN_OR_RETURN(out.add_bos,
                        BoolOrFalse(gguf, "tokenizer.ggml.add_bos_token"));
  SN37_ASSIGN_OR_RETURN(out.add_space_prefix,
                        BoolOrFalse(gguf, "tokenizer.ggml.add_space_prefix"));
  if (gguf.Has("tokenizer.chat_template")) {
    SN37_ASSIGN_OR_RETURN(out.chat_template,
                          gguf.GetString("tokenizer.chat_template"));
  }
  return out;
}

absl::Status WriteText(const std::string& folder, absl::string_view name,
                       absl::string_view text) {
  return WriteFileWhole(JoinPath(folder, name), text);
}

// Writes the folder's files.
absl::Status WriteModel(
    const Gguf& gguf, const std::string& folder,
    const std::function<void(uint64_t, uint64_t)>& progress) {
  SN37_ASSIGN_OR_RETURN(const GgufArchitecture* architecture,
                        FindArchitecture(gguf));
  SN37_ASSIGN_OR_RETURN(const ordered_json config, architecture->config(gguf));
  SN37_ASSIGN_OR_RETURN(const std::vector<Move> moves,
                        PlanMoves(gguf, *architecture, config));
  SN37_ASSIGN_OR_RETURN(const GgufTokenizer tokenizer, ReadTokenizer(gguf));
  SN37_ASSIGN_OR_RETURN(const TokenizerFiles files,
                        TokenizerFromGguf(tokenizer));
  ordered_json generation;
  SN37_RETURN_IF_ERROR(
      AddTokenIds(gguf, config["vocab_size"].get<int64_t>(), generation));

  SN37_RETURN_IF_ERROR(WriteText(folder, "config.json", config.dump(2) + "\n"));
  SN37_RETURN_IF_ERROR(
      WriteText(folder, "generation_config.json", generation.dump(2) + "\n"));
  SN37_RETURN_IF_ERROR(
      WriteText(folder, "tokenizer.json", files.tokenizer_json));
  SN37_RETURN_IF_ERROR(
      WriteText(folder, "tokenizer_config.json", files.tokenizer_config_json));
  SN37_RETURN_IF_ERROR(WriteText(folder, "special_tokens_map.json",
                                 files.special_tokens_map_json));
  return WriteWeights(JoinPath(folder, "model.safetensors"), moves, progress);
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
