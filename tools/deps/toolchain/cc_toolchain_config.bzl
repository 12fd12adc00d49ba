"""gcc 12 out of @gcc_debian, told never to look at the host; or a clang, with
the headers, libraries, assembler and linker of that gcc.

All paths in flags are relative to the execution root, so that objects do not
depend on the folder that they are built in.
"""

load("@bazel_tools//tools/build_defs/cc:action_names.bzl", "ACTION_NAMES")
load(
    "@bazel_tools//tools/cpp:cc_toolchain_config_lib.bzl",
    "action_config",
    "env_entry",
    "env_set",
    "feature",
    "flag_group",
    "flag_set",
    "tool",
    "tool_path",
    "with_feature_set",
)

GCC_ROOT = "external/gcc_debian/"
_BIN = "usr/bin/x86_64-linux-gnu-"

GCC_INCLUDES = [
    "usr/include/c++/12",
    "usr/include/x86_64-linux-gnu/c++/12",
    "usr/include/c++/12/backward",
    "usr/lib/gcc/x86_64-linux-gnu/12/include",
    "usr/include/x86_64-linux-gnu",
    "usr/include",
]

_GCC_OWN = "usr/lib/gcc/x86_64-linux-gnu/12"
_CLANG_OWN = "usr/lib/llvm-19/lib/clang/19"
_CLANG_ROOT = "external/clang_debian/"

_C_COMPILE = [
    ACTION_NAMES.assemble,
    ACTION_NAMES.preprocess_assemble,
    ACTION_NAMES.c_compile,
]
_CXX_COMPILE = [
    ACTION_NAMES.cpp_compile,
    ACTION_NAMES.cpp_header_parsing,
    ACTION_NAMES.cpp_module_compile,
    ACTION_NAMES.cpp_module_codegen,
    ACTION_NAMES.linkstamp_compile,
]
_COMPILE = _C_COMPILE + _CXX_COMPILE
_LINK = [
    ACTION_NAMES.cpp_link_executable,
    ACTION_NAMES.cpp_link_dynamic_library,
    ACTION_NAMES.cpp_link_nodeps_dynamic_library,
]
_ALL = _COMPILE + _LINK + [ACTION_NAMES.cpp_link_static_library, ACTION_NAMES.strip]

# -B is where gcc looks for as and ld before it tries the host's.
_COMMON_FLAGS = ["-no-canonical-prefixes", "-B" + GCC_ROOT + "usr/bin/"]

_COMPILE_FLAGS = _COMMON_FLAGS + [
    "-fstack-protector-strong",
    "-fno-omit-frame-pointer",
    "-ffunction-sections",
    "-fdata-sections",
    # a*b+c stays two roundings unless the code says fma.
    "-ffp-contract=off",
]

# Last on the command line, because nothing may override it.
_UNFILTERED_FLAGS = [
    "-Wno-builtin-macro-redefined",
    '-D__DATE__="redacted"',
    '-D__TIMESTAMP__="redacted"',
    '-D__TIME__="redacted"',
    "-nostdinc",
]

# Debian's gcc passes --as-needed, which would drop libraries that only other
# libraries need (libtorch_cpu.so's libcupti); so it is switched off first.
_LINK_FLAGS = _COMMON_FLAGS + [
    "-Wl,--no-as-needed",
    "-Wl,-z,relro,-z,now",
    "-Wl,--gc-sections",
    "-Wl,--build-id=none",
]

# What clang knows only where it is installed.
_CLANG_LINK_FLAGS = [
    "--driver-mode=g++",
    "--gcc-install-dir=" + GCC_ROOT + _GCC_OWN,
]

def _unfiltered_flags(clang):
    """With the folders of headers, for gcc would make its own ones absolute."""

    # Later versions name some templates in another way than gcc 12 does.
    own = "-fclang-abi-compat=17" if clang else "-fno-canonical-system-headers"
    flags = [own] + _UNFILTERED_FLAGS
    for path in GCC_INCLUDES:
        if clang and path == _GCC_OWN + "/include":
            flags += ["-isystem", _CLANG_ROOT + _CLANG_OWN + "/include"]
        else:
            flags += ["-isystem", GCC_ROOT + path]
    return flags

def _flags(name, actions, flags, features = []):
    """A feature that is always on: flags for actions, in some modes only."""
    return feature(
        name = name,
        enabled = True,
        flag_sets = [flag_set(
            actions = actions,
            flag_groups = [flag_group(flags = flags)],
            with_features = features,
        )],
    )

def _clang_compile_action(name, clang):
    return action_config(
        action_name = name,
        enabled = True,
        implies = [
            "user_compile_flags",
            "sysroot",
            "compiler_input_flags",
            "compiler_output_flags",
        ],
        tools = [tool(tool = clang)],
    )

def _link_action(name, implies, clang):
    flags = _LINK_FLAGS + (_CLANG_LINK_FLAGS if clang else [])
    return action_config(
        action_name = name,
        enabled = True,
        flag_sets = [flag_set(flag_groups = [flag_group(flags = flags)])],
        implies = implies + [
            "strip_debug_symbols",
            "linkstamps",
            "output_execpath_flags",
            "runtime_library_search_directories",
            "library_search_directories",
            "libraries_to_link",
            "user_link_flags",
            "linker_param_file",
            "sysroot",
        ],
        tools = [tool(tool = clang) if clang else tool(path = _BIN + "gcc-12")],
    )

def _implementation(ctx):
    clang = ctx.file.clang
    libraries = GCC_ROOT + "tool_lib"
    if clang:
        libraries += ":" + _CLANG_ROOT + "tool_lib"
    environment = feature(
        name = "pinned_environment",
        enabled = True,
        env_sets = [env_set(
            actions = _ALL,
            env_entries = [
                env_entry("LD_LIBRARY_PATH", libraries),
                env_entry("PATH", GCC_ROOT + "usr/bin"),
                env_entry("LC_ALL", "C"),
            ],
        )],
    )
    opt = [with_feature_set(features = ["opt"])]
    dbg = [with_feature_set(features = ["dbg"])]
    features = [
        feature(name = "opt"),
        feature(name = "dbg"),
        feature(name = "fastbuild"),
        # No "supports_pic": nothing here is a shared library, so all is
        # compiled once, as both compilers do by themselves, for a
        # position-independent program.
        feature(name = "supports_start_end_lib", enabled = False),
        environment,
        _flags("default_compile_flags", _COMPILE, _COMPILE_FLAGS),
        _flags("opt_flags", _COMPILE, ["-g0", "-O2", "-DNDEBUG"], opt),
        _flags("dbg_flags", _COMPILE, ["-g", "-O0"], dbg),
        _flags("language_flags", _CXX_COMPILE, ["-std=c++20", "-nostdinc++"]),
        _flags("pinned_includes", _COMPILE, _unfiltered_flags(clang)),
        _flags("language_libraries", _LINK, ["-lstdc++", "-lm"]),
    ]
    return cc_common.create_cc_toolchain_config_info(
        ctx = ctx,
        abi_libc_version = "glibc_2.36",
        abi_version = "gcc",
        action_configs = [
            _link_action(ACTION_NAMES.cpp_link_executable, ["force_pic_flags"], clang),
            _link_action(ACTION_NAMES.cpp_link_dynamic_library, ["shared_flag"], clang),
            _link_action(ACTION_NAMES.cpp_link_nodeps_dynamic_library, ["shared_flag"], clang),
        ] + ([_clang_compile_action(name, clang) for name in _COMPILE] if clang else []),
        builtin_sysroot = GCC_ROOT[:-1],
        compiler = "clang" if clang else "gcc",
        cxx_builtin_include_directories = [
            "%package(@gcc_debian//)%/" + path
            for path in GCC_INCLUDES
        ] + (["%package(@clang_debian//)%/" + _CLANG_OWN] if clang else []),
        features = features,
        host_system_name = "x86_64-linux-gnu",
        target_cpu = "k8",
        target_libc = "glibc",
        target_system_name = "x86_64-linux-gnu",
        tool_paths = [
            tool_path(name = name, path = _BIN + path)
            for name, path in [
                ("ar", "ar"),
                ("cpp", "cpp-12"),
                ("dwp", "dwp"),
                ("gcc", "gcc-12"),
                ("gcov", "gcov-12"),
                ("ld", "ld.bfd"),
                ("nm", "nm"),
                ("objcopy", "objcopy"),
                ("objdump", "objdump"),
                ("strip", "strip"),
            ]
        ],
        toolchain_identifier = "gcc_debian",
    )

cc_toolchain_config = rule(
    implementation = _implementation,
    attrs = {
        "clang": attr.label(
            allow_single_file = True,
            doc = "the program that compiles and links instead of gcc",
        ),
    },
    provides = [CcToolchainConfigInfo],
)
