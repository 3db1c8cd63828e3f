#include "storage/statement_id.h"

#include <string>

#include "rdf/name.h"

namespace skg::storage {

Uuid StatementUuid(const Uuid& graph_uuid, const rdf::Term& subject,
                   const rdf::Term& predicate, const rdf::Term& object,
                   const rdf::Term* graph, uint32_t edge) {
  std::string line;
  rdf::AppendNTriples(subject, line);
  line.push_back(' ');
  rdf::AppendNTriples(predicate, line);
  line.push_back(' ');
  rdf::AppendNTriples(object, line);
  if (graph != nullptr) {
    line.push_back(' ');
    rdf::AppendNTriples(*graph, line);
  }
  if (edge != 0) line.append(" #").append(std::to_string(edge));
  return NameUuid(graph_uuid, line);
}

}  // namespace skg::storage
