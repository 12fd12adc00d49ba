// Models that were made to do harm, evaluated by the worker's own process, each
// followed by a good one: the model has failed, says why, in bounded time and
// memory, and the next one is evaluated.
//
// What the examination rules out before a worker sees it is given to the worker
// all the same.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <limits>
#include <map>
#include <ostream>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "eval/tokenizer/testing/small_tokenizer.h"
#include "eval/weights/element_type.h"
#include "eval/weights/safetensors.h"
#include "eval/weights/safetensors_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "jobs/epoch.pb.h"
#include "jobs/epoch_folder.h"
#include "jobs/evaluate.h"
#include "jobs/examine.h"
#include "jobs/executors/local.h"
#include "jobs/sample_log.h"
#include "jobs/worker.h"
#include "nlohmann/json.hpp"
#include "sn37/base/digest.h"
#include "sn37/base/file.h"
#include "sn37/base/json.h"
#include "sn37/competition/model_id.h"
#include "sn37/competition/schedule.h"
#include "sn37/store/digest.h"

namespace sn37 {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr char kBase[] = "eval/models/testdata/llama_gqa_untied";
constexpr char kCommit[] = "0123456789012345678901234567890123456789";
constexpr uint32_t kCompetition = 1;

// Each of a worker's; a good model takes about a second and 300 MB.
constexpr auto kMaxTime = std::chrono::seconds(20);
constexpr int64_t kMaxMemory = int64_t{1} << 30;

// ---- models -----------------------------------------------------------------

void Write(const std::string& folder, const char* name,
           const std::string& text) {
  fs::remove(JoinPath(folder, name));
  const absl::Status status = WriteFileWhole(JoinPath(folder, name), text);
  ASSERT_TRUE(status.ok()) << status;
}

void ChangeConfig(const std::string& folder, const char* key,
                  nlohmann::json value) {
  nlohmann::json config =
      *ParseJson(*ReadFile(JoinPath(folder, "config.json"), 1 << 20), {});
  config[key] = std::move(value);
  Write(folder, "config.json", config.dump());
}

// A tensor's shape and values, row by row.
struct Weights {
  std::vector<int64_t> shape;
  std::vector<float> values;
};

// Writes the weights again as float32, each tensor changed by `change`.
void ChangeWeights(
    const std::string& folder,
    const std::function<void(const std::string& tensor, Weights&)>& change) {
  const std::string path = JoinPath(folder, "model.safetensors");
  std::map<std::string, Weights> tensors;
  std::vector<eval::TensorSpec> specs;
  {
    const auto weights = eval::SafeTensors::OpenFile(path);
    ASSERT_TRUE(weights.ok()) << weights.status();
    for (const auto& [name, view] : weights->tensors()) {
      Weights& tensor = tensors[name];
      tensor.shape = view.shape;
      const size_t size = eval::ElementSize(view.type);
      for (size_t i = 0; i < view.data.size(); i += size) {
        // bfloat16 is the upper half of a float.
        uint32_t bits = 0;
        std::memcpy(reinterpret_cast<char*>(&bits) + 4 - size,
                    view.data.data() + i, size);
        tensor.values.push_back(std::bit_cast<float>(bits));
      }
      change(name, tensor);
      specs.push_back({name, eval::ElementType::kF32, tensor.shape});
    }
  }
  auto writer = eval::SafeTensorsWriter::Create(path, specs);
  ASSERT_TRUE(writer.ok()) << writer.status();
  for (const auto& [name, tensor] : tensors) {
    const std::span<const uint8_t> bytes(
        reinterpret_cast<const uint8_t*>(tensor.values.data()),
        4 * tensor.values.size());
    ASSERT_TRUE(writer->Write(name, bytes).ok());
  }
  ASSERT_TRUE(writer->Finish().ok());
}

// A tiny model with a tokenizer of as many tokens as it has embeddings, for
// texts of some thousand bytes.
void WriteGoodModel(const std::string& folder) {
  ASSERT_TRUE(MakeFolder(folder).ok());
  for (const char* name : {"config.json", "model.safetensors"}) {
    Write(folder, name, *ReadFile(JoinPath(kBase, name), 1 << 20));
  }
  ChangeConfig(folder, "max_position_embeddings", 8192);
  ChangeConfig(folder, "vocab_size", eval::kSmallVocabulary);
  ChangeWeights(folder, [](const std::string& name, Weights& tensor) {
    if (name != "model.embed_tokens.weight" && name != "lm_head.weight") return;
    tensor.shape[0] = eval::kSmallVocabulary;
    tensor.values.resize(tensor.shape[0] * tensor.shape[1]);
  });
  eval::WriteSmallTokenizer(folder);
}

void Fill(const std::string& folder, float value) {
  ChangeWeights(folder, [value](const std::string&, Weights& tensor) {
    tensor.values.assign(tensor.values.size(), value);
  });
}

// Puts a number that bfloat16 rounds to infinity where the letter e is.
void Overflow(const std::string& folder) {
  ChangeWeights(folder, [](const std::string& name, Weights& tensor) {
    constexpr size_t kLetterE = 3 + 'e' - 0x21;
    if (name != "model.embed_tokens.weight") return;
    tensor.values[kLetterE * tensor.shape[1]] =
        std::numeric_limits<float>::max();
  });
}

// Makes the model so large that loading it takes a while.
void Grow(const std::string& folder) {
  constexpr int64_t kMlp = 16384;
  ChangeConfig(folder, "intermediate_size", kMlp);
  ChangeWeights(folder, [](const std::string& name, Weights& tensor) {
    if (name.find(".mlp.") == std::string::npos) return;
    const bool down = name.find("down_proj") != std::string::npos;
    tensor.shape[down ? 1 : 0] = kMlp;
    tensor.values.assign(tensor.shape[0] * tensor.shape[1], 0);
  });
}

// ---- evaluation -------------------------------------------------------------

struct Model {
  std::string name;
  std::function<void(const std::string& folder)> spoil;
  std::string why;  // in every sample's error
  // Whether its workers have no time for anything.
  bool stalls = false;
};

std::string FolderOf(const std::string& home, const std::string& name) {
  return absl::StrCat(home, "/models/hostile/", name, "/", kCommit);
}

jobs::PlannedModel Planned(const std::string& home, const std::string& name) {
  ModelId id;
  id.repo_namespace = "hostile";
  id.name = name;
  id.commit = kCommit;
  id.competition = kCompetition;
  const auto digest = ModelDigest(FolderOf(home, name));
  EXPECT_TRUE(digest.ok()) << digest.status();
  id.secure_hash = SecureHash(digest.ok() ? digest->base64() : "", "");
  jobs::PlannedModel model;
  model.set_competition(kCompetition);
  model.set_digest(digest.ok() ? digest->hex() : "");
  model.set_commitment(CompressModelId(id));
  return model;
}

jobs::EpochPlan PlanOf(const std::string& home,
                       const std::vector<std::string>& models) {
  jobs::EpochPlan plan;
  plan.set_format(1);
  plan.set_sync_block(1440);
  plan.set_seed(Sha256("hostile").hex());
  *plan.mutable_schedule() =
      *ParseSchedule(*ReadFile("tests/testdata/tiny.textproto", 1 << 20));
  Competition& competition =
      *plan.mutable_schedule()->mutable_entries(0)->mutable_competitions(0);
  competition.mutable_constraints()->set_sequence_length(8192);
  plan.set_snapshot(plan.schedule().snapshot());
  plan.set_dtype("bfloat16");
  for (const Task& task : competition.tasks()) {
    jobs::PlannedTask& planned = *plan.add_tasks();
    planned.set_competition(kCompetition);
    planned.set_name(task.name());
    planned.set_samples(static_cast<uint32_t>(task.samples()));
  }
  for (const std::string& name : models) {
    *plan.add_models() = Planned(home, name);
  }
  return plan;
}

// Changes a file over and over until it goes out of scope.
class Changer {
 public:
  // `change(path, i)` is called for i = 1, 2, ….
  Changer(std::string path, std::function<void(const std::string&, int)> change)
      : path_(std::move(path)),
        change_(std::move(change)),
        thread_([this] { Run(); }) {}
  ~Changer() {
    done_ = true;
    thread_.join();
  }

 private:
  void Run() {
    for (int i = 1; !done_; ++i) {
      change_(path_, i);
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }

  const std::string path_;
  const std::function<void(const std::string&, int)> change_;
  std::atomic<bool> done_ = false;
  std::thread thread_;
};

void Touch(const std::string& path, int second) {
  const timespec times[2] = {{second, 0}, {second, 0}};
  EXPECT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

// Puts another number in the place of the last one, and the old one back.
void ChangeBytes(const std::string& path, int i) {
  const FileDescriptor file(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  const float value = static_cast<float>(i % 2);
  EXPECT_EQ(pwrite(file.get(), &value, sizeof value,
                   fs::file_size(path) - sizeof value),
            sizeof value);
}

// Cuts off the second half, which is zeros, and puts it back before anybody can
// have read what is left.
void CutShort(const std::string& path, int) {
  const auto size = fs::file_size(path);
  fs::resize_file(path, size / 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  fs::resize_file(path, size);
}

// For messages of gtest.
void PrintTo(const Model& model, std::ostream* out) { *out << model.name; }

// Runs the worker; with a limit that nothing keeps if its shard, the argument
// behind the stage, is the first.
constexpr char kRun[] = R"(exec "$0" "$@")";
constexpr char kStallFirst[] = R"(
  case "$*" in
    *" examine 0"*|*" evaluate 0"*) set -- --stall_limit=1ms "$@";;
  esac
  exec "$0" "$@"
)";

std::string Snapshot() { return fs::absolute("datasets/demo/snapshot"); }

// An epoch of two models: a hostile one, which is the first, and a good one.
struct Epoch {
  Epoch(const std::string& name,
        const std::function<void(const std::string& folder)>& spoil)
      : home(absl::StrCat(testing::TempDir(), "/", name, ".home")),
        hostile(FolderOf(home, name)),
        folder(home, 1440) {
    WriteGoodModel(hostile);
    WriteGoodModel(FolderOf(home, "good"));
    spoil(hostile);
    plan = PlanOf(home, {name, "good"});
    EXPECT_TRUE(MakeFolder(folder.logs()).ok());
    EXPECT_TRUE(WriteFileWhole(folder.plan(), plan.SerializeAsString()).ok());
  }

  jobs::LocalExecutor Executor(const char* script, const char* stage) const {
    return jobs::LocalExecutor(
        {"/bin/sh", "-c", script, fs::canonical("jobs/epoch"),
         absl::StrCat("--worker=", folder.path()),
         absl::StrCat("--home=", home), absl::StrCat("--snapshot=", Snapshot()),
         "--threads=1", stage},
        /*environment=*/{});
  }

  const std::string home;
  const std::string hostile;  // folder of the model
  const jobs::EpochFolder folder;
  jobs::EpochPlan plan;
};

class HostileModelsTest : public testing::TestWithParam<Model> {};

TEST_P(HostileModelsTest, FailsAndTheNextOneIsEvaluated) {
  const Model& hostile = GetParam();
  const Epoch epoch(hostile.name, hostile.spoil);
  const jobs::EpochPlan& plan = epoch.plan;
  const char* script = hostile.stalls ? kStallFirst : kRun;
  jobs::LocalExecutor examiner = epoch.Executor(script, "examine");
  jobs::LocalExecutor evaluator = epoch.Executor(script, "evaluate");

  const auto begin = std::chrono::steady_clock::now();
  jobs::EpochPlan examined = plan;
  const absl::Status examination =
      jobs::Examine(epoch.folder, examiner, examined);
  const auto evaluation = jobs::Evaluate(plan, epoch.folder, evaluator);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2 * kMaxTime);
  rusage usage;
  getrusage(RUSAGE_CHILDREN, &usage);
  EXPECT_LT(int64_t{1024} * usage.ru_maxrss, kMaxMemory);

  EXPECT_TRUE(examination.ok()) << examination;
  EXPECT_EQ(examined.models(1).misconfigured(), "");
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->incomplete_because, "");
  int failed = 0, scored = 0;
  for (const SampleResult& result : evaluation->results) {
    const bool is_hostile = result.model_digest() == plan.models(0).digest();
    if (is_hostile) {
      EXPECT_EQ(result.status(), MODEL_FAILED) << result.task();
      EXPECT_THAT(result.error(), HasSubstr(hostile.why));
      ++failed;
    } else {
      EXPECT_EQ(result.status(), SCORED) << result.error();
      ++scored;
    }
  }
  EXPECT_EQ(failed, 9);
  EXPECT_EQ(failed + scored, 18);
}

std::vector<Model> HostileModels() {
  const auto with = [](const char* key, nlohmann::json value) {
    return [key, value](const std::string& folder) {
      ChangeConfig(folder, key, value);
    };
  };
  const auto with_file = [](const char* name, const char* text) {
    return
        [name, text](const std::string& folder) { Write(folder, name, text); };
  };
  return {
      {"nan",
       [](const std::string& folder) {
         Fill(folder, std::numeric_limits<float>::quiet_NaN());
       },
       "not finite"},
      {"infinite",
       [](const std::string& folder) {
         Fill(folder, std::numeric_limits<float>::infinity());
       },
       "not finite"},
      {"overflows", Overflow, "not finite"},
      {"vocabulary", with("vocab_size", 100000), "model.embed_tokens.weight"},
      {"tokenizer_ids",
       [](const std::string& folder) {
         const std::string path = JoinPath(folder, "tokenizer.json");
         nlohmann::json json = *ParseJson(*ReadFile(path, 1 << 20), {});
         json["model"]["vocab"]["beyond"] = 600;
         Write(folder, "tokenizer.json", json.dump());
       },
       "600"},
      {"endless_template",
       with_file("chat_template.jinja",
                 "{% for a in range(9999) %}{% for b in range(9999) %}"
                 "{% for c in range(9999) %}{% endfor %}{% endfor %}"
                 "{% endfor %}"),
       "chat template"},
      {"flooding_template",
       with_file("chat_template.jinja",
                 "{% for a in range(9999) %}{{ 'x' * 1000000 }}{% endfor %}"),
       "chat template"},
      {"answering_template",
       with_file("chat_template.jinja",
                 "{% for m in messages %}{{ m.content }}"
                 "{% if ' ' in m.content|trim %} yes{% endif %}{% endfor %}"),
       "depends on what the messages say"},
      {"long_names",
       [](const std::string& folder) {
         std::string name;
         for (int i = 0; i < 300'000; ++i) name += "\u202e";
         ChangeConfig(folder, name.c_str(), 1);
       },
       "field \"\\u{202e}"},
      {"layers", with("num_hidden_layers", 1000000000), "num_hidden_layers"},
      {"heads",
       [](const std::string& folder) {
         ChangeConfig(folder, "num_hidden_layers", 1);
         ChangeConfig(folder, "num_attention_heads", 1000000);
       },
       "num_attention_heads"},
      {"no_tokens",
       with_file("tokenizer.json",
                 R"({"version":"1.0","added_tokens":[],"normalizer":null,
                     "pre_tokenizer":null,"post_processor":null,
                     "decoder":null,"truncation":null,"padding":null,
                     "model":{"type":"BPE","dropout":null,"unk_token":null,
                              "continuing_subword_prefix":null,
                              "end_of_word_suffix":null,"fuse_unk":false,
                              "vocab":{},"merges":[]}})"),
       "token"},
      {"empty_tokenizer", with_file("tokenizer.json", ""), "tokenizer.json"},
      {"stalls", [](const std::string& folder) { Fill(folder, 0.5f); },
       "stalls its worker", true},
  };
}

INSTANTIATE_TEST_SUITE_P(All, HostileModelsTest,
                         testing::ValuesIn(HostileModels()),
                         [](const testing::TestParamInfo<Model>& info) {
                           return info.param.name;
                         });

// ---- files that change ------------------------------------------------------

struct Change {
  const char* name;
  void (*change)(const std::string& path, int i);
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

class ChangingFileTest : public testing::TestWithParam<Change> {};

// Files of this machine's store: whoever changes them, it is not the miner.
TEST_P(ChangingFileTest, GivesNoResultAndBlamesNoModel) {
  const Epoch epoch(absl::StrCat("changes_", GetParam().name), Grow);
  jobs::LocalExecutor examiner = epoch.Executor(kRun, "examine");
  jobs::LocalExecutor evaluator = epoch.Executor(kRun, "evaluate");
  const Changer changer(epoch.hostile + "/model.safetensors",
                        GetParam().change);
  const auto says_why =
      testing::AnyOf(HasSubstr("changed while it was read"),
                     HasSubstr("has changed since the epoch was planned"),
                     HasSubstr("cut short while it was read"));

  jobs::EpochPlan examined = epoch.plan;
  const absl::Status examination =
      jobs::Examine(epoch.folder, examiner, examined);
  EXPECT_TRUE(absl::IsUnavailable(examination)) << examination;
  EXPECT_THAT(std::string(examination.message()), says_why);

  const auto evaluation = jobs::Evaluate(epoch.plan, epoch.folder, evaluator);
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_THAT(evaluation->incomplete_because, says_why);
  EXPECT_EQ(evaluation->results.size(), 9);
  for (const SampleResult& result : evaluation->results) {
    EXPECT_EQ(result.model_digest(), epoch.plan.models(1).digest());
    EXPECT_EQ(result.status(), SCORED) << result.error();
  }
}

INSTANTIATE_TEST_SUITE_P(All, ChangingFileTest,
                         testing::Values(Change{"time", Touch},
                                         Change{"bytes", ChangeBytes},
                                         Change{"length", CutShort}),
                         [](const testing::TestParamInfo<Change>& info) {
                           return info.param.name;
                         });

TEST(ChangedFileTest, NoMoreResultsAreWritten) {
  const Epoch epoch("changed", [](const std::string&) {});
  int finished = 0;
  const absl::Status status =
      jobs::RunWorker({.folder = epoch.folder,
                       .snapshot = Snapshot(),
                       .models = epoch.home + "/models",
                       .tokenizers = "",
                       .engine = {.threads = 1}},
                      /*shard=*/0, [&] {
                        ++finished;
                        Touch(epoch.hostile + "/config.json", 1);
                      });
  EXPECT_TRUE(absl::IsAborted(status)) << status;
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("config.json: was changed while it was read"));
  EXPECT_EQ(finished, 1);
  const auto results = jobs::ReadSampleLog(
      epoch.folder.log(kCompetition, epoch.plan.models(0).digest()));
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(results->size(), 1);
}

}  // namespace
}  // namespace sn37
