"""Writes python_unicode.json: character properties as CPython has them.

Run with Python 3.11 (Unicode 14.0); only the standard library is used.
"""

import json
import re
import sys
import unicodedata

POINTS = [c for c in range(sys.maxunicode + 1) if not 0xD800 <= c <= 0xDFFF]


def ranges(holds):
    out = []
    for c in POINTS:
        if not holds(chr(c)):
            continue
        if out and out[-1][1] == c - 1:
            out[-1][1] = c
        else:
            out.append([c, c])
    return out


def lower_runs():
    """[first, last, difference] for characters whose lower case is another."""
    out = []
    for c in POINTS:
        low = chr(c).lower()
        if len(low) != 1 or ord(low) == c:
            continue
        delta = ord(low) - c
        if out and out[-1][1] == c - 1 and out[-1][2] == delta:
            out[-1][1] = c
        else:
            out.append([c, c, delta])
    return out


json.dump(
    {
        "unicode": unicodedata.unidata_version,
        "assigned": ranges(lambda c: unicodedata.category(c) != "Cn"),
        "space": ranges(str.isspace),
        "word": ranges(lambda c: re.match(r"\w", c)),
        "digit": ranges(lambda c: re.match(r"\d", c)),
        "lower": ranges(str.islower),
        "upper": ranges(str.isupper),
        "title": ranges(lambda c: unicodedata.category(c) == "Lt"),
        "lower_case": lower_runs(),
        # Characters c for which the sigma in "A" c "Σ" is a final one, and in
        # "AΣ" c "A" is one.
        "final_sigma_after": ranges(lambda c: ("A" + c + "Σ").lower()[-1] == "ς"),
        "final_sigma_before": ranges(lambda c: ("AΣ" + c + "A").lower()[1] == "ς"),
        "line_end": ranges(lambda c: len(("a" + c + "b").splitlines()) > 1),
    },
    open("python_unicode.json", "w"),
    separators=(",", ":"),
)
