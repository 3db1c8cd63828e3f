// KvStore in memory, for tests: copy-on-snapshot is avoided by versions.
#pragma once

#include <memory>

#include "storage/kv.h"

namespace skg::storage {

// Everything is lost with the object. Sync is a no-op that counts.
[[nodiscard]] std::unique_ptr<KvStore> MakeMemoryKv();

}  // namespace skg::storage
