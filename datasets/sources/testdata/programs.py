"""Writes down what CPython prints for drawn programs (tiny_python_test.cc), and
fails where that is not what our interpreter printed. Needs nothing but Python:

  sn37 snapshot sample DIR --configs programs --seed 0x --task t --count 150 |
    python3 programs.py > programs.json

where DIR has a config `programs` of kind final_answer.
"""

import contextlib
import io
import json
import sys

programs = []
for line in sys.stdin:
    body = json.loads(line)["final_answer"]
    begin = body["prompt"].index("\n\n") + 2
    program = body["prompt"][begin:body["prompt"].rindex("\n\n") + 1]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(program, {})
    if printed.getvalue() != body["answer"] + "\n":
        sys.exit(f"{program}\nprints {printed.getvalue()}, not {body['answer']}")
    programs.append({"program": program, "output": printed.getvalue()})
json.dump(programs, sys.stdout, indent=1)
print()
