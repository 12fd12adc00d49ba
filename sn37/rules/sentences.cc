// The algorithm in four steps:
//  1. Candidates: a mark (. ? !) before a non-word character, or before white
//     space and a token. Of several in one unbroken word only the last counts.
//  2. The candidate's context (its word, the mark and what follows) is cut into
//     tokens; some tokens are breaks by their form, and untrained rules for
//     initials and numbers take some of these back.
//  3. A break that another token of the context follows ends a sentence.
//  4. Closing quotes and brackets move back to the sentence they close.
#include "sn37/rules/sentences.h"

#include <algorithm>
#include <optional>
#include <string>

#include "sn37/rules/unicode.h"

namespace sn37 {
namespace {

using View = std::u32string_view;

// Closing quotes and brackets, the curly ones and guillemets included.
constexpr View kClosing = U"\"')]}\u2018\u2019\u201C\u201D\u00AB\u00BB";
// Characters that end a word (a full stop does not) ...
constexpr View kNonWord =
    U")\";}]*:@'({[\u2018\u2019\u201C\u201D\u00AB\u00BB?!";
// ... and those that cannot begin one.
constexpr View kNotWordStart = U"(\"`{[:;&#*@)}]-,";
// Punctuation that never starts a sentence.
constexpr View kPunctuation = U";:,.!?";

bool IsOneOf(View set, char32_t c) { return set.find(c) != View::npos; }
bool IsMark(char32_t c) { return c == U'.' || c == U'?' || c == U'!'; }
bool IsAsciiSpace(char32_t c) { return (c >= 0x9 && c <= 0xD) || c == U' '; }
bool IsLetter(char32_t c) { return IsWordCharacter(c) && !IsDigit(c); }

size_t RunLength(View text, bool (*holds)(char32_t)) {
  return std::find_if_not(text.begin(), text.end(), holds) - text.begin();
}

// ---- Tokens of a context ----------------------------------------------------

// Length of the dashes ("--"), dots ("..") or spaced dots (". . .") that `text`
// begins with; 0 when it begins with none of them.
size_t MultiCharacterLength(View text) {
  const size_t dashes = RunLength(text, [](char32_t c) { return c == U'-'; });
  if (dashes >= 2) return dashes;
  const size_t dots = RunLength(text, [](char32_t c) { return c == U'.'; });
  if (dots >= 2) return dots;
  size_t spaced = 0;  // characters of ". " pairs
  while (spaced + 1 < text.size() && text[spaced] == U'.' &&
         IsSpace(text[spaced + 1])) {
    spaced += 2;
  }
  const bool dot_follows = spaced < text.size() && text[spaced] == U'.';
  const size_t pairs = spaced / 2 - (dot_follows || spaced == 0 ? 0 : 1);
  return pairs >= 2 ? 2 * pairs + 1 : 0;
}

bool BeginsNonWord(View text) {
  return !text.empty() &&
         (IsOneOf(kNonWord, text[0]) || MultiCharacterLength(text) > 0);
}

// Whether a word ends where `rest` begins.
bool EndsWord(View rest) {
  if (rest.empty() || IsSpace(rest[0]) || BeginsNonWord(rest)) return true;
  if (rest[0] != U',') return false;
  const View after = rest.substr(1);
  return after.empty() || IsSpace(after[0]) || BeginsNonWord(after);
}

// Length of the token that `text` begins with; 0 at white space.
size_t TokenLength(View text) {
  const size_t multi = MultiCharacterLength(text);
  if (multi > 0) return multi;
  if (IsSpace(text[0])) return 0;
  if (IsOneOf(kNotWordStart, text[0])) return 1;
  size_t length = 1;
  while (!EndsWord(text.substr(length))) ++length;
  return length;
}

// Calls visit(token) for every token until it returns false. No token crosses a
// newline.
template <typename Visit>
void ForEachToken(View text, Visit visit) {
  while (!text.empty()) {
    const View line = text.substr(0, text.find(U'\n'));
    for (size_t at = 0; at < line.size();) {
      const size_t length = TokenLength(line.substr(at));
      if (length > 0 && !visit(line.substr(at, length))) return;
      at += std::max<size_t>(length, 1);
    }
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

// ---- Which tokens are breaks ------------------------------------------------

// A token that by its form ends a sentence: a mark alone, or a word with one
// full stop at its end.
bool IsBreakByForm(View token) {
  if (token.size() == 1) return IsMark(token[0]);
  return token.back() == U'.' && token[token.size() - 2] != U'.';
}

// A letter and a full stop, as in "J. Smith".
bool IsInitial(View token) {
  return token.size() == 2 && IsLetter(token[0]) && token[1] == U'.';
}

// A number, optionally signed, with digits, commas, dots and dashes: "-1,000.".
bool IsNumber(View token) {
  if (!token.empty() && token[0] == U'-') token.remove_prefix(1);
  if (!token.empty() && IsOneOf(U".,", token[0])) token.remove_prefix(1);
  return !token.empty() && IsDigit(token[0]) &&
         std::all_of(token.begin(), token.end(), [](char32_t c) {
           return IsDigit(c) || IsOneOf(U",.-", c);
         });
}

// Whether the break at the end of `token` is taken back because of the token
// after it.
bool IsTakenBack(View token, View next) {
  const bool initial = IsInitial(token);
  if (token.back() != U'.' || (!initial && !IsNumber(token))) return false;
  if (next.size() == 1 && IsOneOf(kPunctuation, next[0])) return true;
  return IsLower(next[0]) || (initial && IsUpper(next[0]));
}

bool ContainsBreak(View context) {
  View candidate;  // the token before if it is a break by its form, else empty
  bool found = false;
  ForEachToken(context, [&](View token) {
    found = !candidate.empty() && !IsTakenBack(candidate, token);
    candidate = IsBreakByForm(token) ? token : View();
    return !found;
  });
  return found;
}

// ---- Candidates and sentences -----------------------------------------------

struct Span {
  size_t begin;
  size_t end;
};

// A mark that may end a sentence, the word before it and what follows it.
struct Candidate {
  Span word;     // word.end is the mark's position
  size_t after;  // end of the context
  size_t next;   // where the next sentence would begin
};

// What follows the mark at `mark`; nullopt when it cannot end a sentence.
std::optional<Candidate> FindCandidate(View text, size_t mark) {
  const View rest = text.substr(mark + 1);
  if (rest.empty()) return std::nullopt;
  if (IsOneOf(kNonWord, rest[0])) {
    return Candidate{{0, mark}, mark + 2, mark + 1};
  }
  const size_t spaces = RunLength(rest, IsSpace);
  if (spaces == 0 || spaces == rest.size()) return std::nullopt;
  const size_t token =
      RunLength(rest.substr(spaces), [](char32_t c) { return !IsSpace(c); });
  const size_t next = mark + 1 + spaces;
  return Candidate{{0, mark}, next + token, next};
}

// Begin of the word that ends at the mark `mark`, given the word of the
// candidate before: after the last ASCII white space between them, else the
// same word goes on.
size_t WordBegin(View text, const Span& previous, size_t mark) {
  for (size_t i = mark; i > previous.end + 1; --i) {
    if (IsAsciiSpace(text[i - 1])) return i;
  }
  return previous.begin;
}

// Spans between breaks, before closing punctuation is moved; a span may be
// empty or end before it begins.
std::vector<Span> SplitAtBreaks(View text) {
  std::vector<Span> spans;
  size_t last_break = 0;
  const auto decide = [&](const Candidate& candidate) {
    const View context = text.substr(candidate.word.begin,
                                     candidate.after - candidate.word.begin);
    if (!ContainsBreak(context)) return;
    spans.push_back({last_break, candidate.word.end + 1});
    last_break = candidate.next;
  };
  std::optional<Candidate> previous;
  Span word = {0, 0};
  for (size_t mark = 0; mark < text.size(); ++mark) {
    if (!IsMark(text[mark])) continue;
    std::optional<Candidate> candidate = FindCandidate(text, mark);
    if (!candidate.has_value()) continue;
    candidate->word.begin = WordBegin(text, word, mark);
    if (previous.has_value() && previous->word.end <= candidate->word.begin) {
      decide(*previous);
    }
    word = candidate->word;
    previous = candidate;
  }
  if (previous.has_value()) decide(*previous);
  size_t end = text.size();
  while (end > 0 && IsSpace(text[end - 1])) --end;
  spans.push_back({last_break, end});
  return spans;
}

View Slice(View text, const Span& span) {
  return span.begin < span.end ? text.substr(span.begin, span.end - span.begin)
                               : View();
}

// Length of the closing punctuation that `sentence` begins with, if white
// space, a dash or the end follows it; else 0.
size_t ClosingLength(View sentence) {
  const size_t length =
      RunLength(sentence, [](char32_t c) { return IsOneOf(kClosing, c); });
  const View rest = sentence.substr(length);
  const bool ends =
      rest.empty() || IsSpace(rest[0]) || rest.substr(0, 2) == U"--";
  return ends ? length : 0;
}

}  // namespace

std::vector<View> SplitSentences(View text) {
  std::vector<View> sentences;
  size_t moved = 0;  // characters of this span given to the sentence before
  const std::vector<Span> spans = SplitAtBreaks(text);
  for (size_t i = 0; i < spans.size(); ++i) {
    Span span = {spans[i].begin + moved, spans[i].end};
    moved = 0;
    if (i + 1 < spans.size()) {
      const View next = Slice(text, spans[i + 1]);
      const size_t closing = ClosingLength(next);
      if (closing > 0) {
        span.end = spans[i + 1].begin + closing;
        moved = closing + RunLength(next.substr(closing), IsSpace);
      }
    }
    const View sentence = Slice(text, span);
    if (!sentence.empty()) sentences.push_back(sentence);
  }
  return sentences;
}

}  // namespace sn37
