// Vectors and metadata for tests of the codec; see README.md.
#ifndef CHAIN_CODEC_TESTING_H_
#define CHAIN_CODEC_TESTING_H_

#include <cstddef>
#include <string>

#include "chain/codec/metadata.h"
#include "sn37/base/json.h"

namespace sn37::chain {

// A file of testdata/ as JSON; fails the test where it cannot be read.
nlohmann::json TestFile(const std::string& name);
// The "vectors" of such a file.
nlohmann::json TestVectors(const std::string& name);

// The metadata testdata/metadata/NAME.scale.gz ("461_v15").
std::string TestMetadataBytes(const std::string& name);
Metadata TestMetadata(const std::string& name);
// That of a runtime's spec_version in a vector.
Metadata TestMetadata(int spec);

// The bytes of some value of the type, always the same: `items` in its
// outermost lists, 10 in those within them. It fails the test for types with
// texts, bits or eras.
std::string SomeValue(const TypeRegistry& types, TypeId id, size_t items);

// The bytes of a field of hex digits.
std::string Hex(const nlohmann::json& hex);

}  // namespace sn37::chain

#endif  // CHAIN_CODEC_TESTING_H_
