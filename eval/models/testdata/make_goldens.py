"""Makes tiny random models and what Hugging Face transformers answers for them:

    python make_goldens.py OUT        # makes OUT/qwen2_tied_swa, …

Run with transformers 5.23.0 and torch 2.11.0 (eval/peers/requirements.txt). The
formats are README.md's.
"""

import json
import os
import sys

import torch
import transformers
from transformers import AutoModelForCausalLM, Qwen2Config, Qwen3Config

SIZES = dict(vocab_size=512, hidden_size=64, intermediate_size=112,
             num_attention_heads=4, num_key_value_heads=2,
             max_position_embeddings=512, initializer_range=0.2,
             bos_token_id=1, eos_token_id=2)
MODELS = {
    # The upper of its layers see a window of 32 tokens.
    "qwen2_tied_swa": Qwen2Config(
        num_hidden_layers=3, tie_word_embeddings=True, use_sliding_window=True,
        sliding_window=32, max_window_layers=1, **SIZES),
    "qwen3_untied_headdim32": Qwen3Config(
        num_hidden_layers=2, head_dim=32, tie_word_embeddings=False, **SIZES),
}
SEQUENCE_LENGTHS = [300, 150, 1, 17, 64, 2]
PROMPT_LENGTHS = [6, 45, 110]
# Prompt, repetition penalty, new tokens, which stop id.
GENERATIONS = [(0, 1.1, 20, "none_hit"), (0, 1.2, 200, "none_hit"),
               (1, 1.0, 60, "none_hit"), (1, 1.2, 60, "mid"),
               (2, 1.0, 100, "mid"), (2, 1.1, 60, "cfg")]


def random_model(config):
    model = AutoModelForCausalLM.from_config(config, attn_implementation="eager")
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:  # not all ones
                parameter.add_(torch.randn_like(parameter) * 0.1)
            elif name.endswith("bias"):
                parameter.normal_(std=0.2)
    return model.to(torch.bfloat16).eval()


def score(model, ids):
    if len(ids) < 2:
        return "NaN", []
    with torch.inference_mode():
        logits = model(torch.tensor([ids])).logits[0, :-1].float()
    logprobs = torch.log_softmax(logits, -1).gather(
        1, torch.tensor(ids[1:])[:, None])[:, 0]
    return (round(-logprobs.double().mean().item(), 8),
            [round(x, 6) for x in logprobs.tolist()])


def generate(model, prompt, penalty, new_tokens, stop):
    with torch.inference_mode():
        out = model.generate(
            torch.tensor([prompt]), do_sample=False, max_new_tokens=new_tokens,
            repetition_penalty=penalty, eos_token_id=stop, pad_token_id=stop,
            return_dict_in_generate=True, output_scores=True)
    new = out.sequences[0, len(prompt):].tolist()
    margins = []
    for scores in out.scores:
        best = scores[0].float().topk(2).values
        margins.append(round((best[0] - best[1]).item(), 5))
    return new, margins


def golden(model, cases):
    scored = [score(model, s["ids"]) for s in cases["sequences"]]
    generations = []
    for g in cases["generations"]:
        stop = {"none_hit": cases["eos_none_hit"], "mid": cases["eos_mid"],
                "cfg": 2}[g["eos"]]
        new, margins = generate(
            model, cases["prompts"][g["prompt"]], g["repetition_penalty"],
            g["max_new_tokens"], stop)
        generations.append(dict(
            g, eos_token_id=stop, new_ids=new, margin_processed=margins,
            stopped_on_eos=new[-1] == stop))
    return {"loss_full": [loss for loss, _ in scored],
            "logprobs": [logprobs for _, logprobs in scored],
            "generations": generations}


def make(name, config, folder):
    model = random_model(config)
    model.save_pretrained(folder)
    # Two loads of what was saved.
    load = lambda dtype: AutoModelForCausalLM.from_pretrained(
        folder, dtype=dtype, attn_implementation="eager").eval()
    exact, rounded = load(torch.float32), load(torch.bfloat16)
    ids = lambda count: torch.randint(3, 511, (count,)).tolist()
    cases = {
        "name": name,
        "sequences": [{"ids": ids(n)} for n in SEQUENCE_LENGTHS],
        "prompts": [ids(n) for n in PROMPT_LENGTHS],
        "generations": [dict(zip(("prompt", "repetition_penalty",
                                  "max_new_tokens", "eos"), g))
                        for g in GENERATIONS],
        "eos_none_hit": 511,
    }
    # One that the first model text with it would have, a little way in.
    cases["eos_mid"] = generate(exact, cases["prompts"][1], 1.2, 20, 511)[0][12]
    result = {"transformers": transformers.__version__,
              "torch": torch.__version__, "attn": "eager",
              "fp32": golden(exact, cases), "bf16": golden(rounded, cases)}
    for file, value in (("cases.json", cases), ("golden.json", result)):
        with open(os.path.join(folder, file), "w") as out:
            json.dump(value, out)
            out.write("\n")


def main():
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    for name, config in MODELS.items():
        torch.manual_seed(37)
        make(name, config, os.path.join(sys.argv[1], name))


if __name__ == "__main__":
    main()
