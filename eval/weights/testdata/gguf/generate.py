"""Writes GGUF files of small models with gguf-py, for gguf_archs_test.cc.

The models are those of eval/models/testdata, and a Qwen2 and a Qwen3 that are
made here with random weights. Names of tensors and keys are gguf-py's; what
llama.cpp's converters change in tensors is done here in our own words:

  - Llama and Mistral: of each head's query and key rows, the two halves are
    interleaved, since llama.cpp rotates neighbours;
  - Gemma: norms hold 1 + weight;
  - GPT-NeoX and Falcon: the fused tensor holds all queries, all keys and all
    values, not head by head or group by group.

Vectors are float32 and matrices bfloat16, as converters write them.

    pip install gguf==0.17.1 numpy==2.4.6 ml_dtypes==0.6.0 safetensors==0.8.0
    python generate.py
"""

import json
import math
import pathlib
import zlib

import gguf
import ml_dtypes
import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

HERE = pathlib.Path(__file__).parent
MODELS = HERE.parents[2] / "models" / "testdata"
PIECES = HERE.parents[2] / "tokenizer" / "testdata" / "sentencepiece.json"

LLAMA = gguf.MODEL_ARCH.LLAMA
ARCHS = {
    "llama_gqa_untied": LLAMA, "llama_mqa_tied_llama3": LLAMA,
    "mistral_swa32": LLAMA, "gemma_mqa_headdim32": gguf.MODEL_ARCH.GEMMA,
    "gemma2_swa24_softcap": gguf.MODEL_ARCH.GEMMA2,
    "phi_partial05": gguf.MODEL_ARCH.PHI2,
    "phi3_gqa_longrope": gguf.MODEL_ARCH.PHI3,
    "phi3_mha_swa32": gguf.MODEL_ARCH.PHI3,
    "neox_serial_pct05": gguf.MODEL_ARCH.GPTNEOX,
    "falcon_40b_style": gguf.MODEL_ARCH.FALCON,
    "falcon_7b_style": gguf.MODEL_ARCH.FALCON,
    "qwen2": gguf.MODEL_ARCH.QWEN2, "qwen3": gguf.MODEL_ARCH.QWEN3,
}


# ---- random models ----------------------------------------------------------

def make_qwen(name, head_dim):
    hidden, heads, kv_heads, layers, mlp, vocabulary = 32, 4, 2, 2, 48, 280
    random = np.random.default_rng(zlib.crc32(name.encode()))
    shapes = {"model.embed_tokens.weight": (vocabulary, hidden),
              "model.norm.weight": (hidden,),
              "lm_head.weight": (vocabulary, hidden)}
    for layer in range(layers):
        at = f"model.layers.{layer}."
        for part, rows, columns in (
                ("q", heads * head_dim, hidden),
                ("k", kv_heads * head_dim, hidden),
                ("v", kv_heads * head_dim, hidden),
                ("o", hidden, heads * head_dim)):
            shapes[f"{at}self_attn.{part}_proj.weight"] = (rows, columns)
            if name == "qwen2" and part != "o":
                shapes[f"{at}self_attn.{part}_proj.bias"] = (rows,)
            if name == "qwen3" and part in "qk":
                shapes[f"{at}self_attn.{part}_norm.weight"] = (head_dim,)
        shapes[f"{at}input_layernorm.weight"] = (hidden,)
        shapes[f"{at}post_attention_layernorm.weight"] = (hidden,)
        shapes[f"{at}mlp.gate_proj.weight"] = (mlp, hidden)
        shapes[f"{at}mlp.up_proj.weight"] = (mlp, hidden)
        shapes[f"{at}mlp.down_proj.weight"] = (hidden, mlp)
    tensors = {}
    for key, shape in shapes.items():
        values = random.normal(scale=0.2, size=shape)
        if key.endswith("norm.weight"):
            values += 1
        tensors[key] = values.astype(ml_dtypes.bfloat16)
    config = {
        "architectures": [f"Qwen{name[-1]}ForCausalLM"],
        "hidden_act": "silu", "hidden_size": hidden,
        "intermediate_size": mlp, "max_position_embeddings": 256,
        "model_type": name, "num_attention_heads": heads,
        "num_hidden_layers": layers, "num_key_value_heads": kv_heads,
        "rms_norm_eps": 1e-06, "rope_theta": 1000000.0,
        "tie_word_embeddings": False, "torch_dtype": "bfloat16",
        "vocab_size": vocabulary,
    }
    if name == "qwen3":
        config["head_dim"] = head_dim
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    save_file(tensors, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


# ---- tensors ----------------------------------------------------------------

def in_gguf_order(arch, name, rows, config):
    """The tensor `rows` (first axis: rows) as converters write it."""
    heads = config["num_attention_heads"]
    if arch == LLAMA and (".q_proj." in name or ".k_proj." in name):
        if ".k_proj." in name:
            heads = config["num_key_value_heads"]
        halves = rows.reshape(heads, 2, -1, *rows.shape[1:])
        return np.ascontiguousarray(halves.swapaxes(1, 2)).reshape(rows.shape)
    if "query_key_value" in name:
        head_dim = config["hidden_size"] // heads
        if arch == gguf.MODEL_ARCH.GPTNEOX:
            groups, queries = heads, 1
        else:
            groups = falcon_kv_heads(config)
            queries = heads // groups
        members = rows.reshape(groups, queries + 2, head_dim, *rows.shape[1:])
        parts = (members[:, :queries], members[:, queries], members[:, -1])
        return np.concatenate([part.reshape(-1, *rows.shape[1:])
                               for part in parts])
    if (arch in (gguf.MODEL_ARCH.GEMMA, gguf.MODEL_ARCH.GEMMA2)
            and name.endswith("norm.weight")):
        return rows + 1
    return rows


def falcon_kv_heads(config):
    return (config["num_kv_heads"] if config["new_decoder_architecture"]
            else 1)


def add_tensors(writer, arch, folder, config):
    names = gguf.get_tensor_name_map(arch, config["num_hidden_layers"])
    for file in sorted(folder.glob("*.safetensors")):
        with safe_open(file, framework="np") as weights:
            for name in weights.keys():
                values = weights.get_tensor(name).astype(np.float32)
                values = in_gguf_order(arch, name, values, config)
                there = names.get_name(name, try_suffixes=(".weight", ".bias"))
                if values.ndim == 1:
                    writer.add_tensor(there, values)
                else:
                    bits = values.astype(ml_dtypes.bfloat16).view(np.uint8)
                    writer.add_tensor(
                        there, bits, raw_dtype=gguf.GGMLQuantizationType.BF16)


def llama3_factors(config):
    scaling = config["rope_scaling"]
    dim = config["head_dim"]
    original = scaling["original_max_position_embeddings"]
    low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
    factors = []
    for i in range(0, dim, 2):
        wavelength = 2 * math.pi * config["rope_theta"] ** (i / dim)
        if wavelength < original / high:
            factors.append(1)
        elif wavelength > original / low:
            factors.append(scaling["factor"])
        else:
            smooth = (original / wavelength - low) / (high - low)
            factors.append(1 / ((1 - smooth) / scaling["factor"] + smooth))
    return np.array(factors, dtype=np.float32)


# ---- metadata ---------------------------------------------------------------

def add_sizes(writer, config):
    heads = config["num_attention_heads"]
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(
        config.get("intermediate_size") or config["ffn_hidden_size"])
    writer.add_head_count(heads)
    writer.add_vocab_size(config["vocab_size"])


def add_metadata(writer, arch, config):
    add_sizes(writer, config)
    heads = config["num_attention_heads"]
    head_dim = config.get("head_dim") or config["hidden_size"] // heads
    if arch == gguf.MODEL_ARCH.FALCON:
        writer.add_head_count_kv(falcon_kv_heads(config))
        writer.add_tensor_data_layout("jploski")
    elif arch != gguf.MODEL_ARCH.GPTNEOX:
        writer.add_head_count_kv(config["num_key_value_heads"])
    if config.get("head_dim"):
        writer.add_key_length(head_dim)
        writer.add_value_length(head_dim)
    if "rms_norm_eps" in config:
        writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    else:
        writer.add_layer_norm_eps(config.get("layer_norm_eps")
                                  or config["layer_norm_epsilon"])
    share = config.get("rotary_pct", config.get("partial_rotary_factor", 1))
    if arch != gguf.MODEL_ARCH.FALCON:
        writer.add_rope_dimension_count(int(head_dim * share))
        writer.add_rope_freq_base(config["rope_theta"])
    if arch == gguf.MODEL_ARCH.GPTNEOX:
        writer.add_parallel_residual(config["use_parallel_residual"])
    if arch == gguf.MODEL_ARCH.GEMMA2:
        writer.add_attn_logit_softcapping(config["attn_logit_softcapping"])
        writer.add_final_logit_softcapping(config["final_logit_softcapping"])
    if config.get("sliding_window"):
        writer.add_sliding_window(config["sliding_window"])
    add_scaling(writer, arch, config)


def add_scaling(writer, arch, config):
    scaling = config.get("rope_scaling")
    if arch == gguf.MODEL_ARCH.PHI3:
        original = config["original_max_position_embeddings"]
        writer.add_rope_scaling_orig_ctx_len(original)
        if scaling:
            stretch = config["max_position_embeddings"] / original
            writer.add_rope_scaling_attn_factors(
                math.sqrt(1 + math.log(stretch) / math.log(original)))
            for kind in ("long", "short"):
                writer.add_tensor(
                    f"rope_factors_{kind}.weight",
                    np.array(scaling[f"{kind}_factor"], dtype=np.float32))
    elif scaling:
        assert scaling["rope_type"] == "llama3"
        writer.add_tensor("rope_freqs.weight", llama3_factors(config))


def byte_letters():
    """GPT-2's letters for the 256 bytes."""
    own = [b for b in range(256)
           if 0x21 <= b <= 0x7e or 0xa1 <= b <= 0xac or b >= 0xae]
    other = [b for b in range(256) if b not in own]
    return [chr(b) for b in own] + [chr(256 + i) for i in range(len(other))]


PRE = {LLAMA: "llama-bpe", gguf.MODEL_ARCH.PHI2: "phi-2",
       gguf.MODEL_ARCH.FALCON: "falcon", gguf.MODEL_ARCH.GPTNEOX: "gpt-2",
       gguf.MODEL_ARCH.QWEN2: "qwen2", gguf.MODEL_ARCH.QWEN3: "qwen2"}


def add_tokenizer(writer, arch, name):
    if arch in PRE and not name.startswith("mistral"):
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(PRE[arch])
        tokens = ["<|begin|>", "<|end|>"] + byte_letters() + ["\u0120a", "ab"]
        writer.add_token_list(tokens)
        writer.add_token_types([3, 3] + [1] * (len(tokens) - 2))
        writer.add_token_merges(["\u0120 a", "a b"])
        writer.add_bos_token_id(0)
        writer.add_eos_token_id(1)
        return
    with_prefix = not name.startswith("gemma")
    pieces = json.loads(PIECES.read_text())[0 if with_prefix else 1]
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(pieces["pieces"])
    writer.add_token_scores(pieces["scores"])
    writer.add_token_types(pieces["types"])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(with_prefix)


def write(name, arch):
    folder = (HERE if name.startswith("qwen") else MODELS) / name
    config = json.loads((folder / "config.json").read_text())
    writer = gguf.GGUFWriter(HERE / f"{name}.gguf",
                             gguf.MODEL_ARCH_NAMES[arch])
    add_metadata(writer, arch, config)
    add_tokenizer(writer, arch, name)
    add_tensors(writer, arch, folder, config)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


make_qwen("qwen2", 8)
make_qwen("qwen3", 16)
for model, model_arch in ARCHS.items():
    write(model, model_arch)
