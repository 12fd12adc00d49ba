#include "eval/engine/engine.h"

#include <ATen/ops/zeros.h>

#include <string>
#include <utility>

#include "eval/engine/batch_limits.h"
#include "eval/engine/exception_status.h"
#include "eval/engine/generator.h"
#include "eval/engine/scorer.h"
#include "eval/engine/smaller_batches.h"
#include "eval/kernels/open_device.h"
#include "eval/models/archs.h"
#include "eval/models/decoder.h"
#include "eval/weights/model_config.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/safetensors_source.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {
namespace {

// The one boundary at which exceptions of libtorch and of the standard library
// become statuses. Requests were checked before, so that what is left is
// memory, or a fault of ours.
template <typename Function>
auto CatchingExceptions(Function function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::exception& exception) {
    return ExceptionStatus(exception);
  }
}

// A model on a device of this machine.
class LocalEngine : public Engine {
 public:
  LocalEngine(std::unique_ptr<Ops> ops, std::unique_ptr<Decoder> decoder,
              const BatchLimits& limits)
      : ops_(std::move(ops)), decoder_(std::move(decoder)), limits_(limits) {}

  absl::Status Score(absl::Span<const ScoreRequest> requests,
                     ScoreDone done) override {
    return Answer<ScoreRequest, ScoreResponse>(requests, done, ScoreAll);
  }

  absl::Status Generate(absl::Span<const GenerateRequest> requests,
                        GenerateDone done) override {
    return Answer<GenerateRequest, GenerateResponse>(requests, done,
                                                     GenerateAll);
  }

  int64_t vocabulary_size() const override {
    return decoder_->config().vocabulary;
  }
  int64_t max_positions() const override {
    return decoder_->config().max_positions;
  }
  std::string device_kind() const override { return ops_->device_kind(); }

 private:
  template <typename Request, typename Response, typename Done, typename Run>
  absl::Status Answer(absl::Span<const Request> requests, Done done, Run run) {
    return WithSmallerBatches<Request, Response>(
        requests, limits_, done,
        [&](absl::Span<const Request> left, const BatchLimits& limits,
            Done left_done) {
          return CatchingExceptions(
              [&] { return run(*decoder_, left, limits, left_done); });
        });
  }

  const std::unique_ptr<Ops> ops_;  // outlives the decoder
  const std::unique_ptr<Decoder> decoder_;
  const BatchLimits limits_;
};

absl::StatusOr<std::unique_ptr<Engine>> LoadEngine(
    std::unique_ptr<Ops> ops, const std::string& model_dir,
    const EngineOptions& options) {
  if (options.batch < 1) {
    return absl::InvalidArgumentError("the batch must be at least 1");
  }
  SN37_ASSIGN_OR_RETURN(const ModelConfig file, ReadModelConfig(model_dir));
  SN37_ASSIGN_OR_RETURN(const ModelArch* arch, FindArch(file.json));
  SN37_ASSIGN_OR_RETURN(const DecoderConfig config,
                        ParseDecoderConfig(*arch, file.json));
  SN37_ASSIGN_OR_RETURN(SafeTensors weights, SafeTensors::Open(model_dir));
  const SafeTensorsSource source(std::move(weights));
  SN37_ASSIGN_OR_RETURN(
      std::unique_ptr<Decoder> decoder,
      Decoder::Load(*arch, config, source, options.dtype, *ops));
  SN37_RETURN_IF_ERROR(source.weights().CheckUnchanged());
  DeviceMemory memory = ops->memory();
  if (options.memory_bytes > 0) memory.total_bytes = options.memory_bytes;
  const BatchLimits limits = BatchLimits::Plan(*decoder, options.batch, memory);
  return std::make_unique<LocalEngine>(std::move(ops), std::move(decoder),
                                       limits);
}

}  // namespace

absl::StatusOr<std::string> Engine::LocalDeviceKind(Device device) {
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<Ops> ops, CatchingExceptions([&] {
                          return OpenDevice(device, /*threads=*/1);
                        }));
  return ops->device_kind();
}

absl::Status Engine::BringUpLocalDevice(Device device) {
  return CatchingExceptions([&]() -> absl::Status {
    SN37_ASSIGN_OR_RETURN(const std::unique_ptr<Ops> ops,
                          OpenDevice(device, /*threads=*/1));
    // A product takes everything that is brought up when it is first used: the
    // driver's context, the allocator, kernels and cuBLASLt.
    constexpr int64_t kSize = 64;
    const at::Tensor zeros = at::zeros({kSize, kSize}, at::kFloat);
    const Matrix matrix = ops->Pack({{zeros, 0, kSize}}, DType::kBFloat16);
    const at::Tensor out = ops->NewRows(kSize, kSize);
    ops->Linear(ops->ToDevice(zeros), matrix, {}, out);
    out.to(at::kCPU);  // when it is done
    return absl::OkStatus();
  });
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Load(
    const std::string& model_dir, const EngineOptions& options) {
  SN37_ASSIGN_OR_RETURN(std::unique_ptr<Ops> ops, CatchingExceptions([&] {
                          return OpenDevice(options.device, options.threads);
                        }));
  return LoadOn(std::move(ops), model_dir, options);
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::LoadOn(
    std::unique_ptr<Ops> ops, const std::string& model_dir,
    const EngineOptions& options) {
  auto engine = CatchingExceptions(
      [&] { return LoadEngine(std::move(ops), model_dir, options); });
  if (!engine.ok()) return Annotate(engine.status(), model_dir);
  return engine;
}

}  // namespace sn37::eval
