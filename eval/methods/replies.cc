#include "eval/methods/replies.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "eval/methods/prompt.h"
#include "sn37/base/status_macros.h"

namespace sn37::eval {

namespace {

absl::StatusOr<std::vector<int32_t>> EncodeReply(const Tokenizer& tokenizer,
                                                 const std::string& reply,
                                                 int64_t sequence_length,
                                                 GiveBack give_back) {
  SN37_ASSIGN_OR_RETURN(std::vector<int32_t> tokens,
                        tokenizer.Encode(reply, AddSpecial::kNo));
  if (tokens.empty()) {
    return absl::InvalidArgumentError(
        "the tokenizer makes no tokens of the reference");
  }
  if (std::ssize(tokens) > std::max(sequence_length, std::ssize(reply))) {
    return absl::OutOfRangeError(
        absl::StrCat("the tokenizer makes ", tokens.size(),
                     " tokens of a reference of ", reply.size(), " bytes"));
  }
  if (give_back == GiveBack::kYes) {
    SN37_RETURN_IF_ERROR(CheckGivesBack(tokenizer, tokens, reply));
  }
  return tokens;
}

}  // namespace

absl::StatusOr<SampleRequests> ScoreReplies(
    const Tokenizer& tokenizer, const std::vector<ChatMessage>& messages,
    const std::vector<std::string>& replies, const MethodOptions& options,
    GiveBack give_back) {
  SN37_ASSIGN_OR_RETURN(
      std::vector<int32_t> context,
      EncodeChat(tokenizer, messages, AddSpecial::kYes, options.salt));
  std::vector<std::vector<int32_t>> encoded;
  int64_t longest = 0;
  for (const std::string& reply : replies) {
    SN37_ASSIGN_OR_RETURN(
        encoded.emplace_back(),
        EncodeReply(tokenizer, reply, options.sequence_length, give_back));
    longest = std::max(longest, std::ssize(encoded.back()));
  }
  TruncateLeft(context,
               std::max<int64_t>(1, options.sequence_length - longest));
  SampleRequests requests;
  for (size_t i = 0; i < replies.size(); ++i) {
    ScoreRequest request = {.tokens = context,
                            .score_from = std::ssize(context)};
    request.tokens.insert(request.tokens.end(), encoded[i].begin(),
                          encoded[i].end());
    requests.score.push_back(std::move(request));
    requests.scored_bytes.push_back(std::ssize(replies[i]));
  }
  return requests;
}

absl::Status CheckGivesBack(const Tokenizer& tokenizer,
                            absl::Span<const int32_t> tokens,
                            absl::string_view text) {
  SN37_ASSIGN_OR_RETURN(const std::string decoded, tokenizer.DecodeAll(tokens));
  if (decoded == text) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "the tokenizer does not give back the text that it encodes");
}

}  // namespace sn37::eval
