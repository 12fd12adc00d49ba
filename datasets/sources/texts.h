// Titled texts: the files of the input "texts". A file's first line is its
// title, the subject as it stands within a sentence ("the tides"); after an
// empty line come paragraphs with an empty line between each two. Lines within
// a paragraph are joined by a space.
#ifndef SN37_DATASETS_SOURCES_TEXTS_H_
#define SN37_DATASETS_SOURCES_TEXTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "datasets/sources/source.h"

namespace sn37::datasets {

struct TitledText {
  std::string title;
  std::vector<std::string> paragraphs;  // at least one, none empty
};

// One text of each file, in the order of the files. kInvalidArgument names the
// file that is not of that form or not UTF-8.
absl::StatusOr<std::vector<TitledText>> ReadTexts(const SourceContext& context);

// The paragraph in the fewest pieces of at most about `max_words` words, all of
// about the same length, cut after sentences (". ", "? " or "! ") only.
std::vector<std::string> CutParagraph(absl::string_view paragraph,
                                      size_t max_words);

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_TEXTS_H_
