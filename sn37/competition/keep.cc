#include "sn37/competition/keep.h"

#include <algorithm>
#include <numeric>

namespace sn37 {
namespace {

double Priority(const KeepCandidate& candidate) {
  return candidate.average >= kSmallestAverage ? 1 + candidate.average
                                               : candidate.win_rate;
}

}  // namespace

std::vector<size_t> KeepSet(absl::Span<const KeepCandidate> field,
                            size_t keep) {
  std::vector<size_t> places(field.size());
  std::iota(places.begin(), places.end(), 0);
  std::stable_sort(places.begin(), places.end(), [&](size_t a, size_t b) {
    return Priority(field[a]) > Priority(field[b]);
  });
  places.resize(std::min(keep, places.size()));
  std::sort(places.begin(), places.end());
  return places;
}

}  // namespace sn37
