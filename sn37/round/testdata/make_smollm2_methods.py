"""Makes smollm2_methods.json: samples of the methods with what Hugging Face
transformers answers to them in float64, and the scores that follow.

    python make_smollm2_methods.py MODEL > smollm2_methods.json

MODEL is the folder of //eval/weights:smollm2. Run with transformers 5.23.0 and
torch 2.11.0 (eval/peers/requirements.txt). An entry has the sample
(datasets/sample.proto), the record that `sn37 judge` takes, with the responses,
and what that has to answer but for "score".
"""

import json
import math
import re
import sys
from fractions import Fraction

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

MODEL = sys.argv[1]
TOKENIZER = AutoTokenizer.from_pretrained(MODEL)
LM = AutoModelForCausalLM.from_pretrained(
    MODEL, dtype=torch.float64, attn_implementation="eager").eval()


def context(body):
    messages = [{"role": "user", "content": body["prompt"]}]
    if "system" in body:
        messages.insert(0, {"role": "system", "content": body["system"]})
    return TOKENIZER.encode(TOKENIZER.apply_chat_template(
        messages, tokenize=False, add_generation_prompt=True))


def scored(before, text):
    """The response to a text after some tokens, or after its own first one."""
    ids = TOKENIZER.encode(text)
    skipped = b""
    if not before:
        before, ids = ids[:1], ids[1:]
        skipped = TOKENIZER.decode(before).encode()
    with torch.inference_mode():
        logits = LM(torch.tensor([before + ids])).logits[0]
    logprobs = torch.log_softmax(logits, -1)[len(before) - 1:-1].gather(
        1, torch.tensor(ids)[:, None])
    return {"sum_logprob": logprobs.sum().item(),
            "scored_tokens": len(ids),
            "scored_bytes": len(text.encode()) - len(skipped)}


def generated(before, new_tokens):
    ids = torch.tensor([before])
    with torch.inference_mode():
        out = LM.generate(ids, attention_mask=torch.ones_like(ids),
                          do_sample=False, max_new_tokens=new_tokens,
                          output_scores=True, return_dict_in_generate=True)
    for step in out.scores:
        first, second = torch.topk(step[0], 2).values.tolist()
        assert first - second > 0.01, "a close decision: choose another prompt"
    return TOKENIZER.decode(out.sequences[0][len(before):],
                            skip_special_tokens=True)


def per_byte(response):
    return response["sum_logprob"] / response["scored_bytes"]


def margins(response, others):
    return {
        "margin": response["sum_logprob"] - max(o["sum_logprob"] for o in others),
        "margin_per_byte": per_byte(response) - max(map(per_byte, others))}


def choice_likelihood(body):
    before = context(body)
    responses = [scored(before, choice) for choice in body["choices"]]
    answer = body["choices"].index(body["answer"])
    judged = margins(responses[answer],
                     responses[:answer] + responses[answer + 1:])
    judged["items"] = [0.0 if judged["margin_per_byte"] > 0 else 1.0]
    return ({"choices": body["choices"], "answer": body["answer"],
             "responses": responses}, judged)


def preference(body):
    before = context(body)
    responses = [scored(before, body["chosen"]), scored(before, body["rejected"])]
    judged = margins(responses[0], responses[1:])
    judged["items"] = [1 / (1 + math.exp(judged["margin_per_byte"]))]
    return {"responses": responses}, judged


def ranking(body):
    before = context(body)
    responses = [scored(before, item) for item in body["items"]]
    order = sorted(range(len(responses)),
                   key=lambda i: -responses[i]["sum_logprob"])
    gains = [1 / math.log2(rank + 2) for rank in range(10)]
    gain = sum(g for g, i in zip(gains, order) if i in body["relevant"])
    ndcg = gain / sum(gains[:len(body["relevant"])])
    return ({"relevant": body["relevant"], "responses": responses},
            {"items": [1 - ndcg], "ndcg": ndcg, "hit": float(gain > 0)})


def loss(response):
    return ({"loss_unit": "bits_per_byte", "responses": [response]},
            {"items": [-per_byte(response) / math.log(2)]})


def final_answer(body):
    text = generated(context(body), NEW_TOKENS)
    boxed = re.findall(r"\\boxed{([^{}]*)}", text)
    right = bool(boxed) and Fraction(boxed[-1]) == Fraction(body["answer"])
    return ({"answer": body["answer"], "form": body["form"], "responses": [text]},
            {"items": [0.0 if right else 1.0],
             "answers": [boxed[-1] if boxed else None]})


NEW_TOKENS = 24
SAMPLES = [
    ("choice_likelihood", "multiple_choice", choice_likelihood, {
        "prompt": "What is the capital of France?",
        "choices": ["Berlin", "The capital of France is Paris.", "Rome"],
        "answer": "The capital of France is Paris."}),
    ("choice_likelihood", "multiple_choice", choice_likelihood, {
        "prompt": "How much is 17 times 23?",
        "choices": ["391", "381", "It is about four hundred."],
        "answer": "391"}),
    ("preference", "preference", preference, {
        "system": "You are polite.",
        "prompt": "Thank you for your help!",
        "chosen": "You are welcome! Is there anything else I can do for you?",
        "rejected": "Whatever."}),
    ("ranking", "ranking", ranking, {
        "prompt": "I liked these films: Alien, The Matrix, Blade Runner. "
                  "Name one more that I may like, and nothing else.",
        "items": ["Terminator 2", "Notting Hill", "Interstellar", "Frozen",
                  "Inception", "Mamma Mia!", "The Terminator", "Amélie",
                  "Total Recall", "Cats", "Toy Story", "Star Wars"],
        "relevant": [2, 6, 8]}),
    ("reference_loss", "reference", lambda body: loss(
        scored(context(body), body["reference"])), {
            "prompt": "Translate into German: Greetings from Cologne!",
            "reference": "Grüße aus Köln – schön ist’s hier! 🙂"}),
    ("text_loss", "text", lambda body: loss(scored([], body["text"])), {
        "text": "Der Fluß fließt durch die Stadt, and the river runs through "
                "the town; 河は町を流れる。\n\n  1,024 bytes = 1 KiB\n"}),
    ("final_answer", "final_answer", final_answer, {
        "prompt": "Echo: $\\boxed{3/4}$", "answer": "0.75", "form": "NUMBER"}),
    ("final_answer", "final_answer", final_answer, {
        "prompt": "What is 3 + 4?", "answer": "7", "form": "NUMBER"}),
]

entries = []
for method, kind, answer, body in SAMPLES:
    record, judged = answer(body)
    entries.append({"sample": {kind: body},
                    "record": {"method": method, **record}, "judged": judged})
print(json.dumps({"max_new_tokens": NEW_TOKENS, "entries": entries}, indent=1,
                 ensure_ascii=False))
