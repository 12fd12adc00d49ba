// The engine: a loaded model that answers score and generate requests.
//
//   SN37_ASSIGN_OR_RETURN(std::unique_ptr<Engine> engine,
//                         Engine::Load(folder, {.dtype = DType::kBFloat16}));
//   SN37_RETURN_IF_ERROR(engine->Score(
//       requests, [&](size_t i, absl::StatusOr<ScoreResponse> response) {
//         return log.Append(ids[i], std::move(response));
//       }));
//
// One answer: log-probabilities and tokens are bit-identical whatever the
// batch, threads, order of requests, or what else is asked in the same call.
#ifndef EVAL_ENGINE_ENGINE_H_
#define EVAL_ENGINE_ENGINE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "eval/engine/request.h"
#include "eval/kernels/device.h"
#include "eval/models/dtype.h"

namespace sn37::eval {

struct EngineOptions {
  Device device = Device::kCpu;
  DType dtype = DType::kBFloat16;
  int threads = 0;     // worker threads, the caller's included; 0: all cores
  int64_t batch = 64;  // sequences in flight at most; changes no answer
  // For activations, keys and values, beside the weights; 0: half of what the
  // process may have of the machine's memory, three quarters of what a GPU has
  // free. Changes no answer.
  int64_t memory_bytes = 0;
};

class Ops;

// Not thread-safe: one call at a time. Owns its threads and its memory.
//
// Requests that cannot be answered get their own error and leave the others
// alone: kInvalidArgument (ids outside the vocabulary, bad settings),
// kOutOfRange (longer than the model's positions), kDataLoss (the model gave
// NaN or infinite logits), kResourceExhausted (too long for memory_bytes).
// eval/status.h tells the model's faults from ours.
class Engine {
 public:
  using ScoreDone =
      absl::FunctionRef<absl::Status(size_t, absl::StatusOr<ScoreResponse>)>;
  using GenerateDone =
      absl::FunctionRef<absl::Status(size_t, absl::StatusOr<GenerateResponse>)>;

  // Opens a Hugging Face folder (config.json, safetensors) and packs its
  // weights. A config that this build cannot follow exactly is an error that
  // names the field. Reads only files inside `model_dir`.
  static absl::StatusOr<std::unique_ptr<Engine>> Load(
      const std::string& model_dir, const EngineOptions& options);

  // The same on an opened device, for tests of one; options.device and .threads
  // are not used.
  static absl::StatusOr<std::unique_ptr<Engine>> LoadOn(
      std::unique_ptr<Ops> ops, const std::string& model_dir,
      const EngineOptions& options);

  // The device_kind() of engines loaded on this machine, without loading one
  // and without taking memory of the device.
  static absl::StatusOr<std::string> LocalDeviceKind(Device device);

  // Brings up the device for the rest of the process, which may then give up
  // what only drivers need, as sockets, before it loads an engine.
  static absl::Status BringUpLocalDevice(Device device);

  virtual ~Engine() = default;

  // Calls done(index, result) once per request, in the calling thread, as soon
  // as the result is there (not in the requests' order). When done() fails
  // (say, a full disk while logging), the rest is given up and its error
  // returned; otherwise an error means that the engine itself failed and that
  // requests without a done() were not answered. When memory runs out, what is
  // left is tried with smaller batches before that is an error.
  virtual absl::Status Score(absl::Span<const ScoreRequest> requests,
                             ScoreDone done) = 0;
  virtual absl::Status Generate(absl::Span<const GenerateRequest> requests,
                                GenerateDone done) = 0;

  virtual int64_t vocabulary_size() const = 0;
  virtual int64_t max_positions() const = 0;
  // What answers may depend on beside the inputs: "cpu-avx512-glibc2.36".
  virtual std::string device_kind() const = 0;
};

}  // namespace sn37::eval

#endif  // EVAL_ENGINE_ENGINE_H_
