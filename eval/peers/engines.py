"""The engines that peers.py asks, each with

    score(samples) -> (seconds, mean losses)
    generate(prompts, new_tokens, least) -> (seconds, lists of new tokens)

where a sample is {"context": ids, "reference": ids} and generation is greedy
with repetition penalty 1.2, from `least` to `new_tokens` tokens, ended by id 2.
"""

import json
import subprocess
import time

PENALTY = 1.2
END = 2


class Sn37:
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

    def generate(self, prompts, new_tokens, least):
        answer = self.ask({"generate": prompts, "max_new_tokens": new_tokens,
                           "min_new_tokens": least})
        return answer["seconds"], answer["tokens"]

    def peak_mebibytes(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) / 1024


class Transformers:
    """One sample at a time, as the subnet's reference implementation does; with
    `together` prompts at a time, padded on the left."""

    def __init__(self, args):
        import torch
        import transformers
        torch.set_num_threads(args.threads)
        transformers.logging.set_verbosity_error()
        self.torch = torch
        self.model = transformers.AutoModelForCausalLM.from_pretrained(
            args.model, dtype=getattr(torch, args.dtype)).eval()
        self.name = "transformers " + transformers.__version__

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

    def generate(self, prompts, new_tokens, least, together=1):
        torch, texts = self.torch, []
        start = time.monotonic()
        with torch.inference_mode():
            for first in range(0, len(prompts), together):
                some = prompts[first:first + together]
                width = max(map(len, some))
                ids = torch.tensor([[END] * (width - len(p)) + p for p in some])
                mask = torch.tensor([[0] * (width - len(p)) + [1] * len(p)
                                     for p in some])
                out = self.model.generate(
                    ids, attention_mask=mask, do_sample=False,
                    max_new_tokens=new_tokens, min_new_tokens=least,
                    repetition_penalty=PENALTY, pad_token_id=END,
                    eos_token_id=END)
                for row in out[:, width:].tolist():
                    end = row.index(END) + 1 if END in row else len(row)
                    texts.append(row[:end])
        return time.monotonic() - start, texts

    def weight_bytes(self):
        return sum(w.nbytes for w in self.model.parameters())

    def product_seconds(self, rows, scored_rows):
        """What the model's matrix products alone take: libtorch's own, on 1024
        rows, the head on scored rows only."""
        torch = self.torch
        layers = self.model.model.layers
        weights = [(m.weight, rows * len(layers)) for m in layers[0].modules()
                   if isinstance(m, torch.nn.Linear)]
        weights.append((self.model.lm_head.weight, scored_rows))
        total = 0.0
        with torch.inference_mode():
            for weight, count in weights:
                x = torch.randn(1024, weight.shape[1], dtype=weight.dtype)
                torch.nn.functional.linear(x, weight)  # brings both near
                start = time.monotonic()
                for _ in range(5):
                    torch.nn.functional.linear(x, weight)
                total += (time.monotonic() - start) / 5 / 1024 * count
        return total


class LmEval:
    """lm-evaluation-harness over the same transformers model, batches of 8."""

    def __init__(self, args, transformers):
        import lm_eval
        from lm_eval.models.huggingface import HFLM
        import transformers as hf
        self.lm = HFLM(pretrained=transformers.model, batch_size=8,
                       tokenizer=hf.AutoTokenizer.from_pretrained(args.model))
        self.name = "lm-eval " + lm_eval.__version__

    def score(self, samples):
        start = time.monotonic()
        answers = self.lm._loglikelihood_tokens(
            [(("", str(i)), s["context"], s["reference"])
             for i, s in enumerate(samples)], disable_tqdm=True)
        seconds = time.monotonic() - start
        return seconds, [-logprob / len(s["reference"])
                         for (logprob, _), s in zip(answers, samples)]


class LlamaCpp:
    """llama.cpp on the same weights in the same type, written to a GGUF file."""

    rows = 3072  # per pass

    def __init__(self, args, gguf_file):
        import llama_cpp
        self.c = c = llama_cpp
        self.name = "llama.cpp"
        quiet = c.llama_log_callback(lambda level, text, data: None)
        c.llama_log_set(quiet, None)
        self.quiet = quiet
        self.model = c.llama_model_load_from_file(
            gguf_file.encode(), c.llama_model_default_params())
        self.vocabulary = c.llama_vocab_n_tokens(
            c.llama_model_get_vocab(self.model))
        params = c.llama_context_default_params()
        params.n_ctx = 64 * 512
        params.n_batch = params.n_ubatch = self.rows
        params.n_seq_max = 64
        params.n_threads = params.n_threads_batch = args.threads
        params.kv_unified = True
        self.context = c.llama_init_from_model(self.model, params)
        self.batch = c.llama_batch_init(self.rows, 0, 1)

    def clear(self):
        self.c.llama_memory_clear(self.c.llama_get_memory(self.context), False)
        self.batch.n_tokens = 0

    def add(self, token, position, sequence, wanted):
        b, i = self.batch, self.batch.n_tokens
        b.token[i], b.pos[i], b.logits[i] = token, position, wanted
        b.n_seq_id[i] = 1
        b.seq_id[i][0] = sequence
        b.n_tokens += 1
        return i

    def run(self):
        if self.c.llama_decode(self.context, self.batch) != 0:
            raise RuntimeError("llama_decode failed")
        self.batch.n_tokens = 0

    def logits(self, row):
        import numpy
        pointer = self.c.llama_get_logits_ith(self.context, row)
        return numpy.ctypeslib.as_array(pointer, (self.vocabulary,))

    def score(self, samples):
        import numpy
        losses = [None] * len(samples)
        start, first = time.monotonic(), 0
        while first < len(samples):
            self.clear()
            wanted, end = [], first
            while end < len(samples) and end - first < 64:
                s = samples[end]
                tokens = s["context"] + s["reference"]
                if self.batch.n_tokens + len(tokens) - 1 > self.rows:
                    break
                for p, token in enumerate(tokens[:-1]):
                    scored = p + 1 >= len(s["context"])
                    row = self.add(token, p, end - first, scored)
                    if scored:
                        wanted.append((end, row, tokens[p + 1]))
                end += 1
            self.run()
            sums = {}
            for index, row, token in wanted:
                z = self.logits(row).astype(numpy.float64)
                top = z.max()
                logprob = z[token] - top - numpy.log(numpy.exp(z - top).sum())
                sums.setdefault(index, []).append(-logprob)
            for index, values in sums.items():
                losses[index] = float(numpy.mean(values))
            first = end
        return time.monotonic() - start, losses

    def sampler(self):
        chain = self.c.llama_sampler_chain_init(
            self.c.llama_sampler_chain_default_params())
        for member in (self.c.llama_sampler_init_penalties(
                           self.vocabulary, 512, PENALTY, 0, 0),
                       self.c.llama_sampler_init_greedy()):
            self.c.llama_sampler_chain_add(chain, member)
        return chain

    def generate(self, prompts, new_tokens, least):
        """Batched decoding of all prompts (at most 64)."""
        del least  # runs to new_tokens
        self.clear()
        start = time.monotonic()
        samplers = [self.sampler() for _ in prompts]
        rows = [0] * len(prompts)
        texts = [[] for _ in prompts]
        for i, prompt in enumerate(prompts):
            if self.batch.n_tokens + len(prompt) > self.rows:
                raise ValueError("the prompts do not fit into one pass")
            for p, token in enumerate(prompt):
                self.c.llama_sampler_accept(samplers[i], token)
                rows[i] = self.add(token, p, i, p + 1 == len(prompt))
        for _ in range(new_tokens):
            self.run()
            for i, prompt in enumerate(prompts):
                token = self.c.llama_sampler_sample(
                    samplers[i], self.context, rows[i])
                texts[i].append(token)
            for i, prompt in enumerate(prompts):
                rows[i] = self.add(texts[i][-1],
                                   len(prompt) + len(texts[i]) - 1, i, True)
        for sampler in samplers:
            self.c.llama_sampler_free(sampler)
        return time.monotonic() - start, texts


def write_gguf(source, path, dtype):
    """The model of a GGUF file for llama.cpp: its weights rounded to bfloat16,
    as the other engines get them, and every matrix held in `dtype`."""
    import gguf
    import numpy
    import torch
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(path, "llama")
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture",
                                                "general.file_type",
                                                "general.quantization_version"):
            continue
        kind = field.types[0]
        element = field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None
        writer.add_key_value(name, field.contents(), kind, element)
    for tensor in reader.tensors:
        data = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        data = torch.tensor(data).bfloat16().float().numpy()
        kind = gguf.GGMLQuantizationType.F32
        if dtype == "bfloat16" and data.ndim == 2:
            kind = gguf.GGMLQuantizationType.BF16
            data = gguf.quants.quantize(numpy.ascontiguousarray(data), kind)
        writer.add_tensor(tensor.name, data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
