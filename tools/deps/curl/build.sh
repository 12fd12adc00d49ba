#!/bin/bash
# build.sh GCC OUTPUT LIBRARY...: Debian's static libcurl, OpenSSL and zlib as
# one library in which only libcurl's own functions can be seen. GCC is the
# folder of the unpacked toolchain.
#
# Two reasons. libparquet.so exports an OpenSSL of its own, which must not be
# mixed with this one. And libcurl names functions of a dozen libraries for what
# we never use (LDAP, SFTP, HTTP/2 …), some of which Debian has as shared
# libraries only: these functions are made to end the program if ever called.
set -euo pipefail
gcc=$PWD/$1 output=$PWD/$2
libraries=("${@:3}")
unused='^(Brotli|GSS_|RTMP_|ZSTD_|ber_|gss_|idn2_|ldap_|libssh2_|nghttp2_|psl_)'
work=$(mktemp -d "$PWD/curl.XXXXXX")
trap 'rm -rf "$work"' EXIT

tool() {
  LD_LIBRARY_PATH=$gcc/tool_lib "$gcc/usr/bin/x86_64-linux-gnu-$1" "${@:2}"
}
undefined() {
  tool nm -u "$1" | sed 's/^ *[Uw] //'
}

tool ld -r -u curl_easy_init -o "$work/real.o" \
  --start-group "${libraries[@]}" --end-group
{
  echo '.section .note.GNU-stack,"",@progbits'
  echo '.text'
  undefined "$work/real.o" | grep -E "$unused" | grep -v '^libssh2_init$' |
    sed 's/.*/.globl &\n&:/'
  echo 'call abort@PLT'
  # curl_global_init calls it; 0 is success.
  printf '%s\n' '.globl libssh2_init' 'libssh2_init:' 'xorl %eax, %eax' 'ret'
} > "$work/unused.s"
tool as -o "$work/unused.o" "$work/unused.s"
tool ld -r -o "$work/curl.o" "$work/real.o" "$work/unused.o"
tool objcopy --wildcard --keep-global-symbol='curl_*' "$work/curl.o"
rm -f "$output"
tool ar rcsD "$output" "$work/curl.o"
