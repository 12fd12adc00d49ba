#include "chain/subtensor/testing/stand_in_world.h"

#include <stdlib.h>

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "chain/codec/testing.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/base/status_macros.h"

namespace sn37::chain {
namespace {

template <typename T>
T Must(absl::StatusOr<T> value) {
  SN37_CHECK(value.ok()) << value.status();
  return *std::move(value);
}

std::string NewFolder() {
  std::string pattern = testing::TempDir() + "stand_in_XXXXXX";
  SN37_CHECK(mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

}  // namespace

StandInWorld::StandInWorld(const std::string& runtime,
                           uint64_t weights_rate_limit)
    : folder_(NewFolder()) {
  subnet_.hyperparameters.weights_version = 3010;
  subnet_.hyperparameters.min_allowed_weights = 2;
  subnet_.hyperparameters.weights_rate_limit = weights_rate_limit;
  options_.send.poll = absl::Milliseconds(1);
  options_.send.timeout = absl::Milliseconds(50);
  options_.now = [this] { return chain_->Now(); };
  ledger_ = Must(Ledger::Open(Path("ledger.sqlite"), {"s", 100}));
  SN37_CHECK(ledger_->AddSubnet(netuid(), subnet_).ok());
  chain_ = std::make_unique<StandInChain>(ledger_.get(), netuid(),
                                          TestMetadataBytes(runtime));
}

StandInWorld::~StandInWorld() {
  client_ = nullptr;
  chain_ = nullptr;
  ledger_ = nullptr;
  std::filesystem::remove_all(folder_);
}

Client& StandInWorld::client() {
  if (client_ == nullptr) client_ = NewClient(options_);
  return *client_;
}

absl::StatusOr<Keypair> StandInWorld::NewKey() {
  return chain_->AddKey(absl::StrCat("//test/key", keys_++));
}

absl::Status StandInWorld::MakeValidator(const Keypair& hotkey) {
  return ledger_->SetStake(netuid(), hotkey.address(), 1000, true);
}

absl::Status StandInWorld::SetWeightsMode(WeightsMode mode) {
  if (mode == WeightsMode::kTimelocked) {
    SN37_RETURN_IF_ERROR(chain_->SetClockToBeacon());
  }
  subnet_.hyperparameters.weights_mode = mode;
  return ledger_->AddSubnet(netuid(), subnet_);
}

std::string StandInWorld::Path(absl::string_view name) const {
  return JoinPath(folder_, name);
}

std::unique_ptr<Subtensor> StandInWorld::NewClient(
    const SubtensorOptions& options) {
  return Must(Subtensor::Open(Connect(), options));
}

}  // namespace sn37::chain
