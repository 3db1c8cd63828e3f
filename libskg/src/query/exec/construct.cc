#include "query/exec/construct.h"

#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/exec/triple_set.h"
#include "query/plan/variables.h"

namespace skg::query::exec {
namespace {

using Row = std::vector<std::optional<rdf::Term>>;

class Construct final : public GraphAnswer {
 public:
  Construct(std::unique_ptr<Solutions> solutions,
            std::vector<TriplePattern> triples,
            const std::vector<Variable>& columns, const QueryOptions& options)
      : solutions_(std::move(solutions)),
        template_(std::move(triples)),
        written_(solutions_->terms(), options.memory_bytes),
        // No label of the data begins so.
        label_(absl::StrCat("c", absl::Hex(std::random_device{}()),
                            absl::Hex(std::random_device{}()), "x")) {
    for (size_t i = 0; i < columns.size(); ++i) column_of_[columns[i]] = i;
  }

  absl::StatusOr<bool> Next(std::vector<rdf::TripleTerm>* triples) override {
    triples->clear();
    Batch batch;
    std::vector<Row> rows;
    while (triples->empty()) {
      SKG_ASSIGN_OR_RETURN(const bool more, solutions_->Next(batch));
      if (!more) return false;
      SKG_RETURN_IF_ERROR(solutions_->Decode(batch, &rows));
      for (const Row& row : rows) {
        ++solution_;
        for (const TriplePattern& triple : template_)
          SKG_RETURN_IF_ERROR(Fill(triple, row, triples));
      }
    }
    return true;
  }

  std::string ExplainText() const override { return solutions_->ExplainText(); }
  std::string ExplainJson() const override { return solutions_->ExplainJson(); }

 private:
  absl::Status Fill(const TriplePattern& pattern, const Row& row,
                    std::vector<rdf::TripleTerm>* triples) {
    const auto triple =
        Fill(pattern.subject, pattern.predicate, pattern.object, row);
    if (!triple) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const bool is_new, written_.Add(*triple));
    if (is_new) triples->push_back(*triple);
    return absl::OkStatus();
  }

  std::optional<rdf::TripleTerm> Fill(const PatternTerm& subject,
                                      const PatternTerm& predicate,
                                      const PatternTerm& object,
                                      const Row& row) const {
    const auto s = Fill(subject, row);
    const auto p = Fill(predicate, row);
    const auto o = Fill(object, row);
    if (!s || !p || !o || p->kind != rdf::TermKind::kIri) return std::nullopt;
    if (s->kind != rdf::TermKind::kIri && s->kind != rdf::TermKind::kBlankNode)
      return std::nullopt;
    return rdf::TripleTerm{*s, *p, *o};
  }

  std::optional<rdf::Term> Fill(const PatternTerm& term, const Row& row) const {
    if (term.is_variable()) {
      const auto column = column_of_.find(term.variable());
      return column == column_of_.end() ? std::nullopt : row[column->second];
    }
    if (term.is_term()) {
      if (term.term().kind != rdf::TermKind::kBlankNode) return term.term();
      return rdf::Term::BlankNode(
          absl::StrCat(label_, solution_, "x", term.term().value));
    }
    const TripleTermPattern& triple = term.triple();
    auto filled = Fill(triple.subject, triple.predicate, triple.object, row);
    if (!filled) return std::nullopt;
    return rdf::Term::Triple(std::move(filled->subject),
                             std::move(filled->predicate),
                             std::move(filled->object));
  }

  std::unique_ptr<Solutions> solutions_;
  const std::vector<TriplePattern> template_;
  TripleSet written_;
  const std::string label_;  // of this answer's blank nodes
  absl::flat_hash_map<Variable, size_t> column_of_;
  uint64_t solution_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<GraphAnswer>> RunConstruct(
    const Query& query, const storage::ReadView& view,
    const QueryOptions& options) {
  plan::VariableSet used;
  for (const TriplePattern& triple : query.construct)
    used.Add(plan::VariablesOf(triple));
  SKG_ASSIGN_OR_RETURN(auto solutions,
                       RunPattern(query, used.values(), view, options));
  return std::make_unique<Construct>(std::move(solutions), query.construct,
                                     used.values(), options);
}

}  // namespace skg::query::exec
