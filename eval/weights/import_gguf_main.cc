// import_gguf FILE OUT: makes a Hugging Face folder from a GGUF file, for build
// rules. People use `sn37 import`.
#include <cstdio>

#include "absl/status/status.h"
#include "eval/weights/gguf_import.h"

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fprintf(stderr, "usage: import_gguf FILE.gguf OUT\n");
    return 2;
  }
  const absl::Status status = sn37::eval::ImportGguf(argv[1], argv[2]);
  if (!status.ok()) {
    std::fprintf(stderr, "%s\n", status.ToString().c_str());
    return 1;
  }
  return 0;
}
