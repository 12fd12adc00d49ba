// The engine as peers.py asks it: one JSON object per line on standard input,
// one per line back, with the seconds that the engine took.
//
//   peer_engine MODEL_FOLDER bfloat16|float32 THREADS
//   {"score":[{"tokens":[…],"score_from":N},…]} → {"seconds":…,"losses":[…]}
//   {"generate":[[…],…],"max_new_tokens":N,"min_new_tokens":N}
//     → {"seconds":…,"tokens":[[…],…]}

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "eval/engine/engine.h"
#include "nlohmann/json.hpp"
#include "sn37/base/check.h"
#include "sn37/base/json.h"

namespace sn37::eval {
namespace {

using nlohmann::json;

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start)
      .count();
}

json Score(Engine& engine, const json& message) {
  std::vector<ScoreRequest> requests;
  for (const json& r : message["score"]) {
    requests.push_back({r["tokens"].get<std::vector<int32_t>>(),
                        r["score_from"].get<int64_t>()});
  }
  std::vector<double> losses(requests.size());
  const auto start = std::chrono::steady_clock::now();
  const absl::Status status = engine.Score(
      requests, [&](size_t i, const absl::StatusOr<ScoreResponse>& response) {
        if (!response.ok()) return response.status();
        double sum = 0;
        for (float logprob : response->logprobs) sum -= logprob;
        losses[i] = sum / static_cast<double>(response->logprobs.size());
        return absl::OkStatus();
      });
  SN37_CHECK(status.ok()) << status;
  return {{"seconds", SecondsSince(start)}, {"losses", losses}};
}

json Generate(Engine& engine, const json& message) {
  std::vector<GenerateRequest> requests;
  for (const json& prompt : message["generate"]) {
    GenerateRequest request;
    request.prompt = prompt.get<std::vector<int32_t>>();
    request.max_new_tokens = message["max_new_tokens"].get<int64_t>();
    request.repetition_penalty = 1.2f;
    request.min_new_tokens = message["min_new_tokens"].get<int64_t>();
    request.stop_ids = {2};
    requests.push_back(std::move(request));
  }
  std::vector<std::vector<int32_t>> tokens(requests.size());
  const auto start = std::chrono::steady_clock::now();
  const absl::Status status = engine.Generate(
      requests,
      [&](size_t i, const absl::StatusOr<GenerateResponse>& response) {
        if (response.ok()) tokens[i] = response->tokens;
        return response.status();
      });
  SN37_CHECK(status.ok()) << status;
  return {{"seconds", SecondsSince(start)}, {"tokens", tokens}};
}

int Run(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: peer_engine MODEL_FOLDER bfloat16|float32 THREADS\n";
    return 2;
  }
  const bool bfloat16 = std::string(argv[2]) == "bfloat16";
  auto engine = Engine::Load(
      argv[1], {.dtype = bfloat16 ? DType::kBFloat16 : DType::kFloat32,
                .threads = std::atoi(argv[3])});
  SN37_CHECK(engine.ok()) << engine.status();
  for (std::string line; std::getline(std::cin, line);) {
    const auto message = ParseJson(line, {});
    SN37_CHECK(message.ok()) << message.status();
    const json answer = message->contains("score")
                            ? Score(**engine, *message)
                            : Generate(**engine, *message);
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}

}  // namespace
}  // namespace sn37::eval

int main(int argc, char** argv) { return sn37::eval::Run(argc, argv); }
