// The operators of JSON pattern queries.

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status.h"
#include "query/conjunction.h"
#include "query/evaluation.h"
#include "query/participation.h"
#include "query/pattern_query.h"
#include "query/pattern_scan.h"
#include "query/row_order.h"
#include "query/solution_collector.h"
#include "query/top_k.h"
#include "query/traversal.h"

namespace skg::query {
namespace {

// What one pattern takes away under NOT. Where it shares variables with the
// positive pattern, all triples whose values of those it matches (an
// anti-join); else the triples it matches.
class Exclusion {
 public:
  Exclusion(Evaluation& evaluation, const ResolvedPattern& positive,
            const ResolvedPattern& negative)
      : evaluation_(evaluation), positive_(positive), negative_(negative) {
    for (size_t i = 0; i < 3; ++i) {
      if (negative.variable[i] == ResolvedPattern::kNone) continue;
      for (const auto& place : positive.places) {
        if (place.variable == negative.variable[i])
          shared_.push_back({place.position, i});
      }
    }
  }

  // Reads the negative pattern once where that costs less than to look it up
  // for each triple, and fits.
  absl::Status Prepare() {
    if (shared_.empty() || negative_.matches_nothing) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const uint64_t negatives,
                         CountOf(evaluation_, negative_));
    const uint64_t bytes = negatives * 2 * (sizeof(Triple) + 1);
    if (bytes > evaluation_.memory.limit() / 4) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(const uint64_t positives,
                         CountOf(evaluation_, positive_));
    if (negatives > positives * evaluation_.rows_per_lookup)
      return absl::OkStatus();
    SKG_RETURN_IF_ERROR(evaluation_.memory.Reserve(bytes));
    SKG_ASSIGN_OR_RETURN(PatternScan scan,
                         PatternScan::Open(evaluation_, negative_));
    std::vector<StatementRow> rows;
    while (true) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan.Next(rows));
      if (!more) break;
      for (const StatementRow& row : rows) {
        SKG_RETURN_IF_ERROR(evaluation_.Tick());
        const Triple triple = TripleOf(row);
        Triple values;
        for (const Shared& shared : shared_)
          values[shared.negative] = triple[shared.negative];
        read_.insert(values);
      }
    }
    is_read_ = true;
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Excludes(const StatementRow& row) {
    if (negative_.matches_nothing) return false;
    if (shared_.empty()) return Matches(evaluation_, negative_, row);
    const Triple triple = TripleOf(row);
    Triple values;
    for (const Shared& shared : shared_)
      values[shared.negative] = triple[shared.positive];
    if (is_read_) return read_.contains(values);
    return Exists(evaluation_, negative_, values);
  }

 private:
  struct Shared {
    size_t positive;  // position of the variable in the positive pattern
    size_t negative;
  };

  Evaluation& evaluation_;
  const ResolvedPattern& positive_;
  const ResolvedPattern& negative_;
  std::vector<Shared> shared_;
  bool is_read_ = false;
  absl::flat_hash_set<Triple> read_;
};

uint64_t Capacity(const PatternQuery& query) {
  return query.limit > UINT64_MAX - query.offset ? UINT64_MAX
                                                 : query.offset + query.limit;
}

class Evaluator {
 public:
  Evaluator(Evaluation& evaluation, const PatternQuery& query)
      : evaluation_(evaluation),
        query_(query),
        order_(evaluation, query.order, query.descending),
        rows_(Capacity(query), evaluation) {}

  absl::StatusOr<PatternAnswer> Run() {
    for (const TextPattern& pattern : query_.patterns) {
      SKG_ASSIGN_OR_RETURN(
          ResolvedPattern resolved,
          ResolvePattern(evaluation_, pattern, answer_.variables));
      patterns_.push_back(std::move(resolved));
    }
    switch (query_.op) {
      case PatternOperator::kAnd:
        SKG_RETURN_IF_ERROR(RunAnd());
        break;
      case PatternOperator::kOr:
        SKG_RETURN_IF_ERROR(RunUnion());
        break;
      case PatternOperator::kNot:
        SKG_RETURN_IF_ERROR(RunNot());
        break;
    }
    SKG_ASSIGN_OR_RETURN(answer_.rows, rows_.Take(query_.offset));
    if (!has_bindings()) answer_.variables.clear();
    return std::move(answer_);
  }

 private:
  absl::Status RunAnd() {
    if (patterns_.size() == 1) return RunUnion();
    for (const ResolvedPattern& pattern : patterns_) {
      SKG_ASSIGN_OR_RETURN(const bool exists, Exists(evaluation_, pattern));
      if (!exists) return absl::OkStatus();
    }
    // Patterns without variables join with nothing: each of their matches
    // takes part.
    const auto with_variables =
        std::count_if(patterns_.begin(), patterns_.end(),
                      [](const auto& p) { return !p.places.empty(); });
    return with_variables > 1 ? RunJoin() : RunUnion();
  }

  absl::Status RunJoin() {
    std::vector<uint64_t> counts;
    for (const ResolvedPattern& pattern : patterns_) {
      SKG_ASSIGN_OR_RETURN(const uint64_t count, CountOf(evaluation_, pattern));
      counts.push_back(count);
    }
    SKG_ASSIGN_OR_RETURN(const std::vector<Component> components,
                         SolveConjunction(evaluation_, patterns_, counts));
    if (components.empty()) return absl::OkStatus();
    Participation participation(evaluation_, patterns_, counts, components);
    SKG_RETURN_IF_ERROR(participation.CollectRows(order_, rows_));
    SKG_ASSIGN_OR_RETURN(answer_.bindings, participation.FirstSolutions(
                                               answer_.variables.size(),
                                               query_.offset, query_.limit));
    return absl::OkStatus();
  }

  absl::Status RunUnion() {
    std::vector<const ResolvedPattern*> all;
    for (const ResolvedPattern& pattern : patterns_) all.push_back(&pattern);
    SolutionCollector solutions(evaluation_, all, answer_.variables.size(),
                                Capacity(query_));
    for (size_t i = 0; i < patterns_.size(); ++i) {
      SKG_RETURN_IF_ERROR(Collect(
          patterns_[i], i, &solutions,
          [&](const StatementRow& row) { return MatchesEarlier(i, row); }));
    }
    return TakeSolutions(solutions);
  }

  absl::Status RunNot() {
    // Alone it is taken from everything, and binds nothing.
    const bool alone = patterns_.size() == 1;
    const ResolvedPattern everything{};
    const ResolvedPattern& positive = alone ? everything : patterns_.front();
    std::vector<std::unique_ptr<Exclusion>> exclusions;
    for (size_t i = alone ? 0 : 1; i < patterns_.size(); ++i) {
      exclusions.push_back(
          std::make_unique<Exclusion>(evaluation_, positive, patterns_[i]));
      SKG_RETURN_IF_ERROR(exclusions.back()->Prepare());
    }
    // Only the positive pattern's variables have values.
    answer_.variables.resize(positive.places.size());
    SolutionCollector solutions(evaluation_, {&positive},
                                answer_.variables.size(), Capacity(query_));
    excluded_spoil_solutions_ = true;
    SKG_RETURN_IF_ERROR(Collect(
        positive, 0, &solutions,
        [&](const StatementRow& row) -> absl::StatusOr<bool> {
          for (const auto& exclusion : exclusions) {
            SKG_ASSIGN_OR_RETURN(const bool excluded, exclusion->Excludes(row));
            if (excluded) return true;
          }
          return false;
        }));
    return TakeSolutions(solutions);
  }

  // Offers the matches of one pattern but for those that `excludes` names.
  // These give no row; whether they give a solution depends on the operator.
  template <typename Excludes>
  absl::Status Collect(const ResolvedPattern& pattern, size_t number,
                       SolutionCollector* solutions, Excludes excludes) {
    const bool has_solutions = has_bindings() && !pattern.places.empty();
    SKG_ASSIGN_OR_RETURN(PatternScan scan,
                         PatternScan::Open(evaluation_, pattern));
    std::vector<StatementRow> batch;
    std::vector<std::string> keys;
    while (true) {
      SKG_ASSIGN_OR_RETURN(const bool more, scan.Next(batch));
      if (!more) return absl::OkStatus();
      const std::string* bound = rows_.bound();
      if (has_solutions && bound != nullptr) {
        const std::string* other = solutions->bound();
        bound = other == nullptr || *other > *bound ? other : bound;
      }
      SKG_RETURN_IF_ERROR(order_.Keys(batch, bound, keys));
      for (size_t i = 0; i < batch.size(); ++i) {
        SKG_RETURN_IF_ERROR(evaluation_.Tick());
        if (keys[i].empty()) continue;  // beyond both pages
        SKG_ASSIGN_OR_RETURN(const bool excluded, excludes(batch[i]));
        if (!excluded) SKG_RETURN_IF_ERROR(rows_.Offer(keys[i], batch[i]));
        if (has_solutions && !(excluded && excluded_spoil_solutions_)) {
          SKG_RETURN_IF_ERROR(
              solutions->Add(number, TripleOf(batch[i]), keys[i]));
        }
      }
    }
  }

  absl::StatusOr<bool> MatchesEarlier(size_t pattern, const StatementRow& row) {
    for (size_t i = 0; i < pattern; ++i) {
      SKG_ASSIGN_OR_RETURN(const bool matches,
                           Matches(evaluation_, patterns_[i], row));
      if (matches) return true;
    }
    return false;
  }

  absl::Status TakeSolutions(SolutionCollector& solutions) {
    SKG_ASSIGN_OR_RETURN(answer_.bindings, solutions.Take(query_.offset));
    return absl::OkStatus();
  }

  // The form `pattern` shows no bindings.
  [[nodiscard]] bool has_bindings() const {
    return query_.form == PatternResult::Form::kPatterns;
  }

  Evaluation& evaluation_;
  const PatternQuery& query_;
  std::vector<ResolvedPattern> patterns_;
  RowOrder order_;
  TopK<StatementRow> rows_;
  bool excluded_spoil_solutions_ = false;
  PatternAnswer answer_;
};

}  // namespace

absl::StatusOr<PatternAnswer> EvaluatePatternQuery(
    const storage::ReadView& view, const rdf::NameSpace& names,
    const PatternQuery& query, const PatternLimits& limits) {
  Evaluation evaluation{.view = view,
                        .names = names,
                        .cancellation = limits.cancellation,
                        .memory = MemoryAccount(limits.memory_bytes),
                        .rows_per_lookup = limits.rows_per_lookup,
                        .valid_at = query.valid_at};
  SKG_RETURN_IF_ERROR(evaluation.Check());
  if (query.form == PatternResult::Form::kTraversal) {
    return Traverse(evaluation, query.traversal, query.limit);
  }
  return Evaluator(evaluation, query).Run();
}

}  // namespace skg::query
