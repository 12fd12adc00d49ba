"""Times snapshots and other ways to the same end on the same data: drawing rows
against the datasets package, building from JSON Lines against pyarrow, checking
against sha256sum. All are asked in turn, so that what else the machine does hits
all alike; the table has medians, and how many times as fast ours is. Before that,
pandas, pyarrow and DuckDB must read the rows that went in, and testdata/check.py
must find that the snapshot is as FORMAT.md says and draw the same samples. Exit
status 1 where an aim is missed.
"""

import argparse
import glob
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import time

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_DATASETS_DISABLE_PROGRESS_BARS"] = "1"

sys.path.append(os.path.join(os.path.dirname(__file__), "../testdata"))
import check  # noqa: E402
import datasets  # noqa: E402
import duckdb  # noqa: E402
import pandas  # noqa: E402
import pyarrow.json  # noqa: E402
import pyarrow.parquet  # noqa: E402


def write_rows(path, rows, row_bytes):
    """JSON Lines of a prompt and a reference, of words without pattern."""
    drawn = random.Random(1)
    words = ["".join(drawn.choices("etaoinshrdlucmfwyp", k=drawn.randint(2, 9)))
             for _ in range(5000)]
    with open(path, "w") as file:
        for row in range(rows):
            text = " ".join(drawn.choices(words, k=row_bytes // 6))
            half = len(text) // 2
            file.write(json.dumps({"prompt": f"{row} {text[:half]}",
                                   "reference": text[half:]}) + "\n")


def write_spec(path):
    spec = {"name": "rows", "license": "none", "seed": "",
            "inputs": [{"name": "rows", "origin": "peers.py", "revision": "1",
                        "license": "none"}],
            "configs": [{"name": "rows", "source": "json_lines",
                         "parameters": {"kind": "reference"}}]}
    with open(path, "w") as file:
        json.dump(spec, file)


def timed(work):
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


class Ours:
    def __init__(self, program):
        self.program, self.peak, self.digest = program, {}, None

    def run(self, *words):
        out = subprocess.run([self.program, *map(str, words)], check=True,
                             stdout=subprocess.PIPE).stdout
        answer = json.loads(out)
        self.peak[words[0]] = answer["peak_mib"]
        self.digest = answer["digest"]
        return answer["seconds"]


def check_readers(shards, lines):
    """Every reader finds the first rows of the JSON Lines in the first shard."""
    wanted = []
    with open(lines) as file:
        for line, _ in zip(file, range(5000)):
            row = json.loads(line)
            wanted.append((row["prompt"], row["reference"]))

    def agree(name, prompts, references):
        found = [(p[0], r) for p, r in zip(prompts, references)]
        assert found[:len(wanted)] == wanted, f"{name} reads other rows"

    table = pyarrow.parquet.read_table(shards[0])
    agree("pyarrow", table["prompts"].to_pylist(),
          table["reference"].to_pylist())
    frame = pandas.read_parquet(shards[0])
    agree("pandas", frame["prompts"], frame["reference"])
    agree("DuckDB", *zip(*duckdb.sql(
        f"SELECT prompts, reference FROM '{shards[0]}'").fetchall()))
    folder = os.path.dirname(shards[0])
    rows = sum(pyarrow.parquet.read_metadata(s).num_rows for s in shards)
    assert duckdb.sql(f"SELECT config, count(*) FROM '{folder}/*.parquet' "
                      "GROUP BY config").fetchall() == [("rows", rows)]
    print(f"pyarrow {pyarrow.__version__}, pandas {pandas.__version__} and "
          f"DuckDB {duckdb.__version__} read the rows that went in")


def check_page(ours, snapshot):
    """The snapshot is as the page says, and what is drawn from it, too."""
    manifest = check.check_snapshot(snapshot)
    count = min(1000, manifest["configs"][0]["rows"])
    ids = check.drawn_ids(manifest, "peers", "draw", "rows", 0, count)
    ours.run("draw", snapshot, count)
    assert ours.digest == check.digest_of(snapshot, manifest, ids)
    print("the snapshot and what is drawn from it are as FORMAT.md says")


missed = []


def hold(aim, met):
    print(f"  aim: {aim}: {'met' if met else 'MISSED'}", flush=True)
    if not met:
        missed.append(aim)


def compare(title, repeats, ours, theirs, aim):
    """aim: how many times as fast as the last of theirs."""
    runs = [("ours", ours)] + theirs
    seconds = {name: [] for name, _ in runs}
    for _ in range(repeats):
        for name, run in runs:
            seconds[name].append(run())
    medians = {name: statistics.median(s) for name, s in seconds.items()}
    print(f"\n{title} (load {os.getloadavg()[0]:.1f})")
    for name, median in medians.items():
        ratio = "" if name == "ours" else f"{median / medians['ours']:8.2f}x"
        print(f"  {name:44} {median:8.2f} s {ratio}", flush=True)
    hold(f"{aim} times as fast as {runs[-1][0]}",
         median >= aim * medians["ours"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", required=True)
    parser.add_argument("--home", required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--row-bytes", type=int, default=1000)
    parser.add_argument("--draw", type=int, default=100_000)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()

    shutil.rmtree(args.home, ignore_errors=True)
    os.makedirs(args.home)
    lines, spec, snapshot, table, copy = (
        os.path.join(args.home, name)
        for name in ("rows.jsonl", "spec.json", "snapshot", "table", "copy"))
    write_rows(lines, args.rows, args.row_bytes)
    write_spec(spec)
    print(f"{args.rows} rows, {os.path.getsize(lines) / 1e6:.0f} MB of JSON "
          f"Lines, {os.cpu_count()} processors")
    ours = Ours(args.ours)

    def build():
        shutil.rmtree(snapshot, ignore_errors=True)
        return ours.run("build", spec, snapshot, f"rows={lines}")

    def arrow_build():
        rows = pyarrow.json.read_json(lines)
        pyarrow.parquet.write_table(rows, table, compression="zstd")

    compare("building from JSON Lines", args.repeats, build,
            [("pyarrow: read_json, write_table (zstd)",
              lambda: timed(arrow_build))], aim=1)

    shards = sorted(glob.glob(os.path.join(snapshot, "*.parquet")))
    print(f"bytes: ours {sum(map(os.path.getsize, shards)) / 1e6:.0f} MB, "
          f"pyarrow's {os.path.getsize(table) / 1e6:.0f} MB")
    check_readers(shards, lines)
    check_page(ours, snapshot)
    os.remove(lines)
    os.remove(table)
    compare("checking", args.repeats, lambda: ours.run("verify", snapshot),
            [("sha256sum of the shards",
              lambda: timed(lambda: subprocess.run(
                  ["sha256sum", *shards], check=True,
                  stdout=subprocess.DEVNULL)))], aim=0.9)

    begin = time.perf_counter()
    rows = datasets.Dataset.from_parquet(shards, cache_dir=copy)
    print(f"\nthe datasets package makes its own copy of the snapshot, of "
          f"{rows.dataset_size / 1e6:.0f} MB, to draw from: once "
          f"{time.perf_counter() - begin:.2f} s")
    seeds = iter(range(1000))

    def shuffled():
        return rows.shuffle(seed=next(seeds)).select(range(args.draw))

    def one_by_one():
        for _ in shuffled():
            pass

    compare(f"drawing {args.draw} of {args.rows} rows", args.repeats,
            lambda: ours.run("draw", snapshot, args.draw),
            [("only decompressing the snapshot",
              lambda: ours.run("unpack", snapshot)),
             ("datasets: shuffle, select, one by one",
              lambda: timed(one_by_one)),
             ("datasets: shuffle, select, to_list",
              lambda: timed(lambda: shuffled().to_list())),
             ("datasets: shuffle, select, columns [:]",
              lambda: timed(lambda: shuffled()[:]))], aim=5)
    print("\npeak resident memory of ours:",
          ", ".join(f"{name} {peak} MiB" for name, peak in ours.peak.items()))
    hold("drawing in less than 200 MB", ours.peak["draw"] * 2**20 < 200e6)
    shutil.rmtree(args.home)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
