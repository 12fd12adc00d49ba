"""Times the same requests on this engine and on Hugging Face transformers.

Both load the model once and are then asked in turn, so that what else the
machine does hits both. Prints medians and their ratio, and how far the
answers are apart.
"""

import argparse
import json
import os
import statistics
import subprocess
import time


class OurEngine:
    """The peer_engine program: one JSON object per line in and out."""

    name = "sn37"

    def __init__(self, args):
        self.process = subprocess.Popen(
            [args.engine, args.model, args.dtype, str(args.threads)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, message):
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def score(self, samples):
        answer = self.ask({"score": [
            {"tokens": s["context"] + s["reference"],
             "score_from": len(s["context"])} for s in samples]})
        return answer["seconds"], answer["losses"]

    def generate(self, prompts, new_tokens):
        answer = self.ask({"generate": prompts, "max_new_tokens": new_tokens})
        return answer["seconds"], answer["tokens"]


class Transformers:
    """One sample at a time, as the subnet's reference implementation does."""

    name = "transformers"

    def __init__(self, args):
        import torch
        import transformers
        torch.set_num_threads(args.threads)
        transformers.logging.set_verbosity_error()
        self.torch = torch
        self.model = transformers.AutoModelForCausalLM.from_pretrained(
            args.model, dtype=getattr(torch, args.dtype)).eval()
        self.name += " " + transformers.__version__

    def score(self, samples):
        torch, losses = self.torch, []
        start = time.monotonic()
        with torch.inference_mode():
            for s in samples:
                ids = torch.tensor([s["context"] + s["reference"]])
                logits = self.model(ids).logits[0].float()
                first = len(s["context"])
                logprobs = torch.log_softmax(logits[first - 1:-1], dim=-1)
                losses.append(-logprobs.gather(
                    1, ids[0, first:, None]).mean().item())
        return time.monotonic() - start, losses

    def generate(self, prompts, new_tokens):
        torch, texts = self.torch, []
        start = time.monotonic()
        with torch.inference_mode():
            for prompt in prompts:
                ids = torch.tensor([prompt])
                out = self.model.generate(
                    ids, attention_mask=torch.ones_like(ids), do_sample=False,
                    max_new_tokens=new_tokens, min_new_tokens=new_tokens,
                    repetition_penalty=1.2, pad_token_id=2)
                texts.append(out[0, len(prompt):].tolist())
        return time.monotonic() - start, texts


def compare(title, runs, repeats):
    """Prints one table row.

    runs: for ours, then theirs: (tokens, function → (seconds, answers)).
    """
    rates, answers = [[], []], [None, None]
    for _ in range(repeats):
        for i, (tokens, run) in enumerate(runs):
            seconds, answers[i] = run()
            rates[i].append(tokens / seconds)
    ours, theirs = (statistics.median(r) for r in rates)
    print(f"{title:34} {ours:10.1f} {theirs:12.1f} {ours / theirs:8.2f}x",
          flush=True)
    return answers


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--requests", required=True)
    parser.add_argument("--dtype", default="bfloat16",
                        choices=["bfloat16", "float32"])
    parser.add_argument("--threads", type=int,
                        default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--score", type=int, default=64,
                        help="scoring requests")
    parser.add_argument("--generate", type=int, default=64,
                        help="prompts to continue by 100 tokens")
    parser.add_argument("--one-by-one", type=int, default=8,
                        help="how many of the prompts transformers gets; its "
                        "rate does not depend on it")
    args = parser.parse_args()

    with open(args.requests) as file:
        samples = json.load(file)["samples"]
    scored = samples[:args.score]
    # Distinct prompts of an instruction's length.
    prompts = [s["context"][:40] for s in samples[:args.generate]]
    ours, theirs = OurEngine(args), Transformers(args)

    print(f"{args.dtype}, {args.threads} threads, medians of {args.repeats}, "
          f"against {theirs.name}")
    print(f"{'tokens per second':34} {'sn37':>10} {'transformers':>12} "
          f"{'ratio':>9}")
    if scored:
        tokens = sum(len(s["context"]) + len(s["reference"]) for s in scored)
        a, b = compare(f"scoring {len(scored)} requests",
                       [(tokens, lambda: ours.score(scored)),
                        (tokens, lambda: theirs.score(scored))], args.repeats)
        apart = max(abs(x - y) for x, y in zip(a, b))
        print(f"  largest difference of a loss: {apart:.5f}")
    if prompts:
        new = 100
        some, one = prompts[:args.one_by_one], prompts[:1]
        a, b = compare(f"generating {new} tokens, {len(prompts)} prompts",
                       [(new * len(prompts),
                         lambda: ours.generate(prompts, new)),
                        (new * len(some), lambda: theirs.generate(some, new))],
                       args.repeats)
        same = sum(x == y for x, y in zip(a, b))
        print(f"  equal texts: {same} of {len(some)}")
        compare(f"generating {new} tokens, 1 prompt",
                [(new, lambda: ours.generate(one, new)),
                 (new, lambda: theirs.generate(one, new))], args.repeats)


if __name__ == "__main__":
    main()
