"""Writes the corpora of the codec's fuzz targets beside itself.

metadata/  a runtime of one pallet with a type of every kind, in each version
value/     of the corpus of values: two bytes for the type, then the value
extrinsic/ extrinsics that a runtime executed
type/      types as text
"""

import gzip
import json
import pathlib

HERE = pathlib.Path(__file__).parent
DATA = HERE.parent


def compact(n):
    if n < 1 << 6:
        return bytes([n << 2])
    return (n << 2 | 1).to_bytes(2, "little")


def text(s):
    return compact(len(s)) + s.encode()


def many(*items):
    return compact(len(items)) + b"".join(items)


def option(item):
    return b"\0" if item is None else b"\1" + item


def field(type_id, name=None):
    return option(name and text(name)) + compact(type_id) + option(None) + many()


def variant(name, index, *fields):
    return text(name) + many(*fields) + bytes([index]) + many(text("What it is."))


PRIMITIVES = ["bool", "char", "str", "u8", "u16", "u32", "u64", "u128", "u256",
              "i8", "i16", "i32", "i64", "i128", "i256"]


def definitions():
    """(path, parameters, definition) of each type; its place is its number."""
    of = {name: i for i, name in enumerate(PRIMITIVES)}
    out = [([], [], bytes([5, i])) for i in range(len(PRIMITIVES))]
    n = len(out)
    bytes32, account, index, address, hash_, signature = range(n, n + 6)
    unit, pair, items, bits, lsb0, short, event = range(n + 6, n + 13)
    call, extrinsic, maybe = range(n + 13, n + 16)
    del index, event
    out += [
        ([], [], b"\3" + (32).to_bytes(4, "little") + compact(of["u8"])),
        (["sp_core", "crypto", "AccountId32"], [], b"\0" + many(field(bytes32))),
        ([], [], b"\6" + compact(unit)),
        (["MultiAddress"], [account], b"\1" + many(
            variant("Id", 0, field(account)), variant("Raw", 2, field(items)))),
        (["primitive_types", "H256"], [], b"\0" + many(field(bytes32))),
        (["MultiSignature"], [], b"\1" + many(variant("Sr25519", 1, field(bytes32)))),
        ([], [], b"\4" + many()),
        ([], [], b"\4" + many(compact(of["u16"]), compact(of["i64"]))),
        ([], [], b"\2" + compact(pair)),
        ([], [], b"\7" + compact(of["u8"]) + compact(lsb0)),
        (["bitvec", "order", "Lsb0"], [], b"\0" + many()),
        ([], [], b"\6" + compact(of["u32"])),
        (["pallet", "Event"], [], b"\1" + many(variant("Done", 0, field(hash_, "hash")))),
        (["RuntimeCall"], [], b"\1" + many(
            variant("remark", 0, field(items, "remark"), field(maybe, "more")))),
        (["UncheckedExtrinsic"], [address, call, signature, unit], b"\0" + many(field(items))),
        (["Option"], [call], b"\1" + many(
            variant("None", 0), variant("Some", 1, field(call)))),
    ]
    ids = dict(of, bytes32=bytes32, account=account, address=address, call=call,
               signature=signature, unit=unit, pair=pair, items=items, bits=bits,
               short=short, extrinsic=extrinsic)
    return out, ids


def metadata(version):
    types, ids = definitions()
    out = b"meta" + bytes([version]) + compact(len(types))
    for i, (path, params, definition) in enumerate(types):
        out += compact(i) + many(*map(text, path))
        out += many(*[text("T") + option(compact(p)) for p in params])
        out += definition + many()
    new = version >= 16
    kept = b"\0" if new else b""  # not deprecated
    enum = (lambda i: compact(i) + many(b"\7\2" + text("old") + option(None))) if new else compact
    plain = text("Number") + b"\1\0" + compact(ids["u16"]) + text("\1\0") + many(text("Docs.")) + kept
    one = text("One") + b"\0\1" + many(b"\5") + compact(ids["account"]) + compact(ids["bits"]) + text("") + many() + kept
    two = text("Two") + b"\0\1" + many(b"\2", b"\6") + compact(ids["pair"]) + compact(ids["short"]) + text("") + many() + kept
    pallet = text("Pallet") + option(text("Pallet") + many(plain, one, two))
    pallet += option(enum(ids["call"])) + option(None)
    pallet += many(text("Max") + compact(ids["u32"]) + text("\1\2\3\4") + many() + kept)
    pallet += option(None)
    if new:
        pallet += many(text("Hash") + compact(ids["bytes32"]) + many())
        pallet += many(bytes(32) + text("view") + many() + compact(ids["u8"]) + many() + kept)
    pallet += b"\3" + (many() if version > 14 else b"") + kept
    out += many(pallet)
    extensions = many(
        text("CheckNonce") + compact(ids["short"]) + compact(ids["unit"]),
        text("CheckGenesis") + compact(ids["unit"]) + compact(ids["bytes32"]))
    parts = compact(ids["address"]) + compact(ids["call"]) + compact(ids["signature"])
    if version == 14:
        out += compact(ids["extrinsic"]) + b"\4" + extensions
    elif version == 15:
        out += b"\4" + parts + compact(ids["unit"]) + extensions
    else:
        out += many(b"\4", b"\5") + parts
        out += many(b"\0" + many(compact(0), compact(1))) + extensions
    if version < 16:
        out += compact(ids["unit"])
    if version == 14:
        return out
    method = text("get") + many(text("number") + compact(ids["u16"])) + compact(ids["items"]) + many() + kept
    api = text("Api") + many(method) + many() + (compact(3) if new else b"") + kept
    out += many(api) + 3 * compact(ids["call"])
    return out + many(text("custom") + compact(ids["u8"]) + text("x"))


def write(folder, name, content):
    (HERE / folder).mkdir(exist_ok=True)
    (HERE / folder / name).write_bytes(content)


def main():
    for version in (14, 15, 16):
        write("metadata", f"v{version}", metadata(version))
    corpus = json.loads(gzip.open(DATA / "scale_corpus461.json.gz").read())
    kept = [v for v in corpus["vectors"] if 20 < len(v["hex"]) < 600][::20]
    for i, v in enumerate(kept):
        value = bytes.fromhex(v["hex"][2:])
        write("value", f"{i:02}", v["type_id"].to_bytes(2, "little") + value)
    executed = json.loads((DATA / "live218_extrinsics.json").read_text())
    for i, v in enumerate(executed["vectors"][:6]):
        write("extrinsic", f"{i}", bytes.fromhex(v["extrinsic"][2:]))
    for i, t in enumerate(["Vec<(u16, u16)>", "[u8; 32]", "Result<(), Option<Text>>",
                           "BitVec<u8, Msb0>", "BTreeMap<AccountId32, Compact<u64>>",
                           "pallet_commitments::types::Data", "284"]):
        write("type", f"{i}", t.encode())


main()
