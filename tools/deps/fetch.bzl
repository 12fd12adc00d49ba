"""Repository rules that fetch pinned packages through their own clients.

debian_packages unpacks Debian packages (apt-get), wheels unpacks Python wheels
(pip). Both keep what they downloaded in a folder outside the checkout
(SN37_DOWNLOADS, or ~/.cache/sn37/downloads), one file per SHA-256, so that a
fresh checkout downloads nothing twice. What is unpacked does not depend on the
day or the folder: times are zero, links relative.
"""

_ENVIRON = ["HOME", "SN37_DOWNLOADS"]

def _split(pin):
    """"name=version sha256" as a struct."""
    spec, sha256 = pin.split(" ")
    name, version = spec.split("=", 1)
    return struct(name = name, version = version, sha256 = sha256)

def _run(ctx, script, *args, **environment):
    """Runs a shell script; its output, or None if it failed."""
    result = ctx.execute(
        ["bash", "-euo", "pipefail", "-c", script, "-"] + list(args),
        timeout = 3600,
        environment = environment,
    )
    if result.return_code:
        return struct(ok = False, text = result.stderr.strip())
    return struct(ok = True, text = result.stdout.strip())

def _must(ctx, script, *args):
    result = _run(ctx, script, *args)
    if not result.ok:
        fail("%s: %s" % (ctx.name, result.text))
    return result.text

def _downloads(ctx):
    folder = ctx.os.environ.get("SN37_DOWNLOADS")
    if not folder:
        folder = ctx.os.environ.get("HOME", "/root") + "/.cache/sn37/downloads"
    _must(ctx, 'mkdir -p "$1"', folder)
    return folder

def _get(ctx, pins, command):
    """Downloads what is missing; the paths of all, checked, in order.

    command is a script that downloads its arguments (one pin's name, version
    and sha256 each) into the current folder, one file each.
    """
    folder = _downloads(ctx)
    paths = []
    for pin in pins:
        path = folder + "/" + pin.sha256
        paths.append(path)
        if ctx.path(path).exists:
            continue
        ctx.report_progress("downloading %s %s" % (pin.name, pin.version))
        result = _run(
            ctx,
            """
            work=$(mktemp -d "$1/.new.XXXXXX"); trap 'rm -rf "$work"' EXIT
            (cd "$work"; %s) 1>&2
            file=("$work"/*)
            sum=$(sha256sum "${file[0]}"); sum=${sum%%%% *}
            if [[ $sum != "$4" ]]; then echo "sha256 is $sum" >&2; exit 1; fi
            mv "${file[0]}" "$1/$4"
            """ % command,
            folder,
            pin.name,
            pin.version,
            pin.sha256,
        )
        if not result.ok:
            why = [line for line in result.text.splitlines() if line]
            fail("cannot get the pinned %s %s: %s; apt-get update may help, else pin another version in tools/deps/pins.bzl" % (
                pin.name,
                pin.version,
                why[-1].strip() if why else "no reason given",
            ))
    return paths

# Links become relative, those to files of other packages go: Bazel's disk cache
# takes no folder that holds one.
_MEND_LINKS = """
find . -type l -lname '/*' -printf '%p\\t%l\\n' |
  while IFS=$'\\t' read -r link target; do
    ln -sfn "$(realpath -ms --relative-to="${link%/*}" ".$target")" "$link"
  done
find . -xtype l -delete
"""

def _finish(ctx):
    """The BUILD file, the list of pins (what makes a changed pin rebuild what
    takes a whole folder as its input), and the normal form of the rest."""
    _must(ctx, _MEND_LINKS)
    for pattern in ctx.attr.tool_libs:
        _must(ctx, "mkdir -p tool_lib; cp -lL $1 tool_lib/", pattern)
    ctx.file("pins.txt", "\n".join(ctx.attr.pins) + "\n", executable = False)
    ctx.file("WORKSPACE", "")
    if ctx.attr.build_file:
        ctx.symlink(ctx.attr.build_file, "BUILD.bazel")
    _must(ctx, "find . -exec touch -hd @0 {} +")

def _debian_packages_impl(ctx):
    pins = [_split(pin) for pin in ctx.attr.pins]
    paths = _get(ctx, pins, 'apt-get -q -o APT::Sandbox::User=root download "$2=$3"')
    for path in paths:
        _must(ctx, 'dpkg-deb -x "$1" .', path)
    _must(ctx, "rm -rf etc usr/share/{doc,man,info,lintian,locale,bug,gdb,gcc,python3}")
    if ctx.attr.strip_prefix:
        _must(ctx, 'mv "$1" .top; rm -rf usr; shopt -s dotglob; mv .top/* .; rmdir .top', ctx.attr.strip_prefix)
    _finish(ctx)

debian_packages = repository_rule(
    implementation = _debian_packages_impl,
    environ = _ENVIRON,
    attrs = {
        "pins": attr.string_list(mandatory = True, doc = "name=version sha256"),
        "build_file": attr.label(allow_single_file = True),
        "strip_prefix": attr.string(doc = "the folder that becomes the root"),
        "tool_libs": attr.string_list(
            doc = "shared libraries (globs) that the programs in the packages need; they are put in tool_lib/",
        ),
    },
)

_PIP = """
printf '%s==%s --hash=sha256:%s' "$2" "$3" "$4" > "$1/.req.$4"
trap 'rm -f "$1/.req.$4"' EXIT
python3 -m pip download -q --disable-pip-version-check --no-deps \
  --only-binary=:all: --python-version 3.11 --implementation cp \
  --abi cp311 --abi abi3 --abi none --platform any \
  --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 \
  --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 \
  --require-hashes -r "$1/.req.$4"
"""

def _wheels_impl(ctx):
    pins = [_split(pin) for pin in ctx.attr.pins]
    for path in _get(ctx, pins, _PIP):
        # unzip's status 11: nothing in this wheel matches any pattern of only.
        _must(
            ctx,
            'unzip -q -o "$@" || [[ $? == 11 ]]',
            path,
            *(ctx.attr.only + (["-x"] + ctx.attr.but if ctx.attr.but else []))
        )
    for pattern in ctx.attr.run:
        _must(ctx, "chmod +x $1", pattern)
    _finish(ctx)

wheels = repository_rule(
    implementation = _wheels_impl,
    environ = _ENVIRON,
    attrs = {
        "pins": attr.string_list(mandatory = True, doc = "name=version sha256"),
        "build_file": attr.label(allow_single_file = True),
        "only": attr.string_list(doc = "patterns of the files to unpack"),
        "but": attr.string_list(doc = "patterns of those of them to leave packed"),
        "run": attr.string_list(doc = "patterns of programs: wheels hold no modes"),
        "tool_libs": attr.string_list(),
    },
)

def _vendored_crates_impl(ctx):
    lock = ctx.path(ctx.attr.cargo_lock)
    sha256 = _must(ctx, 'sha256sum "$1"', str(lock)).split(" ")[0]
    packed = "%s/crates-%s.tar" % (_downloads(ctx), sha256)
    if not ctx.path(packed).exists:
        ctx.report_progress("downloading the crates of Cargo.lock")
        result = _run(
            ctx,
            """
            rust=$1 packed=$2
            work=$(mktemp -d "$packed.XXXXXX"); trap 'rm -rf "$work"' EXIT
            mkdir -p "$work/src" "$work/home"; touch "$work/src/lib.rs"
            cp "$3" "$work/Cargo.toml"; cp "$4" "$work/Cargo.lock"
            # A registry mirror that the user has set up.
            cp "${HOME:-/root}"/.cargo/config* "$work/home" 2>/dev/null || true
            cd "$work"
            CARGO_HOME=$work/home CARGO_TERM_COLOR=never \\
              LD_LIBRARY_PATH=$rust/tool_lib RUSTC=$rust/usr/bin/rustc \\
              "$rust/usr/bin/cargo" vendor -q --locked --versioned-dirs >/dev/null
            tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner \\
              --mode=u=rwX,go=rX -cf new.tar vendor
            mv new.tar "$packed"
            """,
            str(ctx.path(ctx.attr.rust).dirname),
            packed,
            str(ctx.path(ctx.attr.cargo_toml)),
            str(lock),
        )
        if not result.ok:
            fail("cannot get the crates of tools/deps/crates/Cargo.lock: " +
                 ": ".join([line.strip() for line in result.text.splitlines() if line.strip()]))
    ctx.symlink(packed, "vendor.tar")
    ctx.file("WORKSPACE", "")
    ctx.file("BUILD.bazel", 'exports_files(["vendor.tar"])\n')

# The sources of every crate in a Cargo.lock as one archive, vendor.tar. Cargo
# checks each against its checksum in the lock file when it builds.
vendored_crates = repository_rule(
    implementation = _vendored_crates_impl,
    environ = _ENVIRON,
    attrs = {
        "cargo_lock": attr.label(mandatory = True, allow_single_file = True),
        "cargo_toml": attr.label(mandatory = True, allow_single_file = True),
        "rust": attr.label(mandatory = True, doc = "a file in the root of rustc's repository"),
    },
)

def _stub_impl(ctx):
    ctx.file("WORKSPACE", "")
    for label, path in ctx.attr.files.items():
        ctx.symlink(label, path)
        if path.endswith(".bzl") and "/" in path:
            ctx.file(path.rpartition("/")[0] + "/BUILD.bazel", "")

# A repository of a few files of this one, for rules that Bazel's built-in
# repositories load by name.
stub = repository_rule(
    implementation = _stub_impl,
    attrs = {"files": attr.label_keyed_string_dict(allow_files = True)},
)
