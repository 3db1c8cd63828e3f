// What the entries of a text or vector index belong to.
#pragma once

#include <cstdint>

namespace skg {

enum class IndexOver : uint8_t {
  kNodes,       // subjects and objects
  kStatements,  // each by itself, edges apart
};

}  // namespace skg
