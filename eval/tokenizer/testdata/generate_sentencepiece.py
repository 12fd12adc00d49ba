"""Makes sentencepiece.json with SentencePiece itself: a small BPE model with
byte fallback (its pieces, their scores and types, as a GGUF file holds them) and
what it makes of some texts, with and without the space that it puts first.

    pip install sentencepiece==0.2.3
    python generate_sentencepiece.py
"""

import io
import json
import pathlib

import sentencepiece as spm

HERE = pathlib.Path(__file__).parent

NOUNS = ("river", "winter", "engine", "garden", "letter", "mountain", "window",
         "teacher", "number", "harbour", "summer", "machine")
VERBS = ("carries", "finds", "keeps", "follows", "answers", "repeats", "moves",
         "measures")
TEXTS = (
    "", " ", "  ", "a", "river", " river", "the river finds the mountain",
    "The  Winter   keeps\tthe window\n", "12345 and 67 machines",
    "naïve café – ünïcode", "日本語のテキスト", "emoji 🙂🙃 end", "\u2581under",
    "unseen qzxv jjkw", "a\u0301 combining", "engineengine engines",
    " leading and trailing ", "...!?,;:", "\x01\x02 control",
)


def corpus():
    for i, noun in enumerate(NOUNS):
        for j, verb in enumerate(VERBS):
            other = NOUNS[(i * 5 + j * 7 + 1) % len(NOUNS)]
            yield f"The {noun} {verb} the {other} and {j * 13 + i} more."
            yield f"When a {other} {verb} it, every {noun}s answer is here."


def train(dummy_prefix):
    model = io.BytesIO()
    spm.SentencePieceTrainer.train(
        sentence_iterator=corpus(), model_writer=model, model_type="bpe",
        vocab_size=400, byte_fallback=True, split_digits=True,
        normalization_rule_name="identity", remove_extra_whitespaces=False,
        add_dummy_prefix=dummy_prefix, num_threads=1, minloglevel=2)
    return spm.SentencePieceProcessor(model_proto=model.getvalue())


def token_type(model, i):
    if model.is_unknown(i):
        return 2
    if model.is_control(i):
        return 3
    return 6 if model.is_byte(i) else 1


def described(dummy_prefix):
    model = train(dummy_prefix)
    ids = range(model.vocab_size())
    return {
        "add_space_prefix": dummy_prefix,
        "pieces": [model.id_to_piece(i) for i in ids],
        "scores": [model.get_score(i) for i in ids],
        "types": [token_type(model, i) for i in ids],
        "cases": [{"text": text, "ids": ids, "decoded": model.decode(ids)}
                  for text in TEXTS for ids in [model.encode(text)]],
    }


text = json.dumps([described(True), described(False)], ensure_ascii=True,
                  indent=0)
(HERE / "sentencepiece.json").write_text(text + "\n")
