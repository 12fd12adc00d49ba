"""Writes down what sampling_test.cc expects, from the specifications alone:
sn37/base/random.h, datasets/sampling.h and the samples of datasets/testing.cc.
Needs nothing but Python."""

import hashlib
import json
import struct
from fractions import Fraction

MASK = 0xFFFFFFFF


def philox(counter, key):
    c, k = list(counter), list(key)
    for i in range(10):
        if i:
            k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & MASK, (a >> 32) ^ c[3] ^ k[1], a & MASK]
    return c


def permutation(seed, task, n):
    digest = hashlib.sha256(seed + task + b"\0permutation").digest()
    key = struct.unpack("<II", digest[:8])
    half = 1
    while 4**half < n:
        half += 1
    mask = (1 << half) - 1

    def encrypt(value):
        left, right = value >> half, value & mask
        for r in range(8):
            left, right = right, left ^ (philox([right, r, 0, 0], key)[0] & mask)
        return left << half | right

    def at(i):
        value = encrypt(i)
        while value >= n:
            value = encrypt(value)
        return value

    return at


def merged(seed, task, strata):
    """All rows of several configs in the order of drawing."""
    places = []
    for place, (config, rows) in enumerate(strata):
        at = permutation(seed, task + b"\0" + config, rows)
        places += [(Fraction(2 * k + 1, 2 * rows), place, at(k))
                   for k in range(rows)]
    return [(place, row) for _, place, row in sorted(places)]


def text(value):
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def cell(value):
    if value is None:
        return b"\0"
    if isinstance(value, str):
        return b"\1" + text(value)
    return b"\1" + struct.pack("<Q", len(value)) + b"".join(map(text, value))


COLUMNS = ["system", "prompts", "reference", "choices", "answer", "text", "rules"]


def digest(samples):
    data = b"sn37 samples 1\n"
    for sample_id, kind, row in samples:
        data += text(sample_id) + text(kind)
        data += b"".join(cell(row.get(column)) for column in COLUMNS)
    return hashlib.sha256(data).hexdigest()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"),
                      ensure_ascii=False)


RULES = [{"id": "WORD_COUNT_AT_MOST", "count": 30},
         {"id": "KEYWORD_FREQUENCY", "keywords": ["one", "ice"],
          "keyword_counts": [2, 1]}]
SAMPLES = [
    ("some/1", "multiple_choice",
     {"prompts": ["Is it one?\nA. yes\nB. no"], "choices": ["A", "B"],
      "answer": "B"}),
    ("some/2", "reference",
     {"system": "Be brief.", "prompts": ["Say one."], "reference": "one"}),
    ("some/3", "text", {"text": "Grüße, one!"}),
    ("some/4", "instruction_following",
     {"prompts": ["Speak of one.", "Speak of ice."],
      "rules": canonical(RULES)}),
    ("some/5", "preference",
     {"prompts": ["Is one good?"], "choices": ["Yes, it is.", "No."]}),
    ("some/6", "final_answer",
     {"system": "Be brief.", "prompts": ["Half of one?"], "answer": "1/2",
      "rules": "number"}),
    ("some/7", "ranking",
     {"prompts": ["I liked one. What next?"], "choices": ["tea", "ice", "rye"],
      "answer": "0,2"}),
]

if __name__ == "__main__":
    at = permutation(hashlib.sha256(b"seed").digest(), b"word_sorting", 1000)
    print([at(i) for i in range(6)])
    at = permutation(hashlib.sha256(b"0xabc").digest(), b"text", 1000000)
    print([at(i) for i in range(5, 9)])
    order = merged(hashlib.sha256(b"seed").digest(), b"mixed",
                   [(b"few", 3), (b"many", 10), (b"some", 5)])
    print(order)
    print(digest(SAMPLES))
