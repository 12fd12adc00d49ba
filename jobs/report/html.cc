#include "jobs/report/html.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "jobs/report/numbers.h"
#include "sn37/base/text.h"

namespace sn37::jobs {
namespace {

using Ranking = std::vector<const ModelDecision*>;

// Colours that stay apart for colour-blind readers, on light and on dark.
constexpr char kStyle[] = R"css(
:root{--ink:#1c2330;--soft:#5d6675;--line:#dde2ea;--paper:#fff;--card:#f6f8fb;
--m0:#2b6cb0;--m1:#c05621;--m2:#2f855a;--m3:#97266d;--m4:#975a16;--bad:#c53030}
@media (prefers-color-scheme:dark){:root{--ink:#e6eaf1;--soft:#98a2b3;
--line:#2c3442;--paper:#12161d;--card:#1a202b;--m0:#63b3ed;--m1:#f6ad55;
--m2:#68d391;--m3:#f687b3;--m4:#ecc94b;--bad:#fc8181}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:1.2rem;color:var(--ink);
background:var(--paper);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.2rem 0}h2{font-size:1.25rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1.2rem 0 .3rem}
p{margin:.4rem 0}.soft{color:var(--soft);font-size:.9rem}
.bad{color:var(--bad)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:.35rem .6rem;border-bottom:1px solid var(--line);text-align:left;
white-space:nowrap}
th{color:var(--soft);font-weight:600;font-size:.85rem}
.n{text-align:right}
.name{white-space:normal;overflow-wrap:anywhere;min-width:10rem}
.chart{display:grid;grid-template-columns:minmax(6rem,12rem) 1fr 4rem;
gap:.25rem .6rem;align-items:center;font-size:.9rem}
.chart .label{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.track{position:relative;height:1.1rem;background:var(--card);
border-radius:.2rem}
.bar{position:absolute;left:0;top:0;bottom:0;border-radius:.2rem;opacity:.85}
.span{position:absolute;top:.25rem;bottom:.25rem;border:solid var(--ink);
border-width:0 2px;opacity:.7;background:linear-gradient(var(--ink),
var(--ink)) center/100% 1px no-repeat}
.m0{background:var(--m0)}.m1{background:var(--m1)}.m2{background:var(--m2)}
.m3{background:var(--m3)}.m4{background:var(--m4)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem;
font-size:.85rem}
@media (max-width:34rem){.chart{grid-template-columns:6.5rem 1fr 3.4rem;
font-size:.8rem}}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;
font-family:ui-monospace,monospace}
)css";

std::map<uint32_t, Ranking> ByCompetition(const Decision& decision) {
  std::map<uint32_t, Ranking> rankings;
  for (const ModelDecision& model : decision.models()) {
    rankings[model.competition()].push_back(&model);
  }
  return rankings;
}

std::string Cell(absl::string_view css_class, absl::string_view text) {
  return absl::StrCat("<td class=\"", css_class, "\">", HtmlEscape(text),
                      "</td>");
}

std::string Header(const EpochPlan& plan, const Decision& decision) {
  std::string out = absl::StrFormat(
      "<h1>Epoch %d</h1>\n<p class=\"soft\">Subnet %d · %d models · %s on %s · "
      "lower scores are better · brackets are 95 %% intervals</p>\n",
      plan.sync_block(), plan.netuid(), decision.models_size(),
      HtmlEscape(plan.dtype()), HtmlEscape(plan.device()));
  if (!decision.complete()) {
    absl::StrAppend(&out,
                    "<p class=\"bad\"><strong>Incomplete: no weights were "
                    "set.</strong> ",
                    HtmlEscape(decision.incomplete_because()), "</p>\n");
  }
  return out;
}

std::string WeightsTable(const Decision& decision) {
  if (decision.weights().empty()) return "";
  std::map<uint32_t, std::string> names;
  for (const ModelDecision& model : decision.models()) {
    names[model.uid()] = model.repository();
  }
  std::string out =
      "<h2>Weights</h2>\n<div class=\"scroll\"><table><tr><th class=\"n\">uid"
      "</th><th>model</th><th>hotkey</th><th class=\"n\">weight</th></tr>\n";
  for (const SubnetWeight& weight : decision.weights()) {
    absl::StrAppend(&out, "<tr>", Cell("n", absl::StrCat(weight.uid())),
                    Cell("name", names[weight.uid()]),
                    Cell("", ShortHotkey(weight.hotkey())),
                    Cell("n", Percent(weight.weight())), "</tr>\n");
  }
  return absl::StrCat(out, "</table></div>\n");
}

std::string RankingTable(const Ranking& models) {
  std::string out =
      "<div class=\"scroll\"><table><tr><th class=\"n\">rank</th>"
      "<th class=\"n\">uid</th><th>model</th><th class=\"n\">score</th>";
  for (const TaskResult& task : models.front()->tasks()) {
    absl::StrAppend(&out, "<th class=\"n\">", HtmlEscape(task.name()), "</th>");
  }
  absl::StrAppend(&out,
                  "<th class=\"n\">wins</th><th class=\"n\">average</th>"
                  "<th>next</th></tr>\n");
  for (const ModelDecision* model : models) {
    absl::StrAppend(&out, "<tr>", Cell("n", absl::StrCat(model->rank())),
                    Cell("n", absl::StrCat(model->uid())),
                    Cell("name", model->repository()),
                    Cell("n", ScoreWithInterval(*model)));
    for (const TaskResult& task : model->tasks()) {
      absl::StrAppend(&out, Cell("n", Score(task.normalized())));
    }
    absl::StrAppend(&out, Cell("n", absl::StrCat(model->wins())),
                    Cell("n", Percent(model->competition_weight())),
                    Cell("", model->kept() ? "kept" : "dropped"), "</tr>\n");
  }
  return absl::StrCat(out, "</table></div>\n");
}

// A row of a chart below a bar: what its value came from.
std::string Numbers(const TaskResult& task) {
  const std::string numbers = NumbersOf(task);
  if (numbers.empty()) return "";
  return absl::StrCat("<span></span><span class=\"soft\">", HtmlEscape(numbers),
                      "</span><span></span>\n");
}

// One row of a chart: a bar from 0 to the value, the interval drawn over it.
std::string Bar(const ModelDecision& model, const TaskResult& task,
                double scale, size_t color) {
  std::string out = absl::StrFormat(
      "<span class=\"label\">%d · %s</span><span class=\"track\">", model.uid(),
      HtmlEscape(model.repository()));
  auto share = [&](double value) {
    return std::clamp(100 * value / scale, 0.0, 100.0);
  };
  if (std::isfinite(task.normalized())) {
    absl::StrAppendFormat(
        &out, "<span class=\"bar m%d\" style=\"width:%.2f%%\"></span>",
        color % 5, share(task.normalized()));
  }
  if (std::isfinite(task.low()) && std::isfinite(task.high())) {
    absl::StrAppendFormat(
        &out, "<span class=\"span\" style=\"left:%.2f%%;right:%.2f%%\"></span>",
        share(task.low()), 100 - share(task.high()));
  }
  return absl::StrCat(out, "</span><span class=\"n\">",
                      Score(task.normalized()), "</span>\n");
}

std::string TaskCharts(const Ranking& models, const Competition* competition) {
  std::string out;
  for (int t = 0; t < models.front()->tasks_size(); ++t) {
    double scale = 1e-9;
    for (const ModelDecision* model : models) {
      for (double v : {model->tasks(t).normalized(), model->tasks(t).high()}) {
        if (std::isfinite(v)) scale = std::max(scale, v);
      }
    }
    absl::StrAppend(&out, "<h3>", HtmlEscape(models.front()->tasks(t).name()));
    if (competition != nullptr && t < competition->tasks_size()) {
      absl::StrAppend(&out, " <span class=\"soft\">weight ",
                      Percent(competition->tasks(t).weight()), "</span>");
    }
    absl::StrAppend(&out,
                    "</h3>\n<div class=\"chart\" role=\"img\" "
                    "aria-label=\"scores of the models\">\n");
    for (size_t i = 0; i < models.size(); ++i) {
      const TaskResult& task = models[i]->tasks(t);
      absl::StrAppend(&out, Bar(*models[i], task, scale, i), Numbers(task));
    }
    absl::StrAppend(&out, "</div>\n");
  }
  return out;
}

std::string CompetitionSection(const EpochPlan& plan, uint32_t id,
                               const Ranking& models) {
  const Competition* competition = FindCompetition(plan, id);
  std::string name = competition == nullptr ? "" : competition->name();
  std::string out =
      absl::StrFormat("<h2>Competition %d %s", id, HtmlEscape(name));
  if (competition != nullptr) {
    absl::StrAppend(&out, " <span class=\"soft\">",
                    Percent(competition->reward()), " of the reward</span>");
  }
  absl::StrAppend(&out, "</h2>\n", RankingTable(models));
  for (const ModelDecision* model : models) {
    if (model->failure().empty()) continue;
    absl::StrAppendFormat(&out, "<p class=\"bad\">uid %d failed: %s</p>\n",
                          model->uid(), HtmlEscape(model->failure()));
  }
  return absl::StrCat(out, TaskCharts(models, competition));
}

std::string Rejected(const EpochPlan& plan) {
  if (plan.rejected().empty()) return "";
  std::string out =
      "<h2>Not evaluated</h2>\n<div class=\"scroll\"><table><tr>"
      "<th class=\"n\">competition</th><th class=\"n\">uid</th><th>model</th>"
      "<th>why</th></tr>\n";
  for (const RejectedModel& model : plan.rejected()) {
    absl::StrAppend(&out, "<tr>", Cell("n", absl::StrCat(model.competition())),
                    Cell("n", absl::StrCat(model.uid())),
                    Cell("name", model.repository()), Cell("name", model.why()),
                    "</tr>\n");
  }
  return absl::StrCat(out, "</table></div>\n");
}

std::string Provenance(const EpochPlan& plan, const Decision& decision) {
  std::string out =
      "<h2>Recompute it</h2>\n<p class=\"soft\">These digests fix every number "
      "above; plan.pb and results.parquet lie beside this page.</p>\n<dl>\n";
  auto add = [&](absl::string_view term, absl::string_view value) {
    absl::StrAppend(&out, "<dt>", term, "</dt><dd>", HtmlEscape(value),
                    "</dd>\n");
  };
  add("block hash", plan.block_hash());
  add("seed", plan.seed());
  add("snapshot", plan.snapshot());
  add("engine", plan.engine());
  add("plan", decision.plan());
  add("results", decision.results());
  for (const PlannedModel& model : plan.models()) {
    add(absl::StrCat("uid ", model.uid()), model.digest());
  }
  return absl::StrCat(out, "</dl>\n");
}

}  // namespace

std::string ReportHtml(const EpochPlan& plan, const Decision& decision) {
  std::string out = absl::StrFormat(
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width,"
      "initial-scale=1\">\n<title>Epoch %d</title>\n<style>%s</style></head>\n"
      "<body>\n",
      plan.sync_block(), kStyle);
  absl::StrAppend(&out, Header(plan, decision), WeightsTable(decision));
  for (const auto& [id, models] : ByCompetition(decision)) {
    absl::StrAppend(&out, CompetitionSection(plan, id, models));
  }
  absl::StrAppend(&out, Rejected(plan), Provenance(plan, decision),
                  "</body></html>\n");
  return out;
}

}  // namespace sn37::jobs
