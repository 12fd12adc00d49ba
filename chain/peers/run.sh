#!/bin/bash
# Compares this client with the Python one (async-substrate-interface) on the
# same bytes, on this machine: bazel run //chain:peers -- [--repeats N].
#
# Python's packages live in an environment of their own, made on the first run
# outside the checkout, in $SN37_PEERS_HOME or the user's cache folder.
set -euo pipefail
here=chain/peers
home=${SN37_PEERS_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/sn37/peers}
digest=$(sha256sum "$here/requirements.txt" | cut -c1-16)
venv=$home/$digest
if [ ! -e "$venv/complete" ]; then
  echo "peers: making the Python environment $venv" >&2
  python3.11 -m venv --clear "$venv"
  "$venv/bin/pip" install --quiet --no-deps --require-hashes \
    --only-binary=:all: -r "$here/requirements.txt"
  touch "$venv/complete"
fi
exec "$venv/bin/python" "$here/peers.py" --ours "$here/peer_client" \
  --metadata chain/codec/testdata/metadata/461_v15.scale.gz "$@"
