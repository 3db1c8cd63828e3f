#include "query/statement_field.h"

#include <array>

namespace skg::query {

std::string_view NameOf(StatementField field) {
  // In the order of StatementField.
  static constexpr std::array<std::string_view, 9> kNames = {
      "subject", "predicate", "object",  "graph",     "edge",
      "weight",  "version",   "created", "has_record"};
  return kNames[static_cast<size_t>(field)];
}

}  // namespace skg::query
