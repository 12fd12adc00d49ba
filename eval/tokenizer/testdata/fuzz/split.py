"""Writes the corpora of the fuzz targets: each different file of folders.json,
and each different template of templates.json.

    python split.py
"""

import json
import pathlib

HERE = pathlib.Path(__file__).parent


def write(kind, texts):
    for i, text in enumerate(sorted(set(texts), key=lambda t: (len(t), t))):
        (HERE / kind / f"{i:02}").write_text(text)


folders = json.loads((HERE.parent / "folders.json").read_text())["cases"]
for kind, name in (("tokenizer", "tokenizer.json"),
                   ("config", "tokenizer_config.json")):
    write(kind, (case["files"][name] for case in folders))
templates = json.loads((HERE.parent / "templates.json").read_text())["cases"]
write("template", (case["template"] for case in templates))
