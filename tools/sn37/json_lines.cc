#include "tools/sn37/json_lines.h"

#include <iostream>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sn37/base/check.h"
#include "sn37/base/status_macros.h"
#include "sn37/base/text.h"
#include "tools/sn37/verb.h"

namespace sn37::tools {
namespace {

using nlohmann::json;

// Reads a line, at most kMaxLineBytes of it; false at the end of input.
bool ReadLine(std::istream& in, std::string& line, bool& too_long) {
  line.clear();
  too_long = false;
  std::streambuf& buffer = *in.rdbuf();
  int c;
  while ((c = buffer.sbumpc()) != std::char_traits<char>::eof() && c != '\n') {
    if (line.size() < kMaxLineBytes) {
      line.push_back(static_cast<char>(c));
    } else {
      too_long = true;
    }
  }
  return c == '\n' || !line.empty();
}

Answer ParseLine(const std::string& line, bool too_long) {
  if (too_long) {
    return absl::InvalidArgumentError(
        absl::StrCat("the line is longer than ", kMaxLineBytes, " bytes"));
  }
  SN37_ASSIGN_OR_RETURN(json object, ParseJson(line, {}));
  if (!object.is_object()) {
    return absl::InvalidArgumentError("the line is not a JSON object");
  }
  return object;
}

// A batch of lines: what could be parsed, and for each line either its place
// among those or its error.
struct Batch {
  std::vector<json> questions;
  std::vector<absl::StatusOr<size_t>> lines;
};

Batch ReadBatch(std::istream& in, size_t size) {
  Batch batch;
  std::string line;
  bool too_long;
  while (batch.lines.size() < size && ReadLine(in, line, too_long)) {
    if (!too_long && line.find_first_not_of(" \t\r") == std::string::npos) {
      continue;
    }
    Answer question = ParseLine(line, too_long);
    if (question.ok()) {
      batch.lines.push_back(batch.questions.size());
      batch.questions.push_back(*std::move(question));
    } else {
      batch.lines.push_back(question.status());
    }
  }
  return batch;
}

// Text from a model may be cut inside a character: such bytes become U+FFFD.
void Write(std::ostream& out, const json& object) {
  out << object.dump(-1, ' ', false, json::error_handler_t::replace) << "\n";
}

}  // namespace

int AnswerLines(
    std::istream& in, std::ostream& out, size_t batch_size,
    absl::FunctionRef<std::vector<Answer>(absl::Span<const json>)> answer) {
  int status = kOk;
  while (true) {
    Batch batch = ReadBatch(in, batch_size);
    if (batch.lines.empty()) return status;
    std::vector<Answer> answers = answer(batch.questions);
    SN37_CHECK(answers.size() == batch.questions.size());
    for (const absl::StatusOr<size_t>& line : batch.lines) {
      json record = json::object();
      absl::Status error = line.status();
      record["id"] = nullptr;
      if (line.ok()) {
        if (const json* id = FindField(batch.questions[*line], "id")) {
          record["id"] = *id;
        }
        error = answers[*line].status();
        if (error.ok()) record.update(*answers[*line]);
      }
      if (!error.ok()) {
        record["error"] = ErrorObject(error);
        status = kFailed;
      }
      Write(out, record);
    }
    out.flush();
    if (!out) return kFailed;  // nobody reads on; main.cc says so
  }
}

int AnswerEachLine(std::istream& in, std::ostream& out,
                   absl::FunctionRef<Answer(const json&)> answer) {
  return AnswerLines(in, out, 1, [&](absl::Span<const json> questions) {
    std::vector<Answer> answers;
    for (const json& question : questions) answers.push_back(answer(question));
    return answers;
  });
}

json ErrorObject(const absl::Status& status) {
  return {{"code", absl::StatusCodeToString(status.code())},
          {"message", std::string(status.message())}};
}

int Fail(const absl::Status& status) {
  std::cerr << "sn37: " << Printable(status.message()) << "\n";
  return kFailed;
}

absl::StatusOr<std::vector<int32_t>> GetTokens(const json& object,
                                               absl::string_view key) {
  const json* field = FindField(object, key);
  auto wrong = [&] {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", key, "\" must be a list of token ids"));
  };
  if (field == nullptr || !field->is_array()) return wrong();
  std::vector<int32_t> tokens;
  for (const json& token : *field) {
    if (!token.is_number_integer()) return wrong();
    const int64_t id = token.get<int64_t>();
    if (id < 0 || id > std::numeric_limits<int32_t>::max()) return wrong();
    tokens.push_back(static_cast<int32_t>(id));
  }
  return tokens;
}

}  // namespace sn37::tools
