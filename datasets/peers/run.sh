#!/bin/bash
# Compares snapshots with other ways to the same end, on this machine:
# bazel run //datasets:peers -- [--rows N] [--row-bytes N] [--repeats N].
#
# The others live in a Python environment of their own, made on the first run
# (half a gigabyte) outside the checkout, in $SN37_PEERS_HOME or the user's
# cache folder; the data (twice what goes in) is made there too, and removed at the
# end.
set -euo pipefail
here=datasets/peers
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
exec "$venv/bin/python" "$here/peers.py" --ours "$here/peer_snapshot" \
  --home "$home/snapshots" "$@"
