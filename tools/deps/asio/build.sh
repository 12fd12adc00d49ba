#!/bin/bash
# build.sh GCC OUTPUT CODE LIBRARY...: CODE, the compiled part of Asio and
# Beast, with Debian's static OpenSSL as one library in which no function of
# OpenSSL can be seen. GCC is the folder of the unpacked toolchain.
#
# The reason: libparquet.so exports an OpenSSL of its own, which must not be
# mixed with this one.
set -euo pipefail
gcc=$PWD/$1 output=$PWD/$2 code=$3
libraries=("${@:4}")
work=$(mktemp -d "$PWD/asio.XXXXXX")
trap 'rm -rf "$work"' EXIT

tool() {
  LD_LIBRARY_PATH=$gcc/tool_lib "$gcc/usr/bin/x86_64-linux-gnu-$1" "${@:2}"
}

tool nm --quiet -g --defined-only "${libraries[@]}" |
  awk 'NF == 3 { print $3 }' | sort -u > "$work/openssl"
tool ld -r -d -o "$work/all.o" \
  --whole-archive "$code" --no-whole-archive \
  --start-group "${libraries[@]}" --end-group
tool objcopy --localize-symbols="$work/openssl" "$work/all.o" "$work/asio.o"
rm -f "$output"
tool ar rcsD "$output" "$work/asio.o"
