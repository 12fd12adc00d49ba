#include "jobs/report/terminal.h"

#include <map>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "jobs/report/numbers.h"
#include "sn37/base/table.h"
#include "sn37/base/text.h"

namespace sn37::jobs {
namespace {

std::string CompetitionTitle(const EpochPlan& plan, uint32_t id) {
  const Competition* competition = FindCompetition(plan, id);
  if (competition == nullptr) return absl::StrCat("Competition ", id);
  return absl::StrFormat("Competition %d %s, %s of the reward", id,
                         Printable(competition->name()),
                         Percent(competition->reward()));
}

std::string Ranking(const std::vector<const ModelDecision*>& models,
                    const std::map<uint32_t, double>& weights) {
  std::vector<TableColumn> columns = {{"rank", Align::kRight},
                                      {"uid", Align::kRight},
                                      {"model"},
                                      {"score", Align::kRight}};
  for (const TaskResult& task : models.front()->tasks()) {
    columns.push_back({task.name(), Align::kRight});
  }
  columns.push_back({"wins", Align::kRight});
  columns.push_back({"weight", Align::kRight});
  Table table(std::move(columns));
  for (const ModelDecision* model : models) {
    std::vector<std::string> cells = {
        absl::StrCat(model->rank()), absl::StrCat(model->uid()),
        model->repository(), ScoreWithInterval(*model)};
    for (const TaskResult& task : model->tasks()) {
      cells.push_back(Score(task.normalized()));
    }
    auto weight = weights.find(model->uid());
    cells.push_back(absl::StrCat(model->wins()));
    cells.push_back(Percent(weight == weights.end() ? 0 : weight->second));
    table.AddRow(std::move(cells));
  }
  return table.ToString();
}

// A line per task of a model whose score came from other numbers.
std::string Numbers(const ModelDecision& model) {
  std::string out;
  for (const TaskResult& task : model.tasks()) {
    const std::string numbers = NumbersOf(task);
    if (numbers.empty()) continue;
    absl::StrAppend(&out, "uid ", model.uid(), " ", Printable(task.name()),
                    ": ", Printable(numbers), "\n");
  }
  return out;
}

}  // namespace

std::string ReportTable(const EpochPlan& plan, const Decision& decision) {
  std::map<uint32_t, double> weights;
  for (const SubnetWeight& weight : decision.weights()) {
    weights[weight.uid()] = weight.weight();
  }
  std::map<uint32_t, std::vector<const ModelDecision*>> rankings;
  for (const ModelDecision& model : decision.models()) {
    rankings[model.competition()].push_back(&model);
  }
  std::string out;
  for (const auto& [id, models] : rankings) {
    absl::StrAppend(&out, "\n", CompetitionTitle(plan, id), "\n",
                    Ranking(models, weights));
    for (const ModelDecision* model : models) {
      absl::StrAppend(&out, Numbers(*model));
      if (model->failure().empty()) continue;
      absl::StrAppend(&out, "uid ", model->uid(),
                      " failed: ", Printable(model->failure()), "\n");
    }
  }
  for (const RejectedModel& model : plan.rejected()) {
    absl::StrAppend(&out, "\nNot evaluated: uid ", model.uid(), " ",
                    Printable(model.repository()), ": ", Printable(model.why()),
                    "\n");
  }
  if (!decision.complete()) {
    absl::StrAppend(&out, "\nIncomplete, no weights were set: ",
                    Printable(decision.incomplete_because()), "\n");
  }
  return out;
}

}  // namespace sn37::jobs
