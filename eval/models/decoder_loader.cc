#include "eval/models/decoder_loader.h"

#include <ATen/ops/empty.h>
#include <c10/util/BFloat16.h>
#include <c10/util/Half.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

const SlotName* FindSlot(const ModelArch& arch, Slot slot,
                         const DecoderConfig& config) {
  for (const SlotName& name : arch.slots) {
    if (name.slot != slot) continue;
    if (name.when == nullptr || name.when(config)) return &name;
  }
  return nullptr;
}

// Rows of the tensor that holds a slot: up to the last of any slot that lies
// in it.
int64_t WholeRows(const ModelArch& arch, const SlotName& slot,
                  const DecoderConfig& config) {
  int64_t end = 0;
  for (const SlotName& other : arch.slots) {
    if (std::strcmp(other.name, slot.name) != 0) continue;
    for (const RowRange& range : other.rows(config)) {
      end = std::max(end, range.second);
    }
  }
  return end;
}

float ElementAt(const at::Tensor& tensor, int64_t i) {
  switch (tensor.scalar_type()) {
    case at::kFloat:
      return tensor.data_ptr<float>()[i];
    case at::kHalf:
      return static_cast<float>(tensor.data_ptr<at::Half>()[i]);
    default:
      return static_cast<float>(tensor.data_ptr<at::BFloat16>()[i]);
  }
}

at::Tensor ToTensor(const std::vector<float>& values) {
  at::Tensor tensor =
      at::empty({static_cast<int64_t>(values.size())}, at::kFloat);
  std::memcpy(tensor.data_ptr<float>(), values.data(),
              values.size() * sizeof(float));
  return tensor;
}

}  // namespace

absl::StatusOr<DecoderLoader::Part> DecoderLoader::Find(int64_t layer,
                                                        Slot slot,
                                                        const char* suffix,
                                                        int64_t outputs,
                                                        int64_t inputs) const {
  const SlotName* slot_name = FindSlot(arch_, slot, config_);
  SN37_CHECK(slot_name != nullptr)
      << arch_.name << " names no slot " << static_cast<int>(slot);
  Part part;
  part.name = absl::StrCat(
      absl::StrReplaceAll(slot_name->name, {{"{}", absl::StrCat(layer)}}),
      suffix);
  SN37_ASSIGN_OR_RETURN(part.tensor, source_.Get(part.name));
  const at::IntArrayRef shape = part.tensor.sizes();
  part.rows = {{0, outputs}};
  std::vector<int64_t> expected = {outputs};
  if (slot_name->rows != nullptr) {
    part.rows = slot_name->rows(config_);
    expected = {WholeRows(arch_, *slot_name, config_)};
  }
  if (inputs != 0) expected.push_back(inputs);
  if (shape != at::IntArrayRef(expected)) {
    return absl::InvalidArgumentError(
        absl::StrCat(part.name, ": shape [", absl::StrJoin(shape, ", "),
                     "] does not fit config.json, which asks for [",
                     absl::StrJoin(expected, ", "), "]"));
  }
  return part;
}

void DecoderLoader::AppendFloats(const Part& part, std::vector<float>& out) {
  for (const RowRange& range : part.rows) {
    for (int64_t i = range.first; i < range.second; ++i) {
      out.push_back(ElementAt(part.tensor, i));
    }
  }
}

absl::StatusOr<Projection> DecoderLoader::LoadProjection(
    int64_t layer, absl::Span<const Slot> slots,
    absl::Span<const int64_t> outputs, int64_t inputs, bool bias) {
  std::vector<Part> parts;
  std::vector<RowSlice> slices;
  std::vector<float> biases;
  for (size_t i = 0; i < slots.size(); ++i) {
    SN37_ASSIGN_OR_RETURN(Part part,
                          Find(layer, slots[i], ".weight", outputs[i], inputs));
    for (const RowRange& range : part.rows) {
      slices.push_back({part.tensor, range.first, range.second});
    }
    parts.push_back(std::move(part));
    if (bias) {
      SN37_ASSIGN_OR_RETURN(Part bias_part,
                            Find(layer, slots[i], ".bias", outputs[i], 0));
      AppendFloats(bias_part, biases);
    }
  }
  Projection projection;
  projection.matrix = ops_.Pack(slices, dtype_);
  if (bias) projection.bias = ops_.ToDevice(ToTensor(biases));
  for (const Part& part : parts) source_.Release(part.name);
  return projection;
}

absl::StatusOr<at::Tensor> DecoderLoader::LoadVector(int64_t layer, Slot slot,
                                                     const char* suffix,
                                                     int64_t elements) {
  SN37_ASSIGN_OR_RETURN(const Part part,
                        Find(layer, slot, suffix, elements, 0));
  std::vector<float> values;
  AppendFloats(part, values);
  return ops_.ToDevice(ToTensor(values));
}

absl::StatusOr<NormWeights> DecoderLoader::LoadNorm(int64_t layer, Slot slot,
                                                    int64_t columns) {
  NormWeights norm;
  norm.kind = config_.layer_norm ? NormWeights::kLayer : NormWeights::kRms;
  norm.epsilon = config_.norm_epsilon;
  norm.offset = config_.norm_weight_offset;
  SN37_ASSIGN_OR_RETURN(norm.weight,
                        LoadVector(layer, slot, ".weight", columns));
  if (config_.norm_bias) {
    SN37_ASSIGN_OR_RETURN(norm.bias, LoadVector(layer, slot, ".bias", columns));
  }
  return norm;
}

}  // namespace sn37::eval
