"""cuda_library: a .cu file compiled by the pinned nvcc, its host code by the
pinned gcc, for the architectures that the project runs on.
"""

load("//tools/deps/toolchain:cc_toolchain_config.bzl", "GCC_INCLUDES", "GCC_ROOT")

# Machine code for A100 (and what shares its major number) and H100, H200; later
# GPUs compile the last one's PTX when they load it.
_ARCHITECTURES = [
    "arch=compute_80,code=sm_80",
    "arch=compute_90,code=sm_90",
    "arch=compute_90,code=compute_90",
]

_GCC_FLAGS = [
    "-no-canonical-prefixes",
    "-B%susr/bin/" % GCC_ROOT,
    "-fPIC",
    "-fno-canonical-system-headers",
    "-ffp-contract=off",
    "-nostdinc",
    "-nostdinc++",
]

_NVCC_FLAGS = [
    "-std=c++20",
    "-O3",
    "-DNDEBUG",
    # a*b+c stays two roundings unless the code says fmaf, as on the CPU.
    "-fmad=false",
    "-Werror=all-warnings",
    "-I.",
]

# Of tests that need a GPU: asked for by name, outside of the sandbox, one after
# the other.
GPU_TAGS = [
    "exclusive",
    "local",
    "manual",
]

def cuda_library(name, src, hdrs, textual_hdrs, deps):
    """A cc_library of one CUDA source file; it needs only libcudart.

    Args:
      name: of the library.
      src: the .cu file.
      hdrs: what users of the library include.
      textual_hdrs: every other file that src includes, from here or elsewhere.
      deps: what users of hdrs need beside them.
    """
    flags = list(_NVCC_FLAGS)
    for architecture in _ARCHITECTURES:
        flags += ["-gencode", architecture]
    for flag in _GCC_FLAGS:
        flags += ["-Xcompiler", flag]
    for include in GCC_INCLUDES:
        flags += ["-Xcompiler", "-isystem", "-Xcompiler", GCC_ROOT + include]
    native.genrule(
        name = name + "_object",
        srcs = [src] + hdrs + textual_hdrs,
        outs = [name + ".o"],
        cmd = """
root=external/cuda_nvcc/nvidia/cu13
export LD_LIBRARY_PATH=%stool_lib
$$root/bin/nvcc -ccbin %susr/bin/x86_64-linux-gnu-g++-12 %s -c $(location %s) -o $@
""" % (GCC_ROOT, GCC_ROOT, " ".join(flags), src),
        message = "Compiling for CUDA",
        tools = [
            "@cuda_nvcc//:all_files",
            "@gcc_debian//:all_files",
        ],
        visibility = ["//visibility:private"],
    )
    native.cc_library(
        name = name,
        srcs = [name + ".o"],
        hdrs = hdrs,
        deps = deps + ["@torch//:cudart"],
    )
