"""Makes tiny.gguf, tiny.safetensors and smollm2_digests.json with gguf-py.

tiny.gguf holds metadata of every value type and one tensor of every tensor type
that gguf_types.cc reads, filled with random blocks; tiny.safetensors their
values according to gguf-py. smollm2_digests.json holds, for each tensor of the
SmolLM2 GGUF, the SHA-256 of its bfloat16 bytes under its Hugging Face name.

    pip install gguf==0.17.1 numpy==2.4.6 ml_dtypes==0.6.0 safetensors==0.8.0
    python generate.py SmolLM2-135M-Instruct.Q4_1.gguf
"""

import hashlib
import json
import pathlib
import sys

import gguf
import ml_dtypes
import numpy as np
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent
TYPES = "F32 F16 BF16 Q4_0 Q4_1 Q5_0 Q5_1 Q8_0 Q4_K Q5_K Q6_K".split()
ROWS, COLUMNS = 3, 512
# Byte offsets of the half-precision scales in a block.
SCALES = {"Q4_0": [0], "Q4_1": [0, 2], "Q5_0": [0], "Q5_1": [0, 2],
          "Q8_0": [0], "Q4_K": [0, 2], "Q5_K": [0, 2], "Q6_K": [208]}


def random_blocks(random, kind):
    """Random bytes whose scales are finite (of any size, subnormal too)."""
    elements, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = random.integers(0, 256, (ROWS * COLUMNS // elements, size),
                             dtype=np.uint8)
    for at in SCALES.get(kind.name, []):
        scale = blocks[:, at:at + 2].copy().view(np.float16)
        scale[~np.isfinite(scale)] = 0.25
        blocks[:, at:at + 2] = scale.view(np.uint8)
    if kind.name == "F32":
        blocks = random.normal(size=ROWS * COLUMNS).astype(np.float32)
    elif kind.name == "F16":
        blocks = random.normal(size=ROWS * COLUMNS).astype(np.float16)
    elif kind.name == "BF16":
        blocks = random.normal(size=ROWS * COLUMNS).astype(ml_dtypes.bfloat16)
    return np.ascontiguousarray(blocks).view(np.uint8).reshape(ROWS, -1)


def make_tiny():
    random = np.random.default_rng(37)
    writer = gguf.GGUFWriter(HERE / "tiny.gguf", "tiny")
    writer.add_uint8("test.uint8", 200)
    writer.add_int8("test.int8", -100)
    writer.add_uint16("test.uint16", 65535)
    writer.add_int16("test.int16", -32768)
    writer.add_uint32("test.uint32", 4294967295)
    writer.add_int32("test.int32", -2147483648)
    writer.add_uint64("test.uint64", 2**63 - 1)
    writer.add_int64("test.int64", -(2**63))
    writer.add_float32("test.float32", 0.1)
    writer.add_float64("test.float64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "héllo")
    writer.add_array("test.strings", ["a", "", "ü"])
    writer.add_array("test.integers", [1, -2, 3])
    writer.add_array("test.floats", [0.5, -1.5])
    values = {}
    for name in TYPES:
        kind = gguf.GGMLQuantizationType[name]
        blocks = random_blocks(random, kind)
        values[name] = np.ascontiguousarray(
            gguf.dequantize(blocks, kind).reshape(ROWS, COLUMNS))
        writer.add_tensor(name, blocks, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(values, HERE / "tiny.safetensors")


LAYER = {
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj",
    "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
    "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj",
}


def hugging_face_name(name):
    if name == "token_embd.weight":
        return "model.embed_tokens.weight"
    if name == "output_norm.weight":
        return "model.norm.weight"
    _, layer, part, _ = name.split(".")
    return f"model.layers.{layer}.{LAYER[part]}.weight"


def unpermute(weights, heads):
    """llama.cpp interleaves the halves of each head's rows; this undoes it."""
    half = weights.shape[0] // heads // 2
    return (weights.reshape(heads, half, 2, -1).swapaxes(1, 2)
            .reshape(weights.shape))


def make_digests(path):
    digests = {}
    for tensor in gguf.GGUFReader(path).tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type)
        heads = {"attn_q": 9, "attn_k": 3}.get(tensor.name.split(".")[-2])
        if heads:
            values = unpermute(values, heads)
        data = values.astype(ml_dtypes.bfloat16).tobytes()
        digests[hugging_face_name(tensor.name)] = (
            hashlib.sha256(data).hexdigest())
    text = json.dumps(digests, indent=0, sort_keys=True) + "\n"
    (HERE / "smollm2_digests.json").write_text(text)


make_tiny()
make_digests(sys.argv[1])
