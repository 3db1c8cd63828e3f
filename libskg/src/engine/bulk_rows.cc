#include "engine/bulk_rows.h"

#include <utility>
#include <vector>

#include "base/status.h"
#include "base/strings.h"
#include "skg/field_error.h"
#include "storage/statement_id.h"

namespace skg::engine {
namespace {

void CheckKind(std::string_view problem, const char* field,
               std::vector<FieldError>& errors) {
  if (!problem.empty())
    errors.push_back({{field}, std::string(problem), "wrong_type"});
}

}  // namespace

absl::Status BulkRows::Prepare(rdf::Quad& quad) const {
  if (quad.in_default_graph()) quad.graph = graph_;
  std::vector<FieldError> errors;
  CheckKind(SubjectError(quad.subject.kind), "subject", errors);
  CheckKind(PredicateError(quad.predicate.kind), "predicate", errors);
  CheckKind(GraphError(quad.graph.kind), "graph", errors);
  const std::pair<const char*, const rdf::Term*> fields[] = {
      {"subject", &quad.subject},
      {"predicate", &quad.predicate},
      {"object", &quad.object},
      {"graph", &quad.graph}};
  for (const auto& [field, term] : fields) {
    if (const absl::Status size = store_.CheckTermSize(*term); !size.ok())
      errors.push_back({{field}, std::string(sv(size.message())), "too_long"});
  }
  if (!errors.empty()) return FieldErrorStatus(errors);
  for (rdf::Term* term : {&quad.subject, &quad.object, &quad.graph})
    blank_nodes_.Resolve(*term);
  return absl::OkStatus();
}

storage::LoadBlock::Full& BulkRows::AddFull(
    const rdf::Quad& quad, uint32_t edge,
    storage::LoadBlockBuilder& builder) const {
  storage::LoadBlock::Full full;
  const bool named = !quad.in_default_graph();
  if (named) full.key.graph = builder.IdOf(quad.graph);
  full.key.subject = builder.IdOf(quad.subject);
  full.key.predicate = builder.IdOf(quad.predicate);
  full.key.object = builder.IdOf(quad.object);
  full.key.edge = edge;
  if (statement_ids_) {
    full.id =
        storage::StatementUuid(uuid_, quad.subject, quad.predicate, quad.object,
                               named ? &quad.graph : nullptr, edge);
  }
  return builder.block().full.emplace_back(full);
}

absl::Status BulkRows::Add(rdf::Quad& quad,
                           storage::LoadBlockBuilder& builder) const {
  SKG_RETURN_IF_ERROR(Prepare(quad));
  if (statement_ids_ || !quad.in_default_graph()) {
    AddFull(quad, 0, builder).kind =
        storage::WriteOperation::Kind::kAddIfAbsent;
    return absl::OkStatus();
  }
  storage::LoadBlock::Plain plain;
  plain.subject = builder.IdOf(quad.subject);
  plain.predicate = builder.IdOf(quad.predicate);
  plain.object = builder.IdOf(quad.object);
  builder.block().plain.push_back(plain);
  return absl::OkStatus();
}

absl::Status BulkRows::Add(rdf::Quad& quad, const StatementDetails& details,
                           bool if_absent,
                           storage::LoadBlockBuilder& builder) const {
  SKG_RETURN_IF_ERROR(Prepare(quad));
  storage::LoadBlock::Full& full = AddFull(quad, details.edge, builder);
  full.weight = details.weight;
  if (if_absent) full.kind = storage::WriteOperation::Kind::kAddIfAbsent;
  if (details.has_record()) {
    builder.block().records.push_back(details.record);
    full.record = static_cast<uint32_t>(builder.block().records.size());
  }
  return absl::OkStatus();
}

}  // namespace skg::engine
