"""Makes pre_tokenizers.json: what transformers makes of some texts with a small
byte-level BPE tokenizer whose merges go across words, spaces and digits, so that
only the pre-tokenizer holds these apart. Its patterns are those by which
transformers reads GGUF files; whether a word that is a token needs no merges and
whether a BOS comes first is as llama.cpp has it.

    pip install transformers==5.23.0 tokenizers==0.23.3
    python generate_pre_tokenizers.py
"""

import json
import pathlib

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers.integrations.gguf import gguf_tokenizer_mapping as gguf

HERE = pathlib.Path(__file__).parent

# name, whether a word that is a token needs no merges, whether a BOS comes first
PRE_TOKENIZERS = (("llama-bpe", True, True), ("tekken", True, True),
                  ("gpt-4o", False, False))
UNMERGED = "Ġunmerged"  # a token that no merges make

TEXTS = (
    "", " ", "   ", "\n", "a", "It's John's; IT'S JOHN'S, we'll they'LL I'd",
    "HelloWorld helloWORLD HELLOworld fooBarBaz aB Ab ABc",
    "1 12 123 1234 12345 123456 x1234y 3.14159",
    "a//b/\n//c /\n\n/ http://x.org/y/\r\nend", "tabs\t\tand  two   three\n \n",
    "...!?,;: (a) [b] {c} --- ===\n", "naïve Café ÜNÏCODE ÉCOLE école",
    "a\u0301e\u0301 A\u0301E\u0301 x\u0301\u0302", "ǅungla ʰa ªb",
    "Привет МИР приветМИР", "日本語のテキスト 漢字", "हिन्दी में", "שלום",
    "emoji 🙂🙃 end", "trailing   ", " lead", " unmerged unmerged", "\u00a0x\u3000y",
)


class Fast:
    """As much of a tokenizer as set_split_regex wants."""

    def __init__(self, backend):
        self.backend_tokenizer = backend


def trained():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(
        add_prefix_space=False, use_regex=False)
    trainer = trainers.BpeTrainer(
        vocab_size=800, min_frequency=1, show_progress=False,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.train_from_iterator(
        [text[i:i + 3] for text in TEXTS for i in range(len(text))] * 2 +
        list(TEXTS), trainer)
    return json.loads(tokenizer.to_str())["model"]


def encoded(name, whole_words, model):
    tokenizer = Tokenizer(models.BPE(
        vocab=model["vocab"], merges=[tuple(m) for m in model["merges"]],
        ignore_merges=whole_words))
    tokenizer.decoder = decoders.ByteLevel()
    gguf.set_split_regex(Fast(tokenizer), {"pre_tokenizer_type": name})
    return [tokenizer.encode(text).ids for text in TEXTS]


def main():
    model = trained()
    # Every id is one higher, behind the BOS.
    model["vocab"] = {token: i + 1 for token, i in model["vocab"].items()}
    model["vocab"].update({"<s>": 0, UNMERGED: len(model["vocab"]) + 1})
    vectors = {
        "tokens": sorted(model["vocab"], key=model["vocab"].get),
        "merges": [" ".join(merge) for merge in model["merges"]],
        "texts": TEXTS,
        "pre_tokenizers": [{
            "name": name,
            "adds_bos": adds_bos,
            "ids": encoded(name, whole_words, model),
        } for name, whole_words, adds_bos in PRE_TOKENIZERS],
    }
    text = json.dumps(vectors, ensure_ascii=False, separators=(",", ":"))
    (HERE / "pre_tokenizers.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
