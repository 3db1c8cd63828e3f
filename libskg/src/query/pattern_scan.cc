#include "query/pattern_scan.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace skg::query {
namespace {

absl::StatusOr<TermId> Lookup(const Evaluation& evaluation,
                              const std::string& text) {
  SKG_ASSIGN_OR_RETURN(const rdf::Term term, evaluation.names.ToTerm(text));
  return evaluation.view.Lookup(term);
}

int VariableNumber(const std::string& name,
                   std::vector<std::string>& variables) {
  const auto found = std::find(variables.begin(), variables.end(), name);
  const auto number = static_cast<int>(found - variables.begin());
  if (found == variables.end()) variables.push_back(name);
  return number;
}

absl::Status ResolveGraph(const Evaluation& evaluation,
                          const TextPattern& pattern, ResolvedPattern& out) {
  if (!pattern.graph.has_value()) return absl::OkStatus();
  if (pattern.graph->empty()) {
    out.scan.scope = storage::GraphScope::kDefault;
    return absl::OkStatus();
  }
  out.scan.scope = storage::GraphScope::kOne;
  SKG_ASSIGN_OR_RETURN(out.scan.graph, Lookup(evaluation, *pattern.graph));
  if (!out.scan.graph.bound()) out.matches_nothing = true;
  return absl::OkStatus();
}

bool TakesStatement(const ResolvedPattern& pattern, const StatementRow& row) {
  return pattern.scan.Matches(row.key) && row.weight >= pattern.weight_min &&
         row.weight <= pattern.weight_max;
}

// Whether every triple of the view has one statement: no named graphs, no
// parallel edges.
absl::StatusOr<bool> HasSingleStatements(Evaluation& evaluation) {
  // To count the past is to read all of it, which costs more than it saves.
  if (evaluation.view.as_of()) return false;
  if (!evaluation.single_statements.has_value()) {
    SKG_ASSIGN_OR_RETURN(const storage::Counts all,
                         evaluation.view.Count({}, evaluation.cancellation));
    SKG_ASSIGN_OR_RETURN(
        const storage::Counts named,
        evaluation.view.Count({.scope = storage::GraphScope::kNamed},
                              evaluation.cancellation));
    evaluation.single_statements =
        named.statements == 0 && all.statements == all.triples;
  }
  return *evaluation.single_statements;
}

}  // namespace

bool ResolvedPattern::Fits(const Triple& triple) const {
  const Triple constants = {scan.subject, scan.predicate, scan.object};
  if (matches_nothing) return false;
  for (size_t i = 0; i < 3; ++i) {
    if (constants[i].bound() && constants[i] != triple[i]) return false;
    for (size_t j = 0; j < i; ++j) {
      if (variable[i] != kNone && variable[i] == variable[j] &&
          triple[i] != triple[j]) {
        return false;
      }
    }
  }
  return true;
}

Triple ResolvedPattern::Values(const Triple& triple) const {
  Triple values;
  for (size_t i = 0; i < places.size(); ++i)
    values[i] = triple[places[i].position];
  return values;
}

absl::StatusOr<ResolvedPattern> ResolvePattern(
    const Evaluation& evaluation, const TextPattern& pattern,
    std::vector<std::string>& variables) {
  ResolvedPattern out;
  out.weight_min = pattern.weight_min;
  out.weight_max = pattern.weight_max;
  TermId* const constants[] = {&out.scan.subject, &out.scan.predicate,
                               &out.scan.object};
  for (size_t i = 0; i < 3; ++i) {
    const TextTerm& term = pattern.terms[i];
    switch (term.kind) {
      case TextTerm::Kind::kAny:
        out.has_wildcard = true;
        break;
      case TextTerm::Kind::kVariable: {
        const int number = VariableNumber(term.text, variables);
        const bool repeated =
            std::find(out.variable.begin(), out.variable.end(), number) !=
            out.variable.end();
        if (!repeated) out.places.push_back({number, i});
        out.variable[i] = number;
        break;
      }
      case TextTerm::Kind::kTerm: {
        SKG_ASSIGN_OR_RETURN(*constants[i], Lookup(evaluation, term.text));
        if (!constants[i]->bound()) out.matches_nothing = true;
        break;
      }
    }
  }
  SKG_RETURN_IF_ERROR(ResolveGraph(evaluation, pattern, out));
  return out;
}

absl::StatusOr<PatternScan> PatternScan::Open(Evaluation& evaluation,
                                              const ResolvedPattern& pattern,
                                              const Triple& bound) {
  if (pattern.matches_nothing) return PatternScan(evaluation, nullptr, pattern);
  storage::ScanPattern scan = pattern.scan;
  if (!scan.subject.bound()) scan.subject = bound[0];
  if (!scan.predicate.bound()) scan.predicate = bound[1];
  if (!scan.object.bound()) scan.object = bound[2];
  storage::ScanOptions options;
  options.cancellation = evaluation.cancellation;
  SKG_ASSIGN_OR_RETURN(auto cursor, evaluation.view.Scan(scan, options));
  return PatternScan(evaluation, std::move(cursor), pattern);
}

absl::StatusOr<bool> PatternScan::Next(std::vector<StatementRow>& rows) {
  rows.clear();
  while (cursor_ != nullptr && rows.empty()) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor_->Next(batch_));
    if (!more) {
      cursor_ = nullptr;
      break;
    }
    for (size_t i = 0; i < batch_.size(); ++i) {
      const float weight = batch_.weight[i];
      if (weight < pattern_->weight_min || weight > pattern_->weight_max)
        continue;
      const Triple triple = {batch_.subject[i], batch_.predicate[i],
                             batch_.object[i]};
      // The statements of one triple are neighbours.
      if (last_ == triple || !pattern_->Fits(triple)) continue;
      SKG_ASSIGN_OR_RETURN(const bool holds, evaluation_->Holds(batch_.Row(i)));
      if (!holds) continue;
      last_ = triple;
      rows.push_back(batch_.Row(i));
    }
  }
  return !rows.empty();
}

absl::StatusOr<bool> Exists(Evaluation& evaluation,
                            const ResolvedPattern& pattern,
                            const Triple& bound) {
  SKG_RETURN_IF_ERROR(evaluation.Check());
  SKG_ASSIGN_OR_RETURN(PatternScan scan,
                       PatternScan::Open(evaluation, pattern, bound));
  std::vector<StatementRow> rows;
  return scan.Next(rows);
}

absl::StatusOr<bool> Matches(Evaluation& evaluation,
                             const ResolvedPattern& pattern,
                             const StatementRow& row) {
  const Triple triple = TripleOf(row);
  if (!pattern.Fits(triple)) return false;
  if (pattern.takes_any_statement() || TakesStatement(pattern, row)) {
    return true;
  }
  SKG_ASSIGN_OR_RETURN(const bool single, HasSingleStatements(evaluation));
  if (single) return false;
  return Exists(evaluation, pattern, triple);
}

absl::StatusOr<uint64_t> CountOf(const Evaluation& evaluation,
                                 const ResolvedPattern& pattern) {
  if (pattern.matches_nothing) return uint64_t{0};
  SKG_ASSIGN_OR_RETURN(
      const storage::Counts counts,
      evaluation.view.Count(pattern.scan, evaluation.cancellation));
  return counts.statements;
}

}  // namespace skg::query
