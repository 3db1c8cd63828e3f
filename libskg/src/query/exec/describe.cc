#include "query/exec/describe.h"

#include <optional>
#include <utility>
#include <vector>

#include "base/status.h"
#include "query/exec/row_set.h"
#include "query/exec/running_query.h"
#include "query/exec/triple_cursor.h"
#include "query/plan/variables.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;

class Describe final : public GraphAnswer {
 public:
  Describe(const Query& query, const storage::ReadView& view,
           const QueryOptions& options)
      : running_(query.variables, view, options) {}

  absl::Status Start(const Query& query, const storage::ReadView& view,
                     const QueryOptions& options) {
    SKG_RETURN_IF_ERROR(running_.Start(query.dataset));
    charge_.emplace(running_.context(), "description");
    resources_.emplace(1, *charge_);
    plan::VariableSet variables;
    for (const PatternTerm& term : query.describe) {
      if (term.is_term()) SKG_RETURN_IF_ERROR(Ask(term.term()));
      if (term.is_variable()) variables.Add(term.variable());
    }
    if (query.pattern == nullptr || variables.empty()) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(solutions_,
                         RunPattern(query, variables.values(), view, options));
    Batch batch;
    std::vector<std::vector<std::optional<rdf::Term>>> rows;
    for (;;) {
      SKG_ASSIGN_OR_RETURN(const bool more, solutions_->Next(batch));
      if (!more) return absl::OkStatus();
      SKG_RETURN_IF_ERROR(solutions_->Decode(batch, &rows));
      for (const auto& row : rows) {
        for (const auto& term : row) {
          if (term) SKG_RETURN_IF_ERROR(Ask(*term));
        }
      }
    }
  }

  absl::StatusOr<bool> Next(std::vector<rdf::TripleTerm>* triples) override {
    triples->clear();
    while (triples->empty()) {
      if (scan_.rows == nullptr) {
        if (next_ == resources_->size()) return false;
        const TermId subject = resources_->rows().At(next_++, 0);
        SKG_ASSIGN_OR_RETURN(
            scan_, OpenTriples(running_.context(), {}, {subject, {}, {}},
                               storage::TermOrder::kSpo));
        last_ = {};
        if (scan_.rows == nullptr) continue;
      }
      SKG_ASSIGN_OR_RETURN(const bool more, scan_.rows->Next(batch_));
      if (!more) {
        scan_.rows = nullptr;
        continue;
      }
      SKG_RETURN_IF_ERROR(Decode(triples));
    }
    return true;
  }

  // Nothing is planned where all resources are named.
  std::string ExplainText() const override {
    return solutions_ == nullptr ? std::string() : solutions_->ExplainText();
  }
  std::string ExplainJson() const override {
    return solutions_ == nullptr ? "null" : solutions_->ExplainJson();
  }

 private:
  absl::Status Ask(const rdf::Term& term) {
    SKG_ASSIGN_OR_RETURN(const TermId id,
                         running_.context().terms.Lookup(term));
    return id.bound() ? resources_->Add({id}).status() : absl::OkStatus();
  }

  absl::Status Decode(std::vector<rdf::TripleTerm>* triples) {
    std::vector<TermId> ids;
    for (size_t i = 0; i < batch_.size(); ++i) {
      // Edges and graphs of one triple are neighbours.
      const std::pair<TermId, TermId> at(batch_.predicate[i], batch_.object[i]);
      if (at == last_) continue;
      last_ = at;
      ids.insert(ids.end(), {batch_.subject[i], at.first, at.second});
      if (at.second.tag() == rdf::TermTag::kBlankNode)
        SKG_RETURN_IF_ERROR(resources_->Add({at.second}).status());
    }
    std::vector<rdf::Term> terms;
    SKG_RETURN_IF_ERROR(running_.context().terms.Decode(ids, &terms));
    for (size_t i = 0; i < terms.size(); i += 3) {
      triples->push_back({std::move(terms[i]), std::move(terms[i + 1]),
                          std::move(terms[i + 2])});
    }
    return absl::OkStatus();
  }

  RunningQuery running_;
  std::unique_ptr<Solutions> solutions_;  // of the pattern; null: none
  std::optional<MemoryCharge> charge_;
  std::optional<RowSet> resources_;  // in the sequence of their description
  size_t next_ = 0;
  TripleCursor scan_;
  storage::StatementBatch batch_;
  std::pair<TermId, TermId> last_;  // predicate and object
};

}  // namespace

absl::StatusOr<std::unique_ptr<GraphAnswer>> RunDescribe(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options) {
  auto answer = std::make_unique<Describe>(query, view, options);
  SKG_RETURN_IF_ERROR(answer->Start(query, view, options));
  return answer;
}

}  // namespace skg::query::exec
