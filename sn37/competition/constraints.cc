#include "sn37/competition/constraints.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "sn37/base/text.h"

namespace sn37 {
namespace {

std::string Place(const ProjectionNorm& norm) {
  return absl::StrCat(ProjectionName(norm.projection), " of layer ",
                      norm.layer);
}

ConstraintResult CheckArchitecture(const ModelFacts& facts,
                                   const Constraints& constraints) {
  const auto& allowed = constraints.architectures();
  return {"architecture", Truncate(Printable(facts.architecture), 80),
          absl::StrCat("one of ", absl::StrJoin(allowed, ", ")),
          std::find(allowed.begin(), allowed.end(), facts.architecture) !=
              allowed.end()};
}

ConstraintResult CheckParameters(const ModelFacts& facts,
                                 const Constraints& constraints) {
  const int64_t min = constraints.min_parameters();
  const int64_t max = constraints.max_parameters();
  return {"parameters", absl::StrCat(facts.parameters),
          min == 0 ? absl::StrCat("at most ", max)
                   : absl::StrCat("from ", min, " to ", max),
          facts.parameters >= min && facts.parameters <= max};
}

ConstraintResult CheckPositions(const ModelFacts& facts,
                                const Constraints& constraints) {
  const bool unlimited = facts.positions == 0;
  return {"positions", unlimited ? "no limit" : absl::StrCat(facts.positions),
          absl::StrCat("at least ", constraints.sequence_length()),
          unlimited || facts.positions >= constraints.sequence_length()};
}

ConstraintResult CheckTokenizer(const ModelFacts& facts) {
  const bool present = facts.tokenizer_tokens > 0;
  return {"tokenizer",
          present ? absl::StrCat(facts.tokenizer_tokens, " tokens") : "none",
          "present", present};
}

ConstraintResult CheckVocabulary(const ModelFacts& facts) {
  return {"vocabulary", absl::StrCat(facts.vocabulary),
          absl::StrCat("at least the tokenizer's ", facts.tokenizer_tokens),
          facts.vocabulary >= facts.tokenizer_tokens && facts.vocabulary > 0};
}

ConstraintResult CheckNormsFinite(absl::Span<const ProjectionNorm> norms) {
  ConstraintResult result = {"norms_finite", "all finite", "all finite",
                             !norms.empty()};
  if (norms.empty()) result.measured = "nothing measured";
  for (const ProjectionNorm& norm : norms) {
    if (!result.passed || std::isfinite(norm.norm)) continue;
    result.passed = false;
    result.measured = absl::StrCat(norm.norm, " (", Place(norm), ")");
  }
  return result;
}

ConstraintResult CheckNormsHard(absl::Span<const ProjectionNorm> norms,
                                const NormLimits& limits) {
  const ProjectionNorm* greatest = nullptr;
  for (const ProjectionNorm& norm : norms) {
    // Not a number fails like infinity.
    if (greatest == nullptr || !(norm.norm <= greatest->norm)) greatest = &norm;
    if (std::isnan(greatest->norm)) break;
  }
  return {"norms_hard",
          greatest == nullptr
              ? "nothing measured"
              : absl::StrCat(greatest->norm, " (", Place(*greatest), ")"),
          absl::StrCat("at most ", limits.hard()),
          greatest != nullptr && greatest->norm <= limits.hard()};
}

ConstraintResult CheckNormsSoft(absl::Span<const ProjectionNorm> norms,
                                const NormLimits& limits) {
  struct Count {
    int exceeding = 0, total = 0;
  };
  std::map<Projection, Count> counts;
  for (const ProjectionNorm& norm : norms) {
    Count& count = counts[norm.projection];
    ++count.total;
    if (!(norm.norm <= limits.soft())) ++count.exceeding;
  }
  double share = 0;
  for (const auto& [projection, count] : counts) {
    share += double(count.exceeding) / count.total;
  }
  if (!counts.empty()) share /= counts.size();
  return {"norms_soft",
          counts.empty()
              ? "nothing measured"
              : absl::StrCat(share, " of the norms above ", limits.soft()),
          absl::StrCat("at most ", limits.soft_share()),
          !counts.empty() && share <= limits.soft_share()};
}

}  // namespace

std::string ProjectionName(Projection projection) {
  switch (projection) {
    case Projection::kQuery:
      return "query";
    case Projection::kKey:
      return "key";
    case Projection::kValue:
      return "value";
    case Projection::kOutput:
      return "output";
    case Projection::kUp:
      return "up";
    case Projection::kDown:
      return "down";
  }
  return "unknown";
}

std::vector<ConstraintResult> CheckModel(const ModelFacts& facts,
                                         const Constraints& constraints) {
  std::vector<ConstraintResult> results = {
      CheckArchitecture(facts, constraints),
      CheckParameters(facts, constraints),
      {"bytes", absl::StrCat(facts.bytes),
       absl::StrCat("at most ", constraints.max_bytes()),
       facts.bytes <= constraints.max_bytes()},
      CheckPositions(facts, constraints),
      CheckTokenizer(facts),
      CheckVocabulary(facts),
  };
  if (constraints.has_norms()) {
    results.push_back(CheckNormsFinite(facts.norms));
    results.push_back(CheckNormsHard(facts.norms, constraints.norms()));
    results.push_back(CheckNormsSoft(facts.norms, constraints.norms()));
  }
  return results;
}

bool AllPassed(absl::Span<const ConstraintResult> results) {
  return std::all_of(results.begin(), results.end(),
                     [](const ConstraintResult& r) { return r.passed; });
}

std::string Failures(absl::Span<const ConstraintResult> results) {
  std::vector<std::string> failures;
  for (const ConstraintResult& result : results) {
    if (result.passed) continue;
    failures.push_back(absl::StrCat(result.name, ": ", result.measured,
                                    ", allowed ", result.limit));
  }
  return absl::StrJoin(failures, "; ");
}

}  // namespace sn37
