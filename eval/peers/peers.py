"""Times the same requests on this engine and on others.

All load the model once and are then asked in turn, so that what else the
machine does hits all alike. Prints medians, how many times as fast this engine
is, how far the answers are apart, and whether the aims are met. Exit status 1
where one is missed.
"""

import argparse
import json
import os
import statistics
import sys

import engines

missed = []


def hold(aim, met):
    print(f"  aim: {aim}: {'met' if met else 'MISSED'}", flush=True)
    if not met:
        missed.append(aim)


class Work:
    """A row of the table: what each engine is asked.

    runs: for each engine (ours first) its name, how many units of work its
    function does, the function, which gives (seconds, answers), and how many
    times as fast ours shall be.
    """

    def __init__(self, title, unit):
        self.title, self.unit, self.runs = title, unit, []

    def add(self, name, units, run, aim=None):
        self.runs.append((name, units, run, aim))
        return self

    def measure(self, repeats):
        rates = [[] for _ in self.runs]
        answers = [None] * len(self.runs)
        for _ in range(repeats):
            for i, (_, units, run, _) in enumerate(self.runs):
                seconds, answers[i] = run()
                rates[i].append(units / seconds)
        medians = [statistics.median(r) for r in rates]
        print(f"\n{self.title} ({self.unit} per second)")
        for (name, _, _, aim), rate in zip(self.runs, medians):
            ratio = "" if rate == medians[0] else f"{medians[0] / rate:8.2f}x"
            print(f"  {name:36} {rate:10.1f} {ratio}", flush=True)
            if aim:
                hold(f"{aim} times as fast", medians[0] >= aim * rate)
        return medians, answers


class Chat:
    """The model's chat template for one user message, as prompts that it
    rendered show it."""

    def __init__(self, rendered):
        self.header = os.path.commonprefix(rendered)
        self.footer = os.path.commonprefix([r[::-1] for r in rendered])[::-1]

    def prompt(self, message):
        return self.header + message + self.footer

    def message(self, sample):
        """The user's message, the last before what the model shall say."""
        context, opening = sample["context"], self.header[-3:]
        begins = max(i for i in range(3, len(context))
                     if context[i - 3:i] == opening)
        return context[begins:-len(self.footer)]


def largest_difference(a, b):
    return max(abs(x - y) for x, y in zip(a, b))


def scoring(samples, ours, theirs, args):
    tokens = sum(len(s["context"]) + len(s["reference"]) for s in samples)
    scored = sum(len(s["reference"]) for s in samples)
    work = Work(f"scoring {len(samples)} requests", "tokens")
    work.add(ours.name, tokens, lambda: ours.score(samples))
    aims = [1.6, 1.6, 2.5] if args.dtype == "bfloat16" else [None] * 3
    for engine, aim in zip(theirs, aims):
        work.add(engine.name, tokens, lambda e=engine: e.score(samples), aim)
    work.add("libtorch, products alone", tokens,
             lambda: (theirs[0].product_seconds(tokens, scored), None), 0.85)
    _, answers = work.measure(args.repeats)
    weights = theirs[0].weight_bytes() / 1e6
    peak = ours.peak_mebibytes() * 2**20 / 1e6
    print(f"  peak resident memory of ours: {peak:.0f} MB, weights "
          f"{weights:.0f} MB")
    hold("300 MB beside the weights", peak - weights < 300)
    for engine, losses in zip(theirs, answers[1:]):
        print(f"  largest difference to {engine.name}: "
              f"{largest_difference(answers[0], losses):.5f}")


def shared_prefix(samples, ours, theirs, args):
    prefix = samples[0]["context"][:200]
    samples = [dict(s, context=prefix + s["context"][200:]) for s in samples
               if len(s["context"]) > 200]
    tokens = sum(len(s["context"]) + len(s["reference"]) for s in samples)
    work = Work(f"scoring {len(samples)} requests that begin with the same 200 "
                "tokens", "tokens")
    work.add(ours.name, tokens, lambda: ours.score(samples))
    work.add(theirs.name, tokens, lambda: theirs.score(samples), aim=2.8)
    work.measure(args.repeats)


def generating(prompts, ours, theirs, llama, args):
    new, some = 100, prompts[:args.one_by_one]
    work = Work(f"generating {new} tokens for each of {len(prompts)} prompts",
                "tokens")
    work.add(ours.name, new * len(prompts),
             lambda: ours.generate(prompts, new, new))
    work.add(theirs.name + ", one by one", new * len(some),
             lambda: theirs.generate(some, new, new), aim=25)
    work.add(theirs.name + ", all together", new * len(prompts),
             lambda: theirs.generate(prompts, new, new, len(prompts)), aim=1.3)
    if llama:
        work.add(llama.name + ", batched", new * len(prompts),
                 lambda: llama.generate(prompts, new, new), aim=1)
    _, answers = work.measure(args.repeats)
    same = sum(x == y for x, y in zip(answers[0], answers[1]))
    print(f"  texts equal to {theirs.name}'s: {same} of {len(some)}")

    one = prompts[:1]
    work = Work(f"generating {new} tokens for 1 prompt", "tokens")
    work.add(ours.name, new, lambda: ours.generate(one, new, new))
    work.add(theirs.name, new, lambda: theirs.generate(one, new, new), aim=2.5)
    if llama:
        work.add(llama.name, new, lambda: llama.generate(one, new, new))
    work.measure(args.repeats)


def whole_round(samples, chat, ours, theirs, args):
    """A competition's round: reference loss, two prompts each of instruction
    following (up to 200 tokens), multiple choice (up to 20). Without the
    reference's cut at five seconds, so that all do the same work."""
    messages = [chat.message(s) for s in samples]
    instructions = [chat.prompt(m[:60]) for m in messages[:40]]
    instructions += [chat.prompt(m[-60:]) for m in messages[:40]]
    questions = [chat.prompt(m[60:160]) for m in messages]
    part = max(1, len(samples) // args.one_by_one)

    def run(engine, step):
        answers, seconds = [], 0.0
        for call in (lambda: engine.score(samples[::step]),
                     lambda: engine.generate(instructions[::step], 200, 0),
                     lambda: engine.generate(questions[::step], 20, 0)):
            took, answer = call()
            seconds += took
            answers.append(answer)
        return seconds, answers

    def count(step):
        return (len(samples[::step]) + len(instructions[::step]) +
                len(questions[::step]))

    work = Work("a whole round", "answers")
    work.add(ours.name, count(1), lambda: run(ours, 1))
    work.add(theirs.name + ", one by one", count(part),
             lambda: run(theirs, part), aim=12)
    work.measure(args.repeats)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--gguf", required=True, help="the same model")
    parser.add_argument("--requests", required=True)
    parser.add_argument("--dtype", default="bfloat16",
                        choices=["bfloat16", "float32"])
    parser.add_argument("--threads", type=int,
                        default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--requests-used", type=int, default=64,
                        help="how many of the requests every engine gets")
    parser.add_argument("--one-by-one", type=int, default=8,
                        help="how many prompts transformers gets where it "
                        "takes them one by one; its rate does not depend on it")
    parser.add_argument("--only", choices=["scoring", "shared", "generating",
                                           "round"], help="one part of it")
    parser.add_argument("--without-llama-cpp", action="store_true",
                        help="where it could not be built")
    args = parser.parse_args()

    with open(args.requests) as file:
        requests = json.load(file)
    samples = requests["samples"][:args.requests_used]
    chat = Chat([p["ids"] for p in requests["generation_prompts"]])
    # As long as the generation prompts: all fit into one pass.
    prompts = [chat.prompt(chat.message(s)[:12]) for s in samples]
    assert len(set(map(tuple, prompts))) == len(prompts)
    ours, theirs = engines.Sn37(args), engines.Transformers(args)
    llama = None
    if not args.without_llama_cpp:
        file = f"{args.gguf}.rounded.{args.dtype}.gguf"
        file = os.path.join(os.environ["SN37_PEERS_HOME"],
                            os.path.basename(file))
        if not os.path.exists(file):
            engines.write_gguf(args.gguf, file, args.dtype)
        llama = engines.LlamaCpp(args, file)

    print(f"{args.dtype}, {args.threads} threads, medians of {args.repeats}")
    wanted = lambda part: args.only in (None, part)
    if wanted("scoring"):
        others = [theirs, engines.LmEval(args, theirs)]
        scoring(samples, ours, others + ([llama] if llama else []), args)
    if wanted("shared"):
        shared_prefix(samples, ours, theirs, args)
    if wanted("generating"):
        generating(prompts, ours, theirs, llama, args)
    if wanted("round"):
        whole_round(samples, chat, ours, theirs, args)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
