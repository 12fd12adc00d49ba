// sn37 key: keys, key files and signatures by hand.
#include <algorithm>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "chain/codec/ss58.h"
#include "chain/flags/key_flags.h"
#include "chain/flags/wallet_flags.h"
#include "chain/keys/key_file.h"
#include "chain/keys/keypair.h"
#include "chain/keys/mnemonic.h"
#include "chain/keys/secret_file.h"
#include "chain/keys/wallet.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/table.h"
#include "tools/sn37/json_lines.h"
#include "tools/sn37/output_flags.h"
#include "tools/sn37/verbs.h"

ABSL_FLAG(int, words, 12, "Words of a new phrase: 12, 15, 18, 21 or 24.");
ABSL_FLAG(std::optional<bool>, encrypt, std::nullopt,
          "Whether a new key file gets a password; by default coldkeys do and "
          "others do not.");
ABSL_FLAG(bool, public, false,
          "An argument of `inspect` that begins with 0x is a public key and no "
          "secret seed.");
ABSL_FLAG(bool, hex, false,
          "The message on standard input is written as 0x and hexadecimal "
          "digits.");

namespace sn37::tools {
namespace {

using nlohmann::json;

// Of a record, in order.
using Fields = std::vector<std::pair<std::string, std::string>>;

constexpr char kHelp[] = R"(
Keys (sr25519), the key files of the ecosystem's wallet, and signatures.

  sn37 key generate                      a new phrase, shown once
  sn37 key generate --wallet me          the coldkey of a new wallet
  sn37 key generate --wallet me/miner    a hotkey of it
  sn37 key list                          all keys under ~/.bittensor/wallets
  sn37 key inspect //Alice               public key and address of a secret URI
  sn37 key inspect 5Grwva…               …of an address
  sn37 key inspect --wallet me/miner     …of a key file
  printf hello | sn37 key sign --wallet me/miner
  printf hello | sn37 key verify 0xSIGNATURE 5Grwva…

A secret URI is phrase[//hard][/soft][///password]; the phrase is 12 to 24 words
or 0x and a 32-byte seed. Without one it is the development phrase, whose keys
everybody has. A signature covers the bytes of standard input, a line end too.
`verify` exits with 1 if it is not valid.

For programs, JSON Lines in and out:

  echo '{"id":1,"uri":"//Alice"}' | sn37 key inspect
  {"address":"5Grwva…","id":1,"public":"0xd435…"}

  echo '{"public":"0x…","message":"0x68656c6c6f","signature":"0x…"}' |
    sn37 key verify
  {"id":null,"valid":true}

  echo '{"message":"0x68656c6c6f"}' | sn37 key sign --json --suri //Alice
  {"id":null,"signature":"0x…"}

An encrypted key asks for its password, or takes it from --password_file. New
files can be read by their owner alone, and never replace another.)";

constexpr size_t kMaxUriBytes = 4096;

std::string ToHex(absl::string_view bytes) {
  return absl::StrCat("0x", absl::BytesToHexString(bytes));
}

absl::string_view View(const chain::AccountId& account) {
  return {reinterpret_cast<const char*>(account.data()), account.size()};
}

absl::string_view View(const chain::Signature& signature) {
  return {reinterpret_cast<const char*>(signature.data()), signature.size()};
}

absl::StatusOr<std::string> FromHex(absl::string_view hex,
                                    absl::string_view what) {
  if (!absl::ConsumePrefix(&hex, "0x") || hex.size() % 2 != 0 ||
      !std::all_of(hex.begin(), hex.end(), absl::ascii_isxdigit)) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " is not 0x and hexadecimal digits"));
  }
  return absl::HexStringToBytes(hex);
}

absl::StatusOr<chain::AccountId> PublicKey(absl::string_view hex) {
  SN37_ASSIGN_OR_RETURN(const std::string bytes, FromHex(hex, "a public key"));
  chain::AccountId account;
  if (bytes.size() != account.size()) {
    return absl::InvalidArgumentError("a public key has 32 bytes");
  }
  std::copy(bytes.begin(), bytes.end(), account.begin());
  return account;
}

// An address (of any network) and nothing that could be a secret: the error of
// a wrong one quotes it.
bool LooksLikeAddress(absl::string_view key) {
  return key.size() >= 40 && key.size() <= 50 &&
         std::all_of(key.begin(), key.end(), absl::ascii_isalnum) &&
         !absl::StartsWith(key, "0x");
}

// The account of an address, a public key, or else a secret URI.
absl::StatusOr<chain::AccountId> AccountOf(absl::string_view key,
                                           bool hex_is_public) {
  if (hex_is_public && absl::StartsWith(key, "0x")) return PublicKey(key);
  if (LooksLikeAddress(key)) return chain::DecodeSs58(key);
  SN37_ASSIGN_OR_RETURN(const chain::Keypair keypair,
                        chain::Keypair::FromUri(key));
  return keypair.public_key();
}

// A record for people or programs.
void Print(const Fields& fields) {
  json record;
  Table table({{"what"}, {"value"}});
  for (const auto& [name, value] : fields) {
    record[name] = value;
    table.AddRow({name, value});
  }
  if (AsJson()) {
    PrintJsonLine(record);
  } else {
    std::cout << table.ToString();
  }
}

Fields Describe(const chain::AccountId& account) {
  return {{"public", ToHex(View(account))},
          {"address", chain::EncodeSs58(account)}};
}

// Puts a new key where --wallet or --key_file says; its path.
absl::StatusOr<std::string> Save(const chain::Secret& contents,
                                 const chain::AccountId& account) {
  SN37_ASSIGN_OR_RETURN(const std::string path, chain::NamedKeyPath());
  const std::string wallet = chain::WalletName();
  const bool coldkey = !wallet.empty() && !absl::StrContains(wallet, '/');
  std::string encrypted;
  absl::string_view bytes = contents.view();
  if (absl::GetFlag(FLAGS_encrypt).value_or(coldkey)) {
    SN37_ASSIGN_OR_RETURN(const chain::Secret password,
                          chain::Password(/*fresh=*/true));
    SN37_ASSIGN_OR_RETURN(const chain::Secret key,
                          chain::KeyFilePasswordKey(password.view()));
    encrypted = chain::EncryptKeyFile(contents.view(), key);
    bytes = encrypted;
  }
  if (!wallet.empty()) {
    return chain::AddWalletKey(chain::WalletsFolder(), wallet, bytes, account);
  }
  SN37_RETURN_IF_ERROR(chain::CreateSecretFile(path, bytes));
  return path;
}

absl::StatusOr<int> Generate(absl::Span<const std::string>) {
  SN37_ASSIGN_OR_RETURN(const chain::Secret phrase,
                        chain::NewMnemonic(absl::GetFlag(FLAGS_words)));
  SN37_ASSIGN_OR_RETURN(const chain::Secret contents,
                        chain::KeyFileOfPhrase(phrase.view()));
  SN37_ASSIGN_OR_RETURN(const chain::AccountId account,
                        chain::ParsePublicKeyFile(contents.view()));
  Fields fields = {{"phrase", std::string(phrase.view())}};
  for (auto& field : Describe(account)) fields.push_back(std::move(field));
  if (chain::KeyIsNamed()) {
    SN37_ASSIGN_OR_RETURN(const std::string path, Save(contents, account));
    fields.push_back({"file", path});
  }
  Print(fields);
  return kOk;
}

Answer InspectLine(const json& question) {
  absl::StatusOr<chain::AccountId> account;
  if (FindField(question, "public") != nullptr) {
    SN37_ASSIGN_OR_RETURN(const std::string hex,
                          GetString(question, "public", kMaxUriBytes));
    account = PublicKey(hex);
  } else if (FindField(question, "address") != nullptr) {
    SN37_ASSIGN_OR_RETURN(const std::string address,
                          GetString(question, "address", kMaxUriBytes));
    account = chain::DecodeSs58(address);
  } else {
    SN37_ASSIGN_OR_RETURN(const std::string uri,
                          GetString(question, "uri", kMaxUriBytes));
    SN37_ASSIGN_OR_RETURN(const chain::Keypair keypair,
                          chain::Keypair::FromUri(uri));
    account = keypair.public_key();
  }
  if (!account.ok()) return account.status();
  json answer;
  for (auto& [name, value] : Describe(*account)) answer[name] = value;
  return answer;
}

absl::StatusOr<int> Inspect(absl::Span<const std::string> arguments) {
  if (arguments.empty() && !chain::KeyIsNamed()) {
    return AnswerEachLine(std::cin, std::cout, InspectLine);
  }
  if (arguments.empty()) {
    SN37_ASSIGN_OR_RETURN(const chain::Keypair keypair, chain::NamedKey());
    Print(Describe(keypair.public_key()));
    return kOk;
  }
  SN37_ASSIGN_OR_RETURN(const chain::AccountId account,
                        AccountOf(arguments[0], absl::GetFlag(FLAGS_public)));
  Print(Describe(account));
  return kOk;
}

// The message on standard input.
absl::StatusOr<std::string> Message() {
  std::string message;
  for (char c; message.size() <= kMaxLineBytes && std::cin.get(c);) {
    message.push_back(c);
  }
  if (message.size() > kMaxLineBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("the message is longer than ", kMaxLineBytes, " bytes"));
  }
  if (!absl::GetFlag(FLAGS_hex)) return message;
  return FromHex(absl::StripTrailingAsciiWhitespace(message), "the message");
}

absl::StatusOr<std::string> MessageOf(const json& question) {
  SN37_ASSIGN_OR_RETURN(const std::string hex,
                        GetString(question, "message", kMaxLineBytes));
  return FromHex(hex, "\"message\"");
}

absl::StatusOr<int> Sign(absl::Span<const std::string>) {
  SN37_ASSIGN_OR_RETURN(const chain::Keypair keypair, chain::NamedKey());
  if (AsJson()) {
    auto sign = [&keypair](const json& question) -> Answer {
      SN37_ASSIGN_OR_RETURN(const std::string message, MessageOf(question));
      SN37_ASSIGN_OR_RETURN(const auto signature, keypair.Sign(message));
      return json{{"signature", ToHex(View(signature))}};
    };
    return AnswerEachLine(std::cin, std::cout, sign);
  }
  SN37_ASSIGN_OR_RETURN(const std::string message, Message());
  SN37_ASSIGN_OR_RETURN(const auto signature, keypair.Sign(message));
  std::cout << ToHex(View(signature)) << "\n";
  return kOk;
}

Answer VerifyLine(const json& question) {
  SN37_ASSIGN_OR_RETURN(const std::string hex,
                        GetString(question, "public", kMaxUriBytes));
  SN37_ASSIGN_OR_RETURN(const chain::AccountId account, PublicKey(hex));
  SN37_ASSIGN_OR_RETURN(const std::string message, MessageOf(question));
  SN37_ASSIGN_OR_RETURN(const std::string signature_hex,
                        GetString(question, "signature", kMaxUriBytes));
  SN37_ASSIGN_OR_RETURN(const std::string signature,
                        FromHex(signature_hex, "\"signature\""));
  return json{{"valid", chain::VerifySignature(account, message, signature)}};
}

absl::StatusOr<int> VerifyOne(absl::Span<const std::string> arguments) {
  if (arguments.empty()) {
    return AnswerEachLine(std::cin, std::cout, VerifyLine);
  }
  if (arguments.size() != 2) {
    return absl::InvalidArgumentError(
        "write: sn37 key verify 0xSIGNATURE ADDRESS");
  }
  SN37_ASSIGN_OR_RETURN(const std::string signature,
                        FromHex(arguments[0], "the signature"));
  SN37_ASSIGN_OR_RETURN(const chain::AccountId account,
                        AccountOf(arguments[1], /*hex_is_public=*/true));
  SN37_ASSIGN_OR_RETURN(const std::string message, Message());
  const bool valid = chain::VerifySignature(account, message, signature);
  if (AsJson()) {
    PrintJsonLine({{"valid", valid}});
  } else {
    std::cout << (valid ? "valid\n" : "not valid\n");
  }
  return valid ? kOk : kFailed;
}

absl::StatusOr<int> List(absl::Span<const std::string>) {
  SN37_ASSIGN_OR_RETURN(const std::vector<chain::WalletKey> keys,
                        chain::ListWallets(chain::WalletsFolder()));
  Table table({{"key"}, {"address"}, {"password"}, {"remark"}});
  for (const chain::WalletKey& key : keys) {
    table.AddRow(
        {key.name, key.address, key.encrypted ? "yes" : "no", key.problem});
    if (!AsJson()) continue;
    json record = {
        {"key", key.name}, {"file", key.path}, {"encrypted", key.encrypted}};
    if (!key.address.empty()) record["address"] = key.address;
    if (!key.problem.empty()) record["remark"] = key.problem;
    PrintJsonLine(record);
  }
  if (!AsJson()) std::cout << table.ToString();
  return kOk;
}

struct Action {
  absl::string_view name;
  size_t max_arguments;
  absl::StatusOr<int> (*run)(absl::Span<const std::string>);
};

constexpr Action kActions[] = {{"generate", 0, Generate},
                               {"inspect", 1, Inspect},
                               {"sign", 0, Sign},
                               {"verify", 2, VerifyOne},
                               {"list", 0, List}};

int Run(absl::Span<const std::string> arguments) {
  for (const Action& action : kActions) {
    if (arguments.empty() || arguments[0] != action.name) continue;
    if (arguments.size() - 1 > action.max_arguments) break;
    const absl::StatusOr<int> status = action.run(arguments.subspan(1));
    return status.ok() ? *status : Fail(status.status());
  }
  std::cerr << "sn37: write sn37 key generate, inspect, sign, verify or list; "
               "`sn37 key --help` teaches them\n";
  return kUsage;
}

}  // namespace

const Verb kKey = {"key",
                   "keys, key files and signatures",
                   kHelp,
                   {"tools/sn37/key.cc", chain::kKeyFlagFile,
                    chain::kWalletFlagFile, kOutputFlagFile},
                   Run};

}  // namespace sn37::tools
