// sn37: the subnet's command. See `sn37 help`.
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "sn37/base/text.h"
#include "tools/sn37/verb.h"

namespace sn37::tools {
namespace {

std::string ListOfVerbs() {
  std::string out =
      "sn37: evaluate, check and submit models of subnet 37.\n\n"
      "  sn37 VERB [flags]\n\n";
  for (const Verb* verb : Verbs()) {
    absl::StrAppendFormat(&out, "  %-10s %s\n", verb->name, verb->summary);
  }
  return absl::StrCat(out, "\n`sn37 VERB --help` explains a verb.\n");
}

// --help of a verb shows its own flags, not those of every library.
void TeachAbout(const Verb& verb) {
  absl::SetProgramUsageMessage(absl::StrCat(verb.help));
  absl::FlagsUsageConfig config;
  auto shown = [&verb](absl::string_view file) {
    for (absl::string_view own : verb.flag_files) {
      if (absl::EndsWith(file, own)) return true;
    }
    return false;
  };
  config.contains_help_flags = shown;
  config.contains_helpshort_flags = shown;
  absl::SetFlagsUsageConfig(config);
}

int Run(int argc, char** argv) {
  // A reader that goes away, or a file-size limit, is an error to report.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  const std::string name = argc > 1 ? argv[1] : "help";
  if (name == "help" || name == "--help" || name == "-h") {
    std::cout << ListOfVerbs();
    return kOk;
  }
  const Verb* verb = FindVerb(name);
  if (verb == nullptr) {
    std::cerr << "sn37: there is no verb '" << Printable(name)
              << "'; `sn37 help` lists them\n";
    return kUsage;
  }
  TeachAbout(*verb);
  std::vector<char*> words = {argv[0]};
  words.insert(words.end(), argv + 2, argv + argc);
  std::vector<char*> left =
      absl::ParseCommandLine(static_cast<int>(words.size()), words.data());
  const int status =
      verb->run(std::vector<std::string>(left.begin() + 1, left.end()));
  if (std::cout.flush()) return status;
  std::cerr << "sn37: the output cannot be written\n";
  return kFailed;
}

}  // namespace
}  // namespace sn37::tools

int main(int argc, char** argv) { return sn37::tools::Run(argc, argv); }
