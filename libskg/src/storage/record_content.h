// What of a record counts when two are compared.
#pragma once

#include "storage/read_view.h"

namespace skg::storage {

// It says no more than the row and the commit do.
[[nodiscard]] inline bool SaysNothing(const Record& record) {
  return record.metadata.empty() && record.source.empty() &&
         !record.valid_from && !record.valid_to;
}

// Null: a record that says nothing. The created commit does not count.
[[nodiscard]] inline bool SameContent(const Record* a, const Record* b) {
  static const Record kNone;
  const Record& x = a != nullptr ? *a : kNone;
  const Record& y = b != nullptr ? *b : kNone;
  return x.metadata == y.metadata && x.source == y.source &&
         x.valid_from == y.valid_from && x.valid_to == y.valid_to;
}

}  // namespace skg::storage
