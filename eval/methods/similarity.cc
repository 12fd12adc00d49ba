#include "eval/methods/similarity.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace sn37::eval {
namespace {

constexpr size_t kPopularFrom = 200;  // length of b

struct Block {
  size_t a;
  size_t b;
  size_t size;
};

// Half-open ranges of a and b.
struct Region {
  size_t a_begin, a_end;
  size_t b_begin, b_end;
};

class Matcher {
 public:
  Matcher(std::u32string_view a, std::u32string_view b)
      : a_(a), b_(b), lengths_(b.size() + 1, 0) {
    for (size_t j = 0; j < b.size(); ++j) {
      if (!IsJunk(b[j])) places_[b[j]].push_back(j);
    }
    if (b.size() < kPopularFrom) return;
    const size_t popular = b.size() / 100 + 1;
    absl::erase_if(places_, [&](const auto& entry) {
      return entry.second.size() > popular;
    });
  }

  // Characters in matching blocks: the longest block, then the same to its
  // left and right.
  size_t CountMatches() {
    size_t matches = 0;
    std::vector<Region> regions = {{0, a_.size(), 0, b_.size()}};
    while (!regions.empty()) {
      const Region region = regions.back();
      regions.pop_back();
      const Block block = Extend(LongestBlock(region), region);
      if (block.size == 0) continue;
      matches += block.size;
      const Region left = {region.a_begin, block.a, region.b_begin, block.b};
      const Region right = {block.a + block.size, region.a_end,
                            block.b + block.size, region.b_end};
      for (const Region& part : {left, right}) {
        if (part.a_begin < part.a_end && part.b_begin < part.b_end) {
          regions.push_back(part);
        }
      }
    }
    return matches;
  }

 private:
  static bool IsJunk(char32_t c) { return c == U' ' || c == U'\t'; }

  // The longest block of characters that may start a match: the earliest in a,
  // then in b, of several. Size 0 (at the region's begin) if there is none.
  Block LongestBlock(const Region& region) {
    Block best = {region.a_begin, region.b_begin, 0};
    std::vector<size_t> written;
    std::vector<std::pair<size_t, size_t>> next;  // (j + 1, length)
    for (size_t i = region.a_begin; i < region.a_end; ++i) {
      next.clear();
      if (const auto it = places_.find(a_[i]); it != places_.end()) {
        const std::vector<size_t>& places = it->second;
        for (auto j =
                 std::lower_bound(places.begin(), places.end(), region.b_begin);
             j != places.end() && *j < region.b_end; ++j) {
          // lengths_[j]: the block that ends at a[i - 1] and b[j - 1].
          const size_t length = lengths_[*j] + 1;
          next.emplace_back(*j + 1, length);
          if (length > best.size) {
            best = {i + 1 - length, *j + 1 - length, length};
          }
        }
      }
      for (size_t j : written) lengths_[j] = 0;
      written.clear();
      for (const auto& [j, length] : next) {
        lengths_[j] = length;
        written.push_back(j);
      }
    }
    for (size_t j : written) lengths_[j] = 0;
    return best;
  }

  // Grows a block at both ends: first over equal characters that are not junk,
  // then over equal ones that are.
  Block Extend(Block block, const Region& region) const {
    for (const bool junk : {false, true}) {
      while (block.a > region.a_begin && block.b > region.b_begin &&
             IsJunk(b_[block.b - 1]) == junk &&
             a_[block.a - 1] == b_[block.b - 1]) {
        block = {block.a - 1, block.b - 1, block.size + 1};
      }
      while (block.a + block.size < region.a_end &&
             block.b + block.size < region.b_end &&
             IsJunk(b_[block.b + block.size]) == junk &&
             a_[block.a + block.size] == b_[block.b + block.size]) {
        ++block.size;
      }
    }
    return block;
  }

  const std::u32string_view a_;
  const std::u32string_view b_;
  // Where each character of b that may start a match stands, ascending.
  absl::flat_hash_map<char32_t, std::vector<size_t>> places_;
  // Scratch of LongestBlock, all zero between calls.
  std::vector<size_t> lengths_;
};

}  // namespace

double Similarity(std::u32string_view a, std::u32string_view b) {
  const size_t total = a.size() + b.size();
  if (total == 0) return 1.0;
  return 2.0 * static_cast<double>(Matcher(a, b).CountMatches()) /
         static_cast<double>(total);
}

}  // namespace sn37::eval
