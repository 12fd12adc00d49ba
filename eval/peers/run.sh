#!/bin/bash
# Compares this engine with others on the same requests, machine, dtype and
# threads: bazel run //eval:peers -- [--help] [--dtype bfloat16|float32]
# [--threads N] [--repeats N] [--only PART] …
#
# The others live in a Python environment of their own, made on the first run
# (a few gigabytes; llama.cpp is compiled, with the machine's own compiler)
# outside the checkout, in $SN37_PEERS_HOME or the user's cache folder.
set -euo pipefail
here=eval/peers
export SN37_PEERS_HOME=${SN37_PEERS_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/sn37/peers}
digest=$(cat "$here/requirements.txt" "$here/sources.txt" | sha256sum | cut -c1-16)
venv=$SN37_PEERS_HOME/$digest
if [ ! -e "$venv/complete" ]; then
  echo "peers: making the Python environment $venv" >&2
  python3.11 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --no-deps --require-hashes \
    --only-binary=:all: -r "$here/requirements.txt"
  echo "peers: compiling llama.cpp" >&2
  PATH=$venv/bin:$PATH "$venv/bin/pip" install --quiet --no-deps \
    --require-hashes --no-build-isolation -r "$here/sources.txt"
  touch "$venv/complete"
fi
exec "$venv/bin/python" "$here/peers.py" \
  --engine "$here/peer_engine" --model eval/weights/smollm2 \
  --requests eval/engine/testdata/bench_requests.json "$@"
