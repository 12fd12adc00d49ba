"""Times this client and the Python one, async-substrate-interface, whose codec
(cyscale, which is scalecodec) and keys (bittensor-wallet) are compiled, on the
same bytes. They are asked in turn, so that what else the machine does hits both
alike; the table has medians, and how many times as fast ours is. Before that
both must make the same of it. No network: a node's answers are given. Exit
status 1 where an aim is missed.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time

from async_substrate_interface import SubstrateInterface
from async_substrate_interface.types import Runtime, _decode_v15_metadata
from bittensor_wallet import Keypair
from scalecodec.base import RuntimeConfigurationObject
from scalecodec.type_registry import load_type_registry_preset


class Ours:
    def __init__(self, program):
        self.program = program

    def run(self, work, count=1):
        out = subprocess.run([self.program, work, str(count)], check=True,
                             stdout=subprocess.PIPE).stdout
        return json.loads(out)


def decode_metadata(raw):
    registry = RuntimeConfigurationObject()
    registry.update_type_registry(load_type_registry_preset(name="core"))
    return _decode_v15_metadata(raw, runtime_config=registry)


class Theirs(SubstrateInterface):
    """Their client, with a node's answers instead of a connection."""

    def __init__(self, raw, given):
        super().__init__("", chain_name="Bittensor", _mock=True)
        self.answer = given["answer"]
        metadata = _decode_v15_metadata(raw, self.runtime_config)
        self.runtime = Runtime(
            chain="Bittensor", metadata=metadata, metadata_v15=metadata,
            type_registry={}, runtime_config=self.runtime_config,
            runtime_info={"specVersion": given["spec"],
                          "transactionVersion": given["transaction"]})
        self.key = Keypair.create_from_uri("//Alice")

    def init_runtime(self, block_hash=None, block_id=None):
        return self.runtime

    def rpc_request(self, method, params, *args, **kwargs):
        return {"result": self.answer}

    def get_block_number(self, block_hash=None):
        return 1000

    def get_block_hash(self, block_id):
        return "0x" + ("11" if block_id == 0 else "22") * 32

    def generate_signature_payload(self, *args, **kwargs):
        self.payload = super().generate_signature_payload(*args, **kwargs)
        return self.payload

    def metagraph(self):
        return self.runtime_call("SubnetInfoRuntimeApi", "get_metagraph", [37])

    def extrinsic(self, pallet, function, arguments, nonce):
        call = self.compose_call(pallet, function, arguments)
        return self.create_signed_extrinsic(
            call, self.key, era={"period": 128, "current": 1000}, nonce=nonce)

    def commit(self, nonce=0):
        return self.extrinsic("Commitments", "set_commitment", {
            "netuid": 37,
            "info": {"fields": [[{"Raw64": "0x" + "7" * 128}]]}}, nonce)

    def weights(self, nonce=0):
        return self.extrinsic("SubtensorModule", "set_weights", {
            "netuid": 37, "dests": list(range(256)),
            "weights": [257 * i for i in range(256)],
            "version_key": 3010}, nonce)


def check_metagraph(ours, theirs):
    """The columns of a neuron are the same, and all fields are there."""
    graph = theirs.metagraph()
    assert list(ours.run("value")["result"]) == sorted(graph)
    columns = ("hotkeys", "coldkeys", "alpha_stake", "validator_permit",
               "incentives", "last_update", "block_at_registration")
    neurons = [list(neuron) for neuron in zip(*(graph[c] for c in columns))]
    assert ours.run("metagraph")["result"] == neurons


def check_extrinsic(ours, theirs, work):
    """All but the signatures is the same, and ours is good."""
    ours = bytes.fromhex(ours.run(work)["result"][2:])
    other = bytes(getattr(theirs, work)().data.data)
    begin = other.index(theirs.key.public_key) + 33
    end = begin + 64
    assert ours[:begin] + ours[end:] == other[:begin] + other[end:]
    assert theirs.key.verify(theirs.payload.data, ours[begin:end])


missed = []


def timed(work, count):
    begin = time.perf_counter()
    for i in range(count):
        work(i)
    return time.perf_counter() - begin


def compare(title, repeats, ours, theirs, aim):
    """Name, and a function that returns seconds, of each; the aim is for the
    first of ours."""
    runs = ours + [theirs]
    seconds = {name: [] for name, _ in runs}
    for _ in range(repeats):
        for name, run in runs:
            seconds[name].append(run())
    medians = {name: statistics.median(s) for name, s in seconds.items()}
    print(f"\n{title} (load {os.getloadavg()[0]:.1f})")
    for name, median in medians.items():
        ratio = medians[theirs[0]] / median
        print(f"  {name:36} {median:9.3f} s {ratio:8.1f}x", flush=True)
        if name == ours[0][0] and ratio < aim:
            missed.append(title)
    print(f"  aim: {aim} times as fast: "
          f"{'MISSED' if title in missed else 'met'}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours", required=True)
    parser.add_argument("--metadata", required=True)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()

    with gzip.open(args.metadata) as file:
        raw = file.read()
    ours = Ours(args.ours)
    theirs = Theirs(raw, ours.run("answer"))
    check_metagraph(ours, theirs)
    for work in ("commit", "weights"):
        check_extrinsic(ours, theirs, work)
    print("both make the same of the bytes")

    def of(work, count):
        return lambda: ours.run(work, count)["seconds"]

    python = "async-substrate-interface"
    compare("decoding the metadata of spec 461, 10 times", args.repeats,
            [("ours", of("metadata", 10))],
            (python, lambda: timed(lambda _: decode_metadata(raw), 10)), 20)
    compare("1,000 metagraphs of 256 neurons", args.repeats,
            [("ours: read", of("metagraph", 1000)),
             ("ours: all of it, as JSON", of("value", 1000))],
            (python, lambda: timed(lambda _: theirs.metagraph(), 1000)), 20)
    for title, work, count in [
            ("building and signing 10,000 commitments", "commit", 10000),
            ("building and signing 1,000 vectors of 256 weights", "weights",
             1000)]:
        compare(title, args.repeats, [("ours", of(work, count))],
                (python, lambda: timed(getattr(theirs, work), count)), 10)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
