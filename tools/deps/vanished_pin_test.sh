#!/bin/bash
# A pin that its registry does not have fails the fetch with one line that names
# the package, its version and the table. Runs Bazel on a workspace of its own.
set -uo pipefail

workspace=$TEST_TMPDIR/workspace
mkdir -p "$workspace/tools/deps"
cp tools/deps/fetch.bzl "$workspace/tools/deps/"
touch "$workspace/tools/deps/BUILD.bazel"
cat > "$workspace/WORKSPACE" <<'WS'
load("//tools/deps:fetch.bzl", "debian_packages")

debian_packages(
    name = "vanished",
    pins = ["gcc-12=1.2.3-vanished " + "0" * 64],
)
WS

cd "$workspace" || exit 1
log=$TEST_TMPDIR/log
if HOME=$TEST_TMPDIR SN37_DOWNLOADS=$TEST_TMPDIR/downloads \
  bazel-4 --output_user_root="$TEST_TMPDIR/root" --batch \
  fetch @vanished//:all > "$log" 2>&1; then
  echo "the fetch of a pin that does not exist succeeded"
  exit 1
fi
cat "$log"
grep -q "cannot get the pinned gcc-12 1.2.3-vanished: .*tools/deps/pins.bzl" "$log"
