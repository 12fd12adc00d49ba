#include "eval/tokenizer/testing/small_tokenizer.h"

#include "sn37/base/check.h"
#include "sn37/base/file.h"

namespace sn37::eval {
namespace {

// The code point U+0000 to U+07FF in UTF-8.
std::string Utf8(int code_point) {
  if (code_point < 0x80) return std::string(1, char(code_point));
  return {char(0xc0 | (code_point >> 6)), char(0x80 | (code_point & 0x3f))};
}

// GPT-2's alphabet: printable bytes stand for themselves, the others for the
// code points from U+0100 on.
bool StandsForItself(int byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad);
}

}  // namespace

GgufTokenizer SmallGgufTokenizer() {
  GgufTokenizer gguf;
  gguf.model = "gpt2";
  gguf.pre = "smollm";
  gguf.tokens = {"<s>", "</s>", "<pad>"};
  gguf.types = {3, 3, 3};
  for (int byte = 0; byte < 256; ++byte) {
    if (StandsForItself(byte)) gguf.tokens.push_back(Utf8(byte));
  }
  int next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    if (!StandsForItself(byte)) gguf.tokens.push_back(Utf8(next++));
  }
  for (const char* merged : {"Ġa", "ab", "abab"}) gguf.tokens.push_back(merged);
  SN37_CHECK(gguf.tokens.size() == kSmallVocabulary) << gguf.tokens.size();
  gguf.types.resize(gguf.tokens.size(), 1);
  gguf.merges = {"a b", "ab ab", "Ġ a"};
  gguf.bos_id = 0;
  gguf.eos_id = 1;
  gguf.padding_id = 2;
  gguf.chat_template =
      "{% for m in messages %}{{ bos_token + m.role + '\n' + m.content + "
      "eos_token + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ "
      "bos_token + 'assistant\n' }}{% endif %}";
  return gguf;
}

void WriteSmallTokenizer(const std::string& folder) {
  const auto files = TokenizerFromGguf(SmallGgufTokenizer());
  SN37_CHECK(files.ok()) << files.status();
  const std::pair<const char*, const std::string&> kFiles[] = {
      {"tokenizer.json", files->tokenizer_json},
      {"tokenizer_config.json", files->tokenizer_config_json},
      {"special_tokens_map.json", files->special_tokens_map_json},
  };
  for (const auto& [name, text] : kFiles) {
    const auto written = WriteFileWhole(JoinPath(folder, name), text);
    SN37_CHECK(written.ok()) << written;
  }
}

}  // namespace sn37::eval
