// Declares every source of sources.inc. An entry without its file fails to
// link.
#ifndef SN37_DATASETS_SOURCES_SOURCES_H_
#define SN37_DATASETS_SOURCES_SOURCES_H_

#include "datasets/sources/source.h"

namespace sn37::datasets {

#define SOURCE(name) extern const Source name;
#include "datasets/sources/sources.inc"
#undef SOURCE

}  // namespace sn37::datasets

#endif  // SN37_DATASETS_SOURCES_SOURCES_H_
