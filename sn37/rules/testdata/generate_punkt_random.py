"""Writes punkt_random.json: sentences of random texts by NLTK's untrained Punkt.

Needs nltk 3.10.4. Its patterns are compiled again with the standard library's
re, as in NLTK before 3.10, whose \\s and \\w are those of str.
"""

import json
import random
import re

from nltk.tokenize import punkt

for holder in (punkt.PunktLanguageVars, punkt.PunktToken):
    for name, value in list(vars(holder).items()):
        if hasattr(value, "pattern"):
            flags = value.flags & (re.MULTILINE | re.VERBOSE)
            setattr(holder, name, re.compile(value.pattern, flags))
punkt.redos.compile = lambda pattern, flags=0, timeout=None: re.compile(pattern, flags)

PARTS = list(
    ".....???!!!    \n\n\t,,;:--\"'()[]{}*@#&`AaBbZz059_éÉ"
    "\u201c\u201d\u2019\u00ab\u00bb\xa0\x1c\u2028\u01c5中²"
) + ["...", ". . .", "--", "J.", "e.g.", "5.", "The", "x y", " \n"]

draw = random.Random(37)
tokenizer = punkt.PunktSentenceTokenizer()
cases = []
for _ in range(1500):
    parts = PARTS if draw.random() < 0.5 else draw.sample(PARTS, 6)
    length = draw.randint(1, draw.choice([3, 6, 12, 30]))
    text = "".join(draw.choice(parts) for _ in range(length))
    cases.append({"text": text, "sentences": tokenizer.tokenize(text)})
json.dump({"cases": cases}, open("punkt_random.json", "w"), indent=0)
