// Preference pairs from ratings that people gave to replies of a chat
// application: of each conversation the best and the worst rated reply.
//
// Inputs: "ratings", JSON Lines files; each line is an object with exactly
//   conversation  messages {"role","content"}: one of the user, before it one
//                 of the system or none. Longer conversations are left out.
//   reply         the text that was rated
//   rating        an integer, higher is better (thumbs: -1, 1; stars: 1 to 5)
//   time          of the rating, as RFC 3339: "2026-01-31T12:00:00Z"
//   user          a pseudonym: 64 hex digits, a keyed SHA-256 of whom it was
// Any other key is an error, so that no personal data comes in by mistake.
//
// Who rates the same reply again has changed their mind: the last rating
// counts. Of each user only the first `max_per_user` ratings count, so that
// nobody alone decides what people like. A reply is as good as the mean of its
// ratings. Rows are in the byte order of their conversations, whatever the
// order of lines and files. All ratings are held in memory.
//
// Parameters: max_per_user (20 unless told); min_gap (1 unless told), how much
// better in the mean the chosen reply must be.
#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "datasets/json_keys.h"
#include "datasets/row.h"
#include "datasets/sources/lines.h"
#include "datasets/sources/sources.h"
#include "sn37/base/json.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

using nlohmann::json;

constexpr size_t kMaxLineBytes = 2 * kMaxSampleBytes;
constexpr int64_t kMaxRating = 1000000;

struct Conversation {
  std::string system;
  std::string prompt;

  friend auto operator<=>(const Conversation&, const Conversation&) = default;
};

struct Rating {
  absl::Time time;
  Digest user;
  Conversation conversation;
  std::string reply;
  int64_t rating = 0;

  auto Order() const {
    return std::tie(time, user, conversation, reply, rating);
  }
};

absl::StatusOr<std::string> MessageOf(const json& message,
                                      absl::string_view role) {
  SN37_ASSIGN_OR_RETURN(std::string found, GetString(message, "role", 16));
  if (found != role) return std::string();
  return GetString(message, "content", kMaxSampleBytes);
}

// Nothing for a conversation of another form than a sample can have.
absl::StatusOr<std::optional<Conversation>> ParseConversation(
    const json& record) {
  const json* messages = FindField(record, "conversation");
  if (messages == nullptr || !messages->is_array() || messages->empty()) {
    return absl::InvalidArgumentError("\"conversation\" must be messages");
  }
  for (const json& message : *messages) {
    SN37_RETURN_IF_ERROR(CheckKeys(message, {"role", "content"}));
  }
  Conversation conversation;
  SN37_ASSIGN_OR_RETURN(conversation.system,
                        MessageOf(messages->front(), "system"));
  SN37_ASSIGN_OR_RETURN(conversation.prompt,
                        MessageOf(messages->back(), "user"));
  const size_t expected = conversation.system.empty() ? 1 : 2;
  if (messages->size() != expected || conversation.prompt.empty()) {
    return std::nullopt;
  }
  return conversation;
}

absl::StatusOr<std::optional<Rating>> ParseRating(absl::string_view line) {
  SN37_ASSIGN_OR_RETURN(
      const json record,
      ParseJson(line,
                {.bytes = kMaxLineBytes, .depth = 4, .unique_keys = true}));
  if (const absl::Status keys = CheckKeys(
          record, {"conversation", "reply", "rating", "time", "user"});
      !keys.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(
        keys.message(), "; a rating says nothing about who a person is"));
  }
  Rating rating;
  SN37_ASSIGN_OR_RETURN(const std::string user, GetString(record, "user", 256));
  if (const auto digest = Digest::FromHex(user); digest.ok()) {
    rating.user = *digest;
  } else {
    return absl::InvalidArgumentError(
        "\"user\" must be a pseudonym of 64 hex digits, no name or address");
  }
  SN37_ASSIGN_OR_RETURN(const std::string time, GetString(record, "time", 64));
  if (!absl::ParseTime(absl::RFC3339_full, time, &rating.time, nullptr)) {
    return absl::InvalidArgumentError(
        "\"time\" must be like 2026-01-31T12:00:00Z");
  }
  SN37_ASSIGN_OR_RETURN(rating.reply,
                        GetString(record, "reply", kMaxSampleBytes));
  if (rating.reply.empty()) {
    return absl::InvalidArgumentError("\"reply\" is empty");
  }
  SN37_ASSIGN_OR_RETURN(rating.rating,
                        GetInt(record, "rating", -kMaxRating, kMaxRating));
  SN37_ASSIGN_OR_RETURN(std::optional<Conversation> conversation,
                        ParseConversation(record));
  if (!conversation.has_value()) return std::nullopt;
  rating.conversation = *std::move(conversation);
  return rating;
}

absl::Status ReadRatings(LineBlock block, std::vector<Rating>& ratings) {
  while (true) {
    SN37_ASSIGN_OR_RETURN(const std::optional<absl::string_view> line,
                          block.Next());
    if (!line.has_value()) return absl::OkStatus();
    if (line->empty()) continue;
    absl::StatusOr<std::optional<Rating>> rating = ParseRating(*line);
    SN37_RETURN_IF_ERROR(Annotate(rating.status(), block.Place()));
    if (rating->has_value()) ratings.push_back(**std::move(rating));
  }
}

// All ratings, the earliest first.
absl::StatusOr<std::vector<Rating>> ReadRatings(const SourceContext& context) {
  SN37_ASSIGN_OR_RETURN(const std::vector<std::string> files,
                        FindInput(context, "ratings"));
  std::vector<Rating> ratings;
  for (const std::string& file : files) {
    SN37_ASSIGN_OR_RETURN(LineReader lines,
                          LineReader::Open(file, kMaxLineBytes));
    while (true) {
      SN37_ASSIGN_OR_RETURN(std::optional<LineBlock> block, lines.NextBlock());
      if (!block.has_value()) break;
      SN37_RETURN_IF_ERROR(ReadRatings(*std::move(block), ratings));
    }
  }
  std::sort(
      ratings.begin(), ratings.end(),
      [](const Rating& a, const Rating& b) { return a.Order() < b.Order(); });
  return ratings;
}

struct Score {
  int64_t sum = 0;
  int64_t count = 0;

  double mean() const { return static_cast<double>(sum) / count; }
};
using Replies = std::map<std::string, Score>;

// The replies of each conversation with the ratings that count.
std::map<Conversation, Replies> ScoreReplies(std::vector<Rating> ratings,
                                             int64_t max_per_user) {
  // The first time counts for the order, the last rating for the score.
  std::map<std::tuple<Digest, Conversation, std::string>, int64_t> last;
  std::map<Digest, int64_t> of_user;
  for (Rating& rating : ratings) {
    auto key = std::tuple(rating.user, std::move(rating.conversation),
                          std::move(rating.reply));
    if (const auto known = last.find(key); known != last.end()) {
      known->second = rating.rating;
    } else if (of_user[rating.user]++ < max_per_user) {
      last.emplace(std::move(key), rating.rating);
    }
  }
  std::map<Conversation, Replies> conversations;
  for (const auto& [key, rating] : last) {
    Score& score = conversations[std::get<1>(key)][std::get<2>(key)];
    score.sum += rating;
    ++score.count;
  }
  return conversations;
}

class Pairs : public RowStream {
 public:
  Pairs(std::map<Conversation, Replies> conversations, int64_t min_gap)
      : conversations_(std::move(conversations)),
        min_gap_(min_gap),
        next_(conversations_.begin()) {}

 private:
  absl::StatusOr<std::optional<Sample>> Read() override {
    for (; next_ != conversations_.end(); ++next_) {
      const auto& [conversation, replies] = *next_;
      const auto [worst, best] = std::minmax_element(
          replies.begin(), replies.end(), [](const auto& a, const auto& b) {
            return a.second.mean() < b.second.mean();
          });
      if (best->second.mean() - worst->second.mean() < min_gap_) continue;
      Sample sample;
      Preference& body = *sample.mutable_preference();
      body.set_system(conversation.system);
      body.set_prompt(conversation.prompt);
      body.set_chosen(best->first);
      body.set_rejected(worst->first);
      ++next_;
      return sample;
    }
    return std::nullopt;
  }

  const std::map<Conversation, Replies> conversations_;
  const int64_t min_gap_;
  std::map<Conversation, Replies>::const_iterator next_;
};

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(
      CheckKeys(context.parameters, {"max_per_user", "min_gap"}));
  SN37_ASSIGN_OR_RETURN(const int64_t max_per_user,
                        IntParameter(context, "max_per_user", 1, 1 << 30, 20));
  SN37_ASSIGN_OR_RETURN(const int64_t min_gap,
                        IntParameter(context, "min_gap", 1, kMaxRating, 1));
  SN37_ASSIGN_OR_RETURN(std::vector<Rating> ratings, ReadRatings(context));
  return std::make_unique<Pairs>(ScoreReplies(std::move(ratings), max_per_user),
                                 min_gap);
}

}  // namespace

const Source kFeedback = {.name = "feedback",
                          .kind = Sample::kPreference,
                          .endless = false,
                          .open = Open};

}  // namespace sn37::datasets
