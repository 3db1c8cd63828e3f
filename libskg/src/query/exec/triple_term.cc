// Takes triple terms of a column apart (RDF 1.2).
#include <array>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status.h"
#include "query/exec/operators.h"
#include "query/exec/triple_cursor.h"

namespace skg::query::exec {
namespace {

using plan::Place;
using rdf::TermId;
using Parts = std::array<TermId, 3>;

class TripleTermMatch final : public Operator {
 public:
  TripleTermMatch(const plan::PlanNode& node, const Parameters& given,
                  Context& context, OperatorPtr input)
      : Operator(node, context), input_(std::move(input)) {
    const auto& step = std::get<plan::TripleTermStep>(node.step);
    places_ = {Resolve(step.subject, given), Resolve(step.predicate, given),
               Resolve(step.object, given)};
    source_ = *input_->node().Column(step.source);
    for (const Variable v : node.schema)
      columns_.push_back(input_->node().Column(v));
  }

 protected:
  absl::StatusOr<bool> Pull(Batch& batch) override {
    SKG_ASSIGN_OR_RETURN(const bool more, input_->Next(rows_));
    if (!more) return false;
    SKG_RETURN_IF_ERROR(Decode(rows_.columns[source_]));
    for (size_t row = 0; row < rows_.rows; ++row) {
      const auto parts = known_.find(rows_.columns[source_][row]);
      if (parts == known_.end() || !Matches(parts->second, row)) continue;
      for (size_t c = 0; c < columns_.size(); ++c) {
        batch.columns[c].push_back(columns_[c]
                                       ? rows_.columns[*columns_[c]][row]
                                       : ValueOf(schema()[c], parts->second));
      }
      ++batch.rows;
    }
    return true;
  }

 private:
  static bool MayBeTriple(TermId id) {
    return id.tag() == rdf::TermTag::kTripleTerm || id.in_arena();
  }

  // Afterwards the triple terms among `ids` are in `known_`, and no others.
  absl::Status Decode(const std::vector<TermId>& ids) {
    known_.clear();
    std::vector<TermId> asked;
    for (const TermId id : ids) {
      if (MayBeTriple(id) && known_.try_emplace(id).second) asked.push_back(id);
    }
    std::vector<rdf::Term> terms;
    SKG_RETURN_IF_ERROR(context().terms.Decode(asked, &terms));
    for (size_t i = 0; i < asked.size(); ++i) {
      SKG_RETURN_IF_ERROR(context().Tick());
      if (terms[i].kind != rdf::TermKind::kTripleTerm) {
        known_.erase(asked[i]);
        continue;
      }
      const rdf::TripleTerm& triple = *terms[i].triple;
      Parts& parts = known_[asked[i]];
      SKG_ASSIGN_OR_RETURN(parts[0], context().terms.IdOf(triple.subject));
      SKG_ASSIGN_OR_RETURN(parts[1], context().terms.IdOf(triple.predicate));
      SKG_ASSIGN_OR_RETURN(parts[2], context().terms.IdOf(triple.object));
    }
    return absl::OkStatus();
  }

  bool Matches(const Parts& parts, size_t row) const {
    for (size_t i = 0; i < 3; ++i) {
      const Place& place = places_[i];
      if (place.kind == Place::Kind::kConstant && place.id != parts[i])
        return false;
      if (place.kind != Place::Kind::kVariable) continue;
      const auto column = input_->node().Column(place.variable);
      if (column && rows_.columns[*column][row] != parts[i]) return false;
      for (size_t j = 0; j < i; ++j) {
        if (places_[j].kind == Place::Kind::kVariable &&
            places_[j].variable == place.variable && parts[j] != parts[i]) {
          return false;
        }
      }
    }
    return true;
  }
  TermId ValueOf(Variable v, const Parts& parts) const {
    for (size_t i = 0; i < 3; ++i) {
      if (places_[i].kind == Place::Kind::kVariable && places_[i].variable == v)
        return parts[i];
    }
    return {};
  }

  OperatorPtr input_;
  std::array<Place, 3> places_;
  size_t source_ = 0;
  std::vector<std::optional<size_t>> columns_;  // of the input
  Batch rows_;
  absl::flat_hash_map<TermId, Parts> known_;
};

}  // namespace

OperatorResult MakeTripleTermMatch(const plan::PlanNode& node,
                                   const Parameters& given, Context& context,
                                   OperatorPtr input) {
  return std::make_unique<TripleTermMatch>(node, given, context,
                                           std::move(input));
}

}  // namespace skg::query::exec
