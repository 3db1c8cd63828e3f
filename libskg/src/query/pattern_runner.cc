// From a query document to the public result: terms are decoded here, late and
// in batches.

#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "query/evaluation.h"
#include "query/pattern_query.h"
#include "query/term_names.h"

namespace skg::query {
namespace {

using storage::Record;
using storage::StatementRow;

// Terms of so many rows are held at a time.
constexpr size_t kRowsPerBatch = 1024;

class Decoder {
 public:
  Decoder(Evaluation& evaluation, bool metadata, bool identity)
      : evaluation_(evaluation),
        names_(evaluation),
        metadata_(metadata),
        identity_(identity) {}

  absl::Status Rows(const std::vector<StatementRow>& rows,
                    std::vector<Statement>& out) {
    out.reserve(rows.size());
    for (size_t begin = 0; begin < rows.size(); begin += kRowsPerBatch) {
      const size_t end = std::min(rows.size(), begin + kRowsPerBatch);
      std::vector<rdf::TermId> ids;
      for (size_t i = begin; i < end; ++i) {
        const storage::StatementKey& key = rows[i].key;
        ids.insert(ids.end(),
                   {key.subject, key.predicate, key.object, key.graph});
      }
      SKG_RETURN_IF_ERROR(names_.Load(ids));
      for (size_t i = begin; i < end; ++i)
        SKG_RETURN_IF_ERROR(Row(rows[i], out.emplace_back()));
    }
    return absl::OkStatus();
  }

  absl::Status Bindings(const std::vector<std::vector<rdf::TermId>>& rows,
                        std::vector<std::vector<std::string>>& out) {
    out.reserve(rows.size());
    for (const std::vector<rdf::TermId>& row : rows) {
      SKG_RETURN_IF_ERROR(names_.Load(row));
      std::vector<std::string>& values = out.emplace_back();
      values.reserve(row.size());
      for (const rdf::TermId id : row) {
        SKG_RETURN_IF_ERROR(Keep(values.emplace_back(names_.Name(id))));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Edges(const std::vector<PatternAnswer::Edge>& edges,
                     std::vector<TraversalEdge>& out) {
    out.reserve(edges.size());
    for (const PatternAnswer::Edge& edge : edges) {
      const rdf::TermId ids[] = {edge.source, edge.target, edge.predicate};
      SKG_RETURN_IF_ERROR(names_.Load(ids));
      TraversalEdge& shown = out.emplace_back();
      shown.source = names_.Name(edge.source);
      shown.target = names_.Name(edge.target);
      shown.predicate = names_.Name(edge.predicate);
      shown.depth = edge.depth;
      shown.weight = edge.weight;
      SKG_RETURN_IF_ERROR(Keep(shown.target));
    }
    return absl::OkStatus();
  }

 private:
  // The answer's own text counts too: terms may be large.
  absl::Status Keep(const std::string& text) {
    return evaluation_.memory.Reserve(text.size());
  }

  absl::Status Row(const StatementRow& row, Statement& out) {
    SKG_RETURN_IF_ERROR(evaluation_.Tick());
    out.subject = names_.Name(row.key.subject);
    out.predicate = names_.Name(row.key.predicate);
    out.object = names_.Name(row.key.object);
    out.graph = names_.Name(row.key.graph);
    out.weight = row.weight;
    out.edge = row.key.edge;
    out.version = row.commit;
    out.created_commit = row.commit;
    SKG_RETURN_IF_ERROR(Keep(out.subject));
    SKG_RETURN_IF_ERROR(Keep(out.object));
    if (row.has_record && (metadata_ || identity_)) {
      SKG_ASSIGN_OR_RETURN(Record record, evaluation_.view.ReadRecord(row));
      out.created_commit = record.created_commit;
      if (metadata_) {
        SKG_RETURN_IF_ERROR(Keep(record.metadata));
        out.metadata = std::move(record.metadata);
        out.valid_from = record.valid_from;
        out.valid_to = record.valid_to;
        out.source = std::move(record.source);
      }
    }
    if (metadata_ && out.metadata.empty()) out.metadata = "{}";
    return identity_ ? Identity(row, out) : absl::OkStatus();
  }

  absl::Status Identity(const StatementRow& row, Statement& out) {
    SKG_ASSIGN_OR_RETURN(const Uuid id, evaluation_.view.StatementId(row.key));
    out.id = id.ToString();
    SKG_ASSIGN_OR_RETURN(out.created_at, TimeOf(out.created_commit));
    SKG_ASSIGN_OR_RETURN(out.updated_at, TimeOf(out.version));
    return absl::OkStatus();
  }

  absl::StatusOr<absl::Time> TimeOf(uint64_t commit) {
    const auto found = times_.find(commit);
    if (found != times_.end()) return found->second;
    SKG_ASSIGN_OR_RETURN(const absl::Time time,
                         evaluation_.view.TimeOfCommit(commit));
    times_.emplace(commit, time);
    return time;
  }

  Evaluation& evaluation_;
  TermNames names_;
  bool metadata_;
  bool identity_;
  absl::flat_hash_map<uint64_t, absl::Time> times_;
};

}  // namespace

absl::StatusOr<PatternResult> RunPatternQuery(
    const storage::ReadView& view, const rdf::NameSpace& names,
    const PatternQuery& query, const PatternQueryOptions& options) {
  const Cancellation cancellation(options.deadline);
  const PatternLimits limits{.cancellation = &cancellation,
                             .memory_bytes = options.memory_bytes};
  SKG_ASSIGN_OR_RETURN(PatternAnswer answer,
                       EvaluatePatternQuery(view, names, query, limits));

  PatternResult result;
  result.form = query.form;
  result.include_metadata = query.include_metadata;
  Evaluation evaluation{.view = view,
                        .names = names,
                        .cancellation = &cancellation,
                        .memory = MemoryAccount(options.memory_bytes)};
  Decoder decoder(evaluation, query.include_metadata, options.include_identity);
  SKG_RETURN_IF_ERROR(decoder.Rows(answer.rows, result.statements));
  SKG_RETURN_IF_ERROR(decoder.Bindings(answer.bindings, result.bindings));
  SKG_RETURN_IF_ERROR(decoder.Edges(answer.edges, result.edges));
  result.variables = std::move(answer.variables);
  if (query.form == PatternResult::Form::kTraversal) {
    SKG_ASSIGN_OR_RETURN(const rdf::Term start,
                         names.ToTerm(query.traversal.start));
    result.start = names.ToName(start);
  }
  return result;
}

}  // namespace skg::query
