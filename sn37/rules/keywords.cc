#include "sn37/rules/keywords.h"

#include <algorithm>
#include <iterator>

#include "sn37/rules/unicode.h"
#include "sn37/rules/words.h"

namespace sn37 {
namespace {

// Function words of English with more than two letters, in order. Shorter words
// are never drawn as content words.
constexpr std::u32string_view kFunctionWords[] = {
    U"about",   U"above",     U"across",  U"after",   U"against",    U"all",
    U"along",   U"although",  U"among",   U"and",     U"another",    U"any",
    U"are",     U"around",    U"because", U"been",    U"before",     U"behind",
    U"being",   U"below",     U"beneath", U"beside",  U"between",    U"beyond",
    U"both",    U"but",       U"can",     U"cannot",  U"could",      U"did",
    U"does",    U"doing",     U"down",    U"during",  U"each",       U"eight",
    U"either",  U"every",     U"except",  U"five",    U"for",        U"four",
    U"from",    U"had",       U"has",     U"have",    U"having",     U"her",
    U"hers",    U"herself",   U"him",     U"himself", U"his",        U"how",
    U"inside",  U"into",      U"its",     U"itself",  U"may",        U"might",
    U"must",    U"myself",    U"near",    U"neither", U"nine",       U"nor",
    U"not",     U"off",       U"one",     U"onto",    U"other",      U"our",
    U"ours",    U"ourselves", U"out",     U"outside", U"over",       U"past",
    U"per",     U"seven",     U"shall",   U"she",     U"should",     U"since",
    U"six",     U"some",      U"such",    U"ten",     U"than",       U"that",
    U"the",     U"their",     U"theirs",  U"them",    U"themselves", U"there",
    U"these",   U"they",      U"this",    U"those",   U"though",     U"three",
    U"through", U"toward",    U"towards", U"two",     U"under",      U"unless",
    U"until",   U"upon",      U"via",     U"was",     U"were",       U"what",
    U"when",    U"where",     U"whereas", U"whether", U"which",      U"while",
    U"who",     U"whom",      U"whose",   U"why",     U"will",       U"with",
    U"within",  U"without",   U"would",   U"yet",     U"you",        U"your",
    U"yours",   U"yourself"};
static_assert(std::is_sorted(std::begin(kFunctionWords),
                             std::end(kFunctionWords)));

constexpr size_t kMinContentLength = 3;

bool IsContentWord(const std::u32string& word) {
  return word.size() >= kMinContentLength &&
         !std::all_of(word.begin(), word.end(), IsDigit) &&
         !std::binary_search(std::begin(kFunctionWords),
                             std::end(kFunctionWords),
                             std::u32string_view(ToLower(word)));
}

const std::string& ChooseOne(const std::vector<std::string>& words,
                             CounterRandom& random) {
  return words[random.Below(words.size())];
}

}  // namespace

std::string ChooseKeyword(absl::string_view answer,
                          const std::vector<std::string>& taken,
                          CounterRandom& random) {
  const auto is_free = [&](const std::string& lower) {
    return std::find(taken.begin(), taken.end(), lower) == taken.end();
  };
  std::vector<std::string> content;
  std::vector<std::string> all;
  for (const std::u32string& word : Words(ToCodePoints(answer))) {
    if (!is_free(ToUtf8(ToLower(word)))) continue;
    all.push_back(ToUtf8(word));
    if (IsContentWord(word)) content.push_back(all.back());
  }
  if (!content.empty()) return ChooseOne(content, random);
  if (!all.empty()) return ChooseOne(all, random);
  const std::vector<std::string> stock = {"answer", "question", "response"};
  std::vector<std::string> rest;
  std::copy_if(stock.begin(), stock.end(), std::back_inserter(rest), is_free);
  return ChooseOne(rest.empty() ? stock : rest, random);
}

}  // namespace sn37
