"""Writes the corpora of the fuzz targets beside: small files of which every
byte matters. index/ is written by hand.

    pip install gguf==0.17.1 numpy==2.4.6 ml_dtypes==0.6.0 safetensors==0.8.0
    python generate.py
"""

import pathlib

import gguf
import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent


def make_safetensors():
    folder = HERE / "safetensors"
    ones = np.ones((2, 3), dtype=ml_dtypes.bfloat16)
    save_file({"a": ones}, folder / "one")
    save_file({"model.norm.weight": np.ones(4, dtype=np.float32),
               "b": ones, "empty": np.zeros((0, 5), dtype=np.float16),
               "scalar": np.array(7, dtype=np.int64)},
              folder / "many", metadata={"format": "pt", "é": "\u202e"})


def make_gguf(name, spm):
    """A model of one layer whose tensors have a few bytes each."""
    hidden, heads, mlp = 4, 2, 2
    tokens = (["<unk>", "<s>", "</s>", "<0x41>", "\u2581a", "\u2581", "a"]
              if spm else ["<s>", "\u0120a", "\u0120", "a", "b", "ab", "c"])
    writer = gguf.GGUFWriter(HERE / "gguf" / name, "llama")
    writer.add_block_count(1)
    writer.add_context_length(8)
    writer.add_embedding_length(hidden)
    writer.add_feed_forward_length(mlp)
    writer.add_head_count(heads)
    writer.add_head_count_kv(1)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(2)
    writer.add_tokenizer_model("llama" if spm else "gpt2")
    writer.add_tokenizer_pre("default" if spm else "qwen2")
    writer.add_token_list(tokens)
    if spm:
        writer.add_token_scores([-float(i) for i in range(len(tokens))])
        writer.add_token_types([2, 3, 3, 6, 1, 1, 1])
        writer.add_bos_token_id(1)
    else:
        writer.add_token_types([3] + [1] * 6)
        writer.add_token_merges(["\u0120 a", "a b"])
        writer.add_chat_template("{{ messages[0]['content'] }}")
    random = np.random.default_rng(4)
    shapes = {"token_embd": (7, hidden), "output_norm": (hidden,)}
    for part, shape in (("attn_norm", (hidden,)), ("attn_q", (4, hidden)),
                        ("attn_k", (2, hidden)), ("attn_v", (2, hidden)),
                        ("attn_output", (hidden, 4)), ("ffn_norm", (hidden,)),
                        ("ffn_gate", (mlp, hidden)), ("ffn_up", (mlp, hidden)),
                        ("ffn_down", (hidden, mlp))):
        shapes[f"blk.0.{part}"] = shape
    for key, shape in shapes.items():
        values = random.normal(size=shape).astype(np.float16)
        writer.add_tensor(f"{key}.weight", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def make_blocks():
    """One block of every quantised type."""
    writer = gguf.GGUFWriter(HERE / "gguf" / "blocks", "none")
    for name in "Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q4_K Q5_K Q6_K".split():
        kind = gguf.GGMLQuantizationType[name]
        _, size = gguf.GGML_QUANT_SIZES[kind]
        writer.add_tensor(name, np.full((1, size), 0x35, dtype=np.uint8),
                          raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


make_safetensors()
make_gguf("sentencepiece", spm=True)
make_gguf("byte_level", spm=False)
make_blocks()
