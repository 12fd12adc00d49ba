// GGUF files: opened, every tensor dequantised, and imported.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "eval/weights/gguf.h"
#include "eval/weights/gguf_import.h"
#include "sn37/base/check.h"
#include "sn37/base/file.h"
#include "sn37/base/fuzz_folder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto& folder = *new sn37::FuzzFolder;
  const std::string path =
      folder.Put("model.gguf", {reinterpret_cast<const char*>(data), size});
  const auto gguf = sn37::eval::Gguf::Open(path);
  if (!gguf.ok()) return 0;
  for (const auto& [name, tensor] : gguf->tensors()) {
    const auto values = gguf->Values(name);
    SN37_CHECK(values.ok()) << values.status();
    SN37_CHECK(static_cast<int64_t>(values->size()) == tensor.elements);
  }
  const std::string out = sn37::JoinPath(folder.path(), "model");
  if (sn37::eval::ImportGguf(path, out).ok()) {
    std::filesystem::remove_all(out);
  }
  SN37_CHECK(!std::filesystem::exists(out));
  return 0;
}
