#!/bin/bash
# build.sh GCC RUST VENDOR_TAR CRATE OUTPUT: the crate in the folder CRATE as a
# static library. GCC and RUST are the folders of the unpacked toolchains. No
# path of this machine gets into the result: all are written as below /b. Of the
# mappings of a path that fit, both compilers take the last.
set -euo pipefail
top=$PWD gcc=$PWD/$1 rust=$PWD/$2 vendor=$PWD/$3 crate=$PWD/$4 output=$PWD/$5
work=$(mktemp -d "$PWD/crates.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin" "$work/home"

# compiler NAME FLAGS: a wrapper of gcc that never looks at the host.
compiler() {
  local name=$1
  shift
  cat > "$work/bin/$name" <<SH
#!/bin/bash
LD_LIBRARY_PATH=$gcc/tool_lib LC_ALL=C exec $gcc/usr/bin/x86_64-linux-gnu-gcc-12 \\
  --sysroot=$gcc -B$gcc/usr/bin/ -no-canonical-prefixes \\
  -fno-canonical-system-headers -nostdinc $* \\
  -isystem $gcc/usr/lib/gcc/x86_64-linux-gnu/12/include \\
  -isystem $gcc/usr/include/x86_64-linux-gnu -isystem $gcc/usr/include \\
  -ffile-prefix-map=$top=/b -ffile-prefix-map=$work=/b "\$@"
SH
}
cxx=$gcc/usr/include
compiler cc
compiler c++ -nostdinc++ -isystem "$cxx/c++/12" \
  -isystem "$cxx/x86_64-linux-gnu/c++/12" -isystem "$cxx/c++/12/backward"
cat > "$work/bin/ar" <<SH
#!/bin/bash
LD_LIBRARY_PATH=$gcc/tool_lib exec $gcc/usr/bin/x86_64-linux-gnu-ar "\$@"
SH
cat > "$work/bin/rustc" <<SH
#!/bin/bash
LD_LIBRARY_PATH=$rust/tool_lib exec $rust/usr/bin/rustc --sysroot=$rust/usr \\
  -C linker=$work/bin/cc --remap-path-prefix=$top=/b \\
  --remap-path-prefix=$work=/b "\$@"
SH
chmod +x "$work"/bin/*

tar -xf "$vendor" -C "$work"
mkdir "$work/crate"
cp -RL "$crate"/Cargo.* "$crate/src" "$work/crate"
cat > "$work/home/config.toml" <<TOML
[source.crates-io]
replace-with = "vendored"
[source.vendored]
directory = "$work/vendor"
TOML

cd "$work/crate"
if ! env -i PATH="$work/bin:/usr/bin:/bin" HOME="$work/home" \
  CARGO_HOME="$work/home" CARGO_TARGET_DIR="$work/target" CARGO_INCREMENTAL=0 \
  CC="$work/bin/cc" CXX="$work/bin/c++" AR="$work/bin/ar" \
  RUSTC="$work/bin/rustc" RUSTC_BOOTSTRAP=sn37_crates \
  bash -c 'LD_LIBRARY_PATH=$0/tool_lib exec "$0/usr/bin/cargo" build -j 2 \
    --release --offline --frozen' "$rust" > "$work/log" 2>&1; then
  cat "$work/log" >&2
  exit 1
fi
cp "$work/target/release/libsn37_crates.a" "$output"
