"""Checks a snapshot against FORMAT.md, and draws from it, with none of our code:
written from that page alone. The manifest, the digests and the drawing need
nothing but Python; the shards' rows are looked at where pyarrow is installed.

    python3 check.py DIR
    python3 check.py DIR --seed TEXT --task NAME [--configs A,B] [--first N]
        [--count N] [--digest]

prints what the snapshot holds, or the ids of the samples that are drawn, or
their digest. Exit status 1 and a line that names the place where the page is
broken.
"""

import argparse
import hashlib
import json
import os
import re
import sys

import draw

try:
    import pyarrow
    import pyarrow.parquet
except ImportError:
    pyarrow = None

TEXTS = ["config", "system", "reference", "answer", "text", "rules"]
LISTS = ["prompts", "choices"]
COLUMNS = ["config"] + draw.COLUMNS
SCHEMA = [{"name": name,
           "type": "list<string>" if name in LISTS else "string"}
          for name in COLUMNS]
# The cells of each kind beside "config", and those that it may have.
KINDS = {
    "multiple_choice": ({"prompts", "choices", "answer"}, set()),
    "reference": ({"prompts", "reference"}, {"system"}),
    "text": ({"text"}, set()),
    "instruction_following": ({"prompts", "rules"}, set()),
    "preference": ({"prompts", "choices"}, {"system"}),
    "final_answer": ({"prompts", "answer", "rules"}, {"system"}),
    "ranking": ({"prompts", "choices", "answer"}, {"system"}),
}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
DIGEST = re.compile(r"[0-9a-f]{64}")


class Broken(Exception):
    pass


def must(holds, what):
    if not holds:
        raise Broken(what)


def parse_canonical(data, what):
    """The value of JSON that must be in canonical form."""
    try:
        value = json.loads(data.decode())
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise Broken(f"{what}: {error}") from error
    must(draw.canonical(value).encode() == data,
         f"{what}: is not in canonical form")
    return value


def check_object(value, what, **types):
    """An object with exactly these keys, and values of these types."""
    must(isinstance(value, dict) and set(value) == set(types),
         f"{what}: must have the keys {', '.join(types)}")
    for key, type_ in types.items():
        must(type(value[key]) is type_, f"{what}: {key} is no {type_.__name__}")


def check_distinct(names, what):
    must(len(set(names)) == len(names), f"{what}: a name comes twice")


def check_input(source, what):
    check_object(source, what, name=str, origin=str, revision=str, license=str,
                 files=list)
    for file in source["files"]:
        check_object(file, f"{what}: a file", name=str, bytes=int, sha256=str)
        must(DIGEST.fullmatch(file["sha256"]), f"{what}: {file['name']}: sha256")


def check_config(config, what):
    check_object(config, what, name=str, kind=str, source=str, parameters=dict,
                 rows=int, shards=list)
    must(NAME.fullmatch(config["name"]), f"{what}: name")
    must(config["kind"] in KINDS, f"{what}: kind")
    for shard in config["shards"]:
        check_object(shard, f"{what}: a shard", file=str, rows=int, bytes=int,
                     sha256=str)
        name = shard["file"]
        must("/" not in name and "\0" not in name and name.endswith(".parquet")
             and len(name.encode()) <= 255, f"{what}: file {name!r}")
        must(DIGEST.fullmatch(shard["sha256"]), f"{what}: {name}: sha256")
        must(shard["rows"] >= 1 and shard["bytes"] >= 1, f"{what}: {name}: size")
    must(config["rows"] >= 1 and
         config["rows"] == sum(shard["rows"] for shard in config["shards"]),
         f"{what}: rows")


def check_manifest(data):
    must(len(data) <= 16 << 20, "manifest.json: is too long")
    manifest = parse_canonical(data, "manifest.json")
    must(isinstance(manifest, dict) and manifest.get("format") == 1,
         "manifest.json: format is not 1")
    check_object(manifest, "manifest.json", format=int, builder=str, name=str,
                 license=str, seed=str, schema=list, inputs=list, configs=list)
    must(NAME.fullmatch(manifest["name"]), "manifest.json: name")
    must(manifest["schema"] == SCHEMA, "manifest.json: schema")
    for i, source in enumerate(manifest["inputs"]):
        check_input(source, f"inputs[{i}]")
    for i, config in enumerate(manifest["configs"]):
        check_config(config, f"configs[{i}]")
    must(manifest["configs"], "manifest.json: has no configs")
    for part in "inputs", "configs":
        check_distinct([item["name"] for item in manifest[part]], part)
    check_distinct([shard["file"] for config in manifest["configs"]
                    for shard in config["shards"]], "shards")
    return manifest


def check_bytes(folder, shard):
    digest, size = hashlib.sha256(), 0
    with open(os.path.join(folder, shard["file"]), "rb") as file:
        while piece := file.read(1 << 20):
            digest.update(piece)
            size += len(piece)
    must(size == shard["bytes"], f"{shard['file']}: has {size} bytes")
    must(digest.hexdigest() == shard["sha256"], f"{shard['file']}: its SHA-256 "
         f"is {digest.hexdigest()}")


def check_rules(text, what):
    rules = parse_canonical(text.encode(), what)
    must(isinstance(rules, list) and 1 <= len(rules) <= 16, f"{what}: number")
    for rule in rules:
        must(isinstance(rule, dict) and rule.get("id"), f"{what}: id")
        for key, value in rule.items():
            must(key in ("id", "count", "keywords", "keyword_counts", "phrase")
                 and value, f"{what}: {key}")


def check_cells(kind, row, what):
    """What the page says of a row's cells, beyond which there are."""
    prompts, choices = row["prompts"], row["choices"]
    count = 2 if kind == "instruction_following" else 1
    must(prompts is None or len(prompts) == count, f"{what}: prompts")
    if choices is not None:
        must(len(set(choices)) == len(choices) >= 2, f"{what}: choices")
    if kind == "multiple_choice":
        must(row["answer"] in choices, f"{what}: answer")
    elif kind == "instruction_following":
        check_rules(row["rules"], f"{what}: rules")
    elif kind == "preference":
        must(len(choices) == 2, f"{what}: choices")
    elif kind == "final_answer":
        must(row["rules"] in ("text", "number", "set"), f"{what}: rules")
    elif kind == "ranking":
        places = [int(place) for place in row["answer"].split(",")]
        must(places == sorted(set(places)) and 0 <= places[0] and
             places[-1] < len(choices) and
             row["answer"] == ",".join(map(str, places)), f"{what}: answer")


def check_row(config, row, what):
    needed, allowed = KINDS[config["kind"]]
    must(row["config"] == config["name"], f"{what}: config")
    cells = {name for name in draw.COLUMNS if row[name] is not None}
    must(needed <= cells <= needed | allowed, f"{what}: has {cells}")
    texts = [row[name] for name in TEXTS if row[name] is not None]
    for name in LISTS:
        texts += row[name] or []
    must(all(texts), f"{what}: an empty text")
    must(sum(len(text.encode()) for text in texts) <= 8 << 20, f"{what}: length")
    check_cells(config["kind"], row, what)


def check_rows(folder, config, shard):
    path = os.path.join(folder, shard["file"])
    with pyarrow.parquet.ParquetFile(path) as file:
        element = pyarrow.field("element", pyarrow.string(), nullable=False)
        must(file.schema_arrow.equals(pyarrow.schema(
            [pyarrow.field(name, pyarrow.list_(element) if name in LISTS
                           else pyarrow.string(), nullable=name != "config")
             for name in COLUMNS])), f"{shard['file']}: columns")
        must(file.metadata.num_rows == shard["rows"], f"{shard['file']}: rows")
        done = 0
        for i in range(file.num_row_groups):
            group = file.metadata.row_group(i)
            must(1 <= group.num_rows <= 1024 and
                 group.total_byte_size <= 24 << 20,
                 f"{shard['file']}: row group {i}")
            for row in file.read_row_group(i).to_pylist():
                check_row(config, row, f"{shard['file']}, row {done}")
                done += 1
        must(done == shard["rows"], f"{shard['file']}: rows")


def drawn_ids(manifest, seed, task, configs, first, count):
    rows = {config["name"]: config["rows"] for config in manifest["configs"]}
    seed, task = hashlib.sha256(seed.encode()).digest(), task.encode()
    configs = configs.split(",") if configs else list(rows)
    if len(configs) == 1:
        at = draw.permutation(seed, task, rows[configs[0]])
        return [f"{configs[0]}/{at(i)}" for i in range(first, first + count)]
    order = draw.merged(seed, task,
                        [(name.encode(), rows[name]) for name in configs])
    return [f"{configs[place]}/{row}"
            for place, row in order[first:first + count]]


def rows_of(folder, config, places):
    """The rows at these places of a config."""
    found, begin = {}, 0
    for shard in config["shards"]:
        wanted = sorted({place for place in places
                         if begin <= place < begin + shard["rows"]})
        if wanted:
            table = pyarrow.parquet.read_table(
                os.path.join(folder, shard["file"]))
            rows = table.take([place - begin for place in wanted]).to_pylist()
            found.update(zip(wanted, rows))
        begin += shard["rows"]
    return [found[place] for place in places]


def digest_of(folder, manifest, ids):
    """The digest of the set of samples with these ids, in their order."""
    samples = {}
    for config in manifest["configs"]:
        own = [id_ for id_ in ids if id_.split("/")[0] == config["name"]]
        rows = rows_of(folder, config, [int(id_.split("/")[1]) for id_ in own])
        samples.update((id_, (id_, config["kind"], row))
                       for id_, row in zip(own, rows))
    return draw.digest([samples[id_] for id_ in ids])


def read_manifest(folder):
    with open(os.path.join(folder, "manifest.json"), "rb") as file:
        return file.read()


def check_snapshot(folder):
    """The checked manifest."""
    manifest = check_manifest(read_manifest(folder))
    for config in manifest["configs"]:
        for shard in config["shards"]:
            check_bytes(folder, shard)
            if pyarrow:
                check_rows(folder, config, shard)
    return manifest


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--seed")
    parser.add_argument("--task", default="")
    parser.add_argument("--configs")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--digest", action="store_true")
    args = parser.parse_args()
    try:
        manifest = check_snapshot(args.folder)
    except (Broken, ValueError) as error:
        sys.exit(f"check: {error}")
    if args.seed is not None:
        ids = drawn_ids(manifest, args.seed, args.task, args.configs,
                        args.first, args.count)
        print(digest_of(args.folder, manifest, ids) if args.digest
              else "\n".join(ids))
        return
    print("id", hashlib.sha256(read_manifest(args.folder)).hexdigest())
    for config in manifest["configs"]:
        print(config["name"], config["kind"], config["rows"])
    print("rows:", "as the page says" if pyarrow else "not looked at")


if __name__ == "__main__":
    main()
