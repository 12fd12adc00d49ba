"""Writes templates.json and folders.json: what transformers makes of chat
templates and of small tokenizer folders.

Run with transformers 4.48.3, tokenizers 0.21.0 and jinja2 3.1.6 in the folder
where this file is. Templates and texts are our own.
"""

import json
import os
import tempfile

from tokenizers import AddedToken, Tokenizer, decoders, models
from tokenizers import normalizers, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

# ---- chat templates ---------------------------------------------------------

CHATML = """{% for message in messages %}
{{'<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n'}}
{% endfor %}
{% if add_generation_prompt %}
{{ '<|im_start|>assistant\\n' }}
{% endif %}
"""

ALTERNATE = """{{ bos_token }}{% for message in messages -%}
    {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) -%}
        {{ raise_exception('Conversation roles must alternate user/assistant') }}
    {%- endif %}
    {%- if message['role'] == 'user' -%}
        {{ '[INST] ' + message['content'] | trim + ' [/INST]' }}
    {%- elif message['role'] == 'assistant' -%}
        {{ ' ' + message['content'] | trim + ' ' + eos_token }}
    {%- else -%}
        {{ raise_exception('Only user and assistant roles are supported!') }}
    {%- endif %}
{%- endfor %}"""

SYSTEM_FIRST = """{%- set loop_messages = messages -%}
{%- if messages[0]['role'] == 'system' -%}
    {%- set system_message = messages[0]['content'].strip() -%}
    {%- set loop_messages = messages[1:] -%}
{%- else -%}
    {%- set system_message = 'none' -%}
{%- endif -%}
<s>{{ system_message }}
{% for message in loop_messages %}
    {%- set content = message.content | trim -%}
    {%- if loop.last and message.role == 'user' %}
>> {{ content }}
    {%- elif not loop.first %}
-- {{ loop.index }}/{{ loop.length }} {{ content }}
    {%- else %}
   {{ content }}
    {%- endif %}
{% endfor %}
"""

NAMESPACE = """{%- set ns = namespace(n=0, last='', seen=false) -%}
{%- for m in messages -%}
{%- if m.role == 'system' %}{% continue %}{% endif -%}
{%- set ns.n = ns.n + 1 -%}{%- set ns.last = m['content'] -%}
{%- if ns.n > 3 %}{% break %}{% endif -%}
{{ ns.n }}:{{ m.content[:4] }}|
{%- endfor -%}
{{ ns.n }} {{ ns.last[-3:] }} {{ ns.seen }} {{ none }} {{ true and 1 }}"""

JSON = """{{ messages | tojson }}
{{ messages | tojson(indent=2) }}
{{ {'b': 1, 'a': [1.5, 1e20, none, true, 'é"\\\\/<&>\\n']} | tojson }}
{{ {'b': 1, 'a': {}} | tojson(sort_keys=true, separators=(',', ':')) }}
{{ 'é\U0001f600' | tojson(ensure_ascii=true) }} {{ [] | tojson(indent=4) }}"""

METHODS = """{% for m in messages %}
{%- if '</think>' in m.content -%}
{%- set shown = m.content.split('</think>')[-1].lstrip('\\n') -%}
{%- else -%}{%- set shown = m.content -%}{%- endif -%}
{{ shown.upper() }}|{{ shown.rstrip() }}|{{ shown.startswith('H') }}|{{ shown.replace('l', 'L') }}|{{ shown | length }}|{{ shown.title() }}
{% endfor %}{{ messages | map(attribute='role') | join(',') }}
{{ (messages | selectattr('role', 'equalto', 'user') | list) | length }}
{{ messages[-1].get('content', 'x') }} {{ messages[-1].get('tool_calls', 'x') }}
{% for k, v in messages[0].items() %}{{ k }}={{ v }};{% endfor %}"""

MACRO = """{% macro turn(m, suffix='') %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>{{ suffix }}{% endmacro %}
{% for m in messages %}
  {{ turn(m, '!' if loop.last else ',') }}
{% endfor %}
{{ undefined_name }}{{ messages[0].missing }}{{ tools is none }}{{ tools is defined }}{{ nothing is defined }}
{# a comment #}
{%- raw %}{{ raw }}{% endraw %}"""

GENERATION = """{% for m in messages %}{% if m.role == 'assistant' %}
{% generation %}{{ m.content }}{{ eos_token }}{% endgeneration %}
{% else %}
[{{ m.content }}]
{%- endif %}
{% endfor %}"""

DATE = """{% if not date_string is defined %}
{% if strftime_now is defined and false %}{{ strftime_now('%d') }}{% endif %}
{% set date_string = '26 Jul 2024' %}
{% endif %}
Today: {{ date_string }}. {{ messages[0].content is string }} {{ messages is iterable }} {{ messages[0] is mapping }}
{{- '%s-%s' | format(1, 'a') }} {{ "a" ~ 1 ~ none }} {{ 7 // 2 }} {{ 7 % 3 }} {{ 1 if messages else 2 }}"""

VALUES = """{{ [1, 'a', "it's", true, none, 1.0] }} {{ {'k': [1]} }} {{ 1e16 }} {{ 0.5 }} {{ 3 / 2 }} {{ 4 / 2 }} {{ '' or 'x' }} {{ messages | length }}"""

WRONG = ["{% if x %}", "{{ messages[9].content.foo }}",
         "{{ raise_exception('no') }}", "{{ 1 + 'a' }}", "{% for %}",
         "{{ unknown_function() }}", "{{ 'a' | unknown_filter }}"]

CHATS = [
    [{"role": "user", "content": "Hi"}],
    [{"role": "system", "content": " Be brief. "},
     {"role": "user", "content": "Hello\nworld "}],
    [{"role": "user", "content": " one "},
     {"role": "assistant", "content": "<think>hm</think>\n\nHallo, wörld <b>&'\""},
     {"role": "user", "content": "it's 北京 \U0001f600\tx"}],
    [{"role": "user", "content": "a{{ 1 }}{% b %}"},
     {"role": "assistant", "content": ""},
     {"role": "user", "content": "c"},
     {"role": "assistant", "content": "dddddd"},
     {"role": "user", "content": "e"}],
]


def bare_tokenizer():
    backend = Tokenizer(models.BPE(vocab={"a": 0, "<s>": 1, "</s>": 2}, merges=[]))
    return PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>",
                                   eos_token="</s>")


def template_cases():
    tokenizer = bare_tokenizer()
    cases = []
    for source in [CHATML, ALTERNATE, SYSTEM_FIRST, NAMESPACE, JSON, METHODS,
                   MACRO, GENERATION, DATE, VALUES] + WRONG:
        for chat in CHATS:
            for prompt in [False, True]:
                case = {"template": source, "messages": chat,
                        "add_generation_prompt": prompt}
                try:
                    case["text"] = tokenizer.apply_chat_template(
                        chat, chat_template=source, tokenize=False,
                        add_generation_prompt=prompt)
                except Exception as error:  # whatever a template raises
                    case["error"] = type(error).__name__
                cases.append(case)
                if source in WRONG:
                    break
            if source in WRONG:
                break
    return cases


# ---- tokenizer folders ------------------------------------------------------

CORPUS = ["the quick brown fox jumps over the lazy dog . it 's a dog , is n't it ?",
          "hello world hello there 123 456 hello", "don't we 've all , they 're here !"]
TEXTS = ["", " ", "hello world", " hello  world 12", "<s>hello</s> there<pad>",
         "it 's a dog , is n't it ?", "<extra> hello <tool>x", "wörld \U0001f600",
         "Hello<s>", "a<mask>  b"]


def byte_level_bpe(add_prefix_space=False, bos=False):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300, special_tokens=["<s>", "</s>", "<unk>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    if bos:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A </s>", pair="<s> $A </s> $B:1 </s>:1",
            special_tokens=[("<s>", 0), ("</s>", 1)])
    return tokenizer


def unigram():
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(),
         decoders.Strip(" ", 1, 0)])
    trainer = trainers.UnigramTrainer(
        vocab_size=80, special_tokens=["<unk>", "<s>", "</s>"], unk_token="<unk>",
        show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    return tokenizer


def token(content, special=True, **flags):
    return {"content": content, "lstrip": False, "normalized": False,
            "rstrip": False, "single_word": False, "special": special, **flags}


def folders():
    bpe = json.loads(byte_level_bpe().to_str())
    with_bos = json.loads(byte_level_bpe(bos=True).to_str())
    with_bos["truncation"] = {"direction": "Right", "max_length": 2,
                              "strategy": "LongestFirst", "stride": 0}
    with_bos["padding"] = {"strategy": {"Fixed": 20}, "direction": "Right",
                           "pad_to_multiple_of": None, "pad_id": 0,
                           "pad_type_id": 0, "pad_token": "<s>"}
    only_bos = {**with_bos, "truncation": None, "padding": None}
    prefix = json.loads(byte_level_bpe(add_prefix_space=True).to_str())
    uni = json.loads(unigram().to_str())
    fast = {"tokenizer_class": "PreTrainedTokenizerFast"}
    specials = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    return {
        "plain BPE": {"tokenizer.json": bpe, "tokenizer_config.json": {**fast, **specials}},
        "its own post-processor, truncation and padding in tokenizer.json": {
            "tokenizer.json": with_bos,
            "tokenizer_config.json": {**fast, **specials, "pad_token": "</s>"}},
        "cleaned up spaces": {
            "tokenizer.json": bpe,
            "tokenizer_config.json": {**fast, **specials, "clean_up_tokenization_spaces": True}},
        "prefix space only where the config says so": {
            "tokenizer.json": prefix, "tokenizer_config.json": {**fast, **specials}},
        "prefix space from the config": {
            "tokenizer.json": bpe,
            "tokenizer_config.json": {**fast, **specials, "add_prefix_space": True}},
        "added_tokens_decoder adds tokens": {
            "tokenizer.json": bpe,
            "tokenizer_config.json": {
                **fast, **specials,
                "added_tokens_decoder": {
                    "0": token("<s>"), "1": token("</s>"), "2": token("<unk>"),
                    "300": token("<extra>", special=False, lstrip=True),
                    "301": token("<mask>", lstrip=True, rstrip=True)},
                "mask_token": "<mask>"},
            "special_tokens_map.json": {"bos_token": "</s>"}},
        "special_tokens_map without added_tokens_decoder": {
            "tokenizer.json": bpe,
            "tokenizer_config.json": {**fast, **specials},
            "special_tokens_map.json": {
                "bos_token": token("</s>"), "pad_token": "<unk>",
                "additional_special_tokens": ["Ġhello", token("he")]}},
        "special tokens as objects": {
            "tokenizer.json": bpe,
            "tokenizer_config.json": {
                **fast, "bos_token": {"__type": "AddedToken", **token("<s>")},
                "eos_token": {"__type": "AddedToken", **token("Ġthe")}}},
        "Llama's class adds BOS": {
            "tokenizer.json": uni,
            "tokenizer_config.json": {"tokenizer_class": "LlamaTokenizer", **specials}},
        "Llama's class adds EOS and no BOS": {
            "tokenizer.json": only_bos,
            "tokenizer_config.json": {"tokenizer_class": "LlamaTokenizerFast",
                                      "add_bos_token": False, "add_eos_token": True, **specials}},
        "GPT-NeoX's class adds nothing": {
            "tokenizer.json": only_bos,
            "tokenizer_config.json": {"tokenizer_class": "GPTNeoXTokenizer", **specials}},
        "Gemma's class adds BOS": {
            "tokenizer.json": uni,
            "tokenizer_config.json": {"tokenizer_class": "GemmaTokenizer", **specials,
                                      "pad_token": "</s>"}},
    }


def folder_cases():
    result = []
    for name, files in folders().items():
        files = {file: json.dumps(content, ensure_ascii=False)
                 for file, content in files.items()}
        with tempfile.TemporaryDirectory() as folder:
            for file, text in files.items():
                with open(os.path.join(folder, file), "w", encoding="utf-8") as out:
                    out.write(text)
            tokenizer = AutoTokenizer.from_pretrained(folder)
        cases = []
        for text in TEXTS:
            for special in [False, True]:
                ids = tokenizer.encode(text, add_special_tokens=special)
                cases.append({
                    "text": text, "add_special": special, "ids": ids,
                    "decoded": tokenizer.decode(ids),
                    "decoded_skip_special": tokenizer.decode(ids, skip_special_tokens=True)})
        result.append({
            "name": name, "files": files, "cases": cases,
            "bos_id": tokenizer.bos_token_id, "eos_id": tokenizer.eos_token_id,
            "pad_id": tokenizer.pad_token_id, "vocab_size": len(tokenizer)})
    return result


def main():
    for name, cases in [("templates.json", template_cases()),
                        ("folders.json", folder_cases())]:
        with open(name, "w", encoding="utf-8") as out:
            json.dump({"by": "transformers 4.48.3", "cases": cases}, out,
                      ensure_ascii=False, indent=1)
            out.write("\n")


if __name__ == "__main__":
    main()
