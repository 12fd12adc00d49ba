// Plain text for the text loss: the paragraphs of titled texts.
//
// Inputs: "texts" (texts.h). Parameters: max_words (longer paragraphs are cut
// at sentence ends; 1,000 unless told). Titles are left out.
#include <utility>

#include "datasets/json_keys.h"
#include "datasets/sources/sources.h"
#include "datasets/sources/texts.h"
#include "sn37/base/status_macros.h"

namespace sn37::datasets {
namespace {

class Paragraphs : public RowStream {
 public:
  explicit Paragraphs(std::vector<std::string> rows) : rows_(std::move(rows)) {}

 private:
  absl::StatusOr<std::optional<Sample>> Read() override {
    if (next_ == rows_.size()) return std::nullopt;
    Sample sample;
    sample.mutable_text()->set_text(rows_[next_++]);
    return sample;
  }

  const std::vector<std::string> rows_;
  size_t next_ = 0;
};

absl::StatusOr<std::unique_ptr<RowStream>> Open(const SourceContext& context) {
  SN37_RETURN_IF_ERROR(CheckKeys(context.parameters, {"max_words"}));
  SN37_ASSIGN_OR_RETURN(int64_t max_words,
                        IntParameter(context, "max_words", 1, 1 << 20, 1000));
  SN37_ASSIGN_OR_RETURN(std::vector<TitledText> texts, ReadTexts(context));
  std::vector<std::string> rows;
  for (const TitledText& text : texts) {
    for (const std::string& paragraph : text.paragraphs) {
      for (std::string& piece : CutParagraph(paragraph, max_words)) {
        rows.push_back(std::move(piece));
      }
    }
  }
  return std::make_unique<Paragraphs>(std::move(rows));
}

}  // namespace

const Source kTextFiles = {.name = "text_files",
                           .kind = Sample::kText,
                           .endless = false,
                           .open = Open};

}  // namespace sn37::datasets
