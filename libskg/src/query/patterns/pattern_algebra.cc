#include "query/patterns/pattern_algebra.h"

#include <algorithm>
#include <map>
#include <memory>
#include <numeric>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/algebra.h"
#include "query/patterns/pattern_expressions.h"
#include "query/patterns/pattern_order.h"
#include "query/patterns/resolved_pattern.h"

namespace skg::query {
namespace {

using Field = StatementField;
using Columns = StatementFieldColumns;
using Numbers = std::vector<size_t>;

// The only input, or what has all of them.
template <typename Node>
AlgebraPtr OfAll(std::vector<AlgebraPtr> inputs) {
  if (inputs.size() == 1) return std::move(inputs[0]);
  return MakeAlgebra(Node{std::move(inputs)});
}

// Variables that stand for others in one place of a query.
using Renames = std::map<Variable, Variable>;

class Translator {
 public:
  explicit Translator(const PatternQuery& query) : query_(query) {}

  absl::StatusOr<PatternAlgebra> Run(const rdf::NameSpace& names) {
    SKG_ASSIGN_OR_RETURN(patterns_,
                         ResolvePatterns(query_.patterns, names, &table_));
    // Alone, NOT is taken from everything, and binds nothing.
    if (query_.op == PatternOperator::kNot && patterns_.size() == 1) {
      patterns_.insert(patterns_.begin(), ResolvedPattern{});
      patterns_[0].has_wildcard = true;
      for (Variable& v : patterns_[0].variables) v = NewVariable();
    }
    for (const Field field : kRowFields)
      row_columns_.emplace_back(field, NewVariable());
    if (OrdersBy(query_.order, Field::kCreated))
      row_columns_.emplace_back(Field::kCreated, NewVariable());

    PatternAlgebra out;
    AlgebraPtr rows = Ordered(Rows(), KeysOf(query_, row_columns_));
    std::vector<Variable> result;
    for (size_t i = 0; i < kRowFields.size(); ++i)
      result.push_back(row_columns_[i].second);
    out.rows = Finished(std::move(rows), result, false);
    FindSolutions(out);
    if (out.solutions) out.solutions->variables = table_;
    out.rows.variables = table_;
    return out;
  }

 private:
  Variable NewVariable() {
    table_.names.emplace_back(".");
    return static_cast<Variable>(table_.names.size() - 1);
  }
  [[nodiscard]] Variable RowVariable(size_t place) const {
    return row_columns_[place].second;
  }

  AlgebraPtr Leaf(const ResolvedPattern& pattern, Columns columns = {},
                  const Renames& renames = {}) const {
    StatementPattern statement;
    PatternTerm* const places[] = {&statement.triple.subject,
                                   &statement.triple.predicate,
                                   &statement.triple.object};
    for (size_t i = 0; i < 3; ++i) {
      if (pattern.terms[i]) {
        places[i]->value = *pattern.terms[i];
      } else {
        const auto renamed = renames.find(pattern.variables[i]);
        places[i]->value =
            renamed == renames.end() ? pattern.variables[i] : renamed->second;
      }
    }
    statement.all_graphs = pattern.all_graphs;
    statement.min_weight = pattern.min_weight;
    statement.max_weight = pattern.max_weight;
    statement.columns = std::move(columns);
    Bgp bgp;
    bgp.statements.push_back(std::move(statement));
    AlgebraPtr leaf = MakeAlgebra(std::move(bgp));
    if (!pattern.graph) return leaf;
    return MakeAlgebra(
        GraphPattern{PatternTerm{*pattern.graph}, std::move(leaf)});
  }
  AlgebraPtr LeavesOf(const Numbers& numbers, const Renames& renames) const {
    std::vector<AlgebraPtr> leaves;
    for (const size_t i : numbers)
      leaves.push_back(Leaf(patterns_[i], {}, renames));
    return OfAll<Join>(std::move(leaves));
  }
  // One empty solution if these patterns hold together.
  AlgebraPtr Holds(const Numbers& numbers) const {
    return MakeAlgebra(
        Slice{MakeAlgebra(Project{LeavesOf(numbers, {}), {}}), 0, 1});
  }

  // --- Conditions on rows -----------------------------------------------

  // That what `given` leaves open of these patterns holds: a condition for each
  // part of them that nothing else connects.
  std::vector<Expression> Existences(const Numbers& others,
                                     std::span<const Variable> given,
                                     const Renames& renames) const {
    std::vector<Expression> conditions;
    for (const Numbers& group : ConnectedPatterns(patterns_, others, given)) {
      conditions.push_back(Exists(LeavesOf(group, renames)));
    }
    return conditions;
  }

  // That a row of pattern `row` is one that pattern `other` finds, together
  // with those of its group. False: no row is.
  bool FoundBy(size_t other, Numbers group, size_t row, Expression* condition) {
    const ResolvedPattern& pattern = patterns_[other];
    std::vector<Expression> parts;
    Renames renames;
    std::vector<Variable> given;
    for (size_t i = 0; i < 3; ++i) {
      if (pattern.terms[i]) {
        const std::optional<rdf::Term>& own = patterns_[row].terms[i];
        if (own && *own != *pattern.terms[i]) return false;
        if (!own) {
          parts.push_back(
              SameTerm(RowVariable(i), ConstantExpression(*pattern.terms[i])));
        }
        continue;
      }
      const Variable v = pattern.variables[i];
      const auto [at, is_new] = renames.try_emplace(v, RowVariable(i));
      if (!is_new) {
        parts.push_back(
            SameTerm(RowVariable(i), VariableExpression(at->second)));
      }
      given.push_back(v);
    }
    std::erase(group, other);
    // What the row's own pattern binds is another match.
    for (const size_t i : group) {
      for (const Variable v : patterns_[i].variables) {
        if (!renames.contains(v)) renames.emplace(v, NewVariable());
      }
    }
    for (Expression& part : Existences(group, given, renames))
      parts.push_back(std::move(part));
    if (!pattern.takes_any_statement()) {
      parts.push_back(Exists(Leaf(pattern, {}, renames)));
    }
    *condition = AllOf(std::move(parts));
    return true;
  }

  // --- Rows -------------------------------------------------------------

  // A triple is shown with the statement by which the first pattern finds it:
  // later ones leave it out.
  AlgebraPtr Rows() {
    switch (query_.op) {
      case PatternOperator::kAnd:
        return ConjunctionRows();
      case PatternOperator::kOr:
        return DisjunctionRows();
      case PatternOperator::kNot:
        return NegationRows(row_columns_);
    }
    return nullptr;
  }

  AlgebraPtr DisjunctionRows() {
    std::vector<AlgebraPtr> inputs;
    for (size_t i = 0; i < patterns_.size(); ++i) {
      std::vector<Expression> conditions;
      for (size_t j = 0; j < i; ++j) {
        Expression found;
        if (FoundBy(j, {j}, i, &found))
          conditions.push_back(Not(std::move(found)));
      }
      inputs.push_back(
          Filtered(Leaf(patterns_[i], row_columns_), std::move(conditions)));
    }
    return OfAll<Union>(std::move(inputs));
  }

  AlgebraPtr ConjunctionRows() {
    const std::vector<Numbers> groups = Groups();
    std::vector<AlgebraPtr> inputs(patterns_.size());
    std::vector<const Numbers*> group_of(patterns_.size());
    for (const Numbers& group : groups) {
      for (const size_t i : group) group_of[i] = &group;
    }
    for (size_t i = 0; i < patterns_.size(); ++i) {
      Numbers others = *group_of[i];
      std::erase(others, i);
      std::vector<Expression> conditions;
      for (size_t j = 0; j < i; ++j) {
        Expression found;
        if (FoundBy(j, *group_of[j], i, &found))
          conditions.push_back(Not(std::move(found)));
      }
      inputs[i] = Filtered(TakingPart(i, others), std::move(conditions));
    }
    AlgebraPtr rows = OfAll<Union>(std::move(inputs));
    if (groups.size() == 1) return rows;
    std::vector<AlgebraPtr> parts;
    parts.push_back(std::move(rows));
    for (const Numbers& group : groups) parts.push_back(Holds(group));
    return OfAll<Join>(std::move(parts));
  }

  // Matches of a pattern with which the others of its group hold. These are
  // joined as their distinct values, not asked for with EXISTS: where they are
  // few, the pattern is looked up for each.
  AlgebraPtr TakingPart(size_t i, const Numbers& others) const {
    const ResolvedPattern& pattern = patterns_[i];
    std::vector<AlgebraPtr> parts;
    parts.push_back(Leaf(pattern, row_columns_));
    for (const Numbers& group :
         ConnectedPatterns(patterns_, others, pattern.named)) {
      std::vector<Variable> shared;
      for (const Variable v : pattern.named) {
        if (std::any_of(group.begin(), group.end(), [&](size_t other) {
              return patterns_[other].Names(v);
            })) {
          shared.push_back(v);
        }
      }
      parts.push_back(MakeAlgebra(
          Distinct{MakeAlgebra(Project{LeavesOf(group, {}), shared})}));
    }
    return OfAll<Join>(std::move(parts));
  }

  // Matches of the first pattern; `columns` are read of it.
  AlgebraPtr NegationRows(const Columns& columns) {
    const ResolvedPattern& positive = patterns_[0];
    std::vector<Expression> conditions;
    for (size_t i = 1; i < patterns_.size(); ++i) {
      const bool shares =
          std::any_of(patterns_[i].named.begin(), patterns_[i].named.end(),
                      [&](Variable v) { return positive.Names(v); });
      Expression found;
      if (shares) {
        found = Exists(Leaf(patterns_[i]));
      } else if (!FoundBy(i, {i}, 0, &found)) {
        continue;
      }
      conditions.push_back(Not(std::move(found)));
    }
    return Filtered(Leaf(positive, columns), std::move(conditions));
  }

  // --- Solutions --------------------------------------------------------

  [[nodiscard]] std::vector<Numbers> Groups() const {
    Numbers all(patterns_.size());
    std::iota(all.begin(), all.end(), size_t{0});
    return ConnectedPatterns(patterns_, all, {});
  }

  void FindSolutions(PatternAlgebra& out) {
    if (query_.form != PatternResult::Form::kPatterns) return;
    std::vector<Variable> result;
    for (size_t i = 0; i < patterns_.size(); ++i) {
      if (query_.op == PatternOperator::kNot && i > 0) break;
      for (const Variable v : patterns_[i].named) {
        if (std::find(result.begin(), result.end(), v) == result.end())
          result.push_back(v);
      }
    }
    if (result.empty()) return;
    for (const Variable v : result) out.variables.push_back(table_.names[v]);
    const bool one =
        query_.op == PatternOperator::kNot || patterns_.size() == 1;
    if (one && !patterns_[0].has_wildcard) {
      // Each row is another solution, in the order of the rows.
      for (const Variable v : result)
        out.row_columns.push_back(patterns_[0].PlaceOf(v));
      return;
    }
    bool repeats = false;
    AlgebraPtr pattern = query_.op == PatternOperator::kOr
                             ? DisjunctionSolutions(&repeats)
                         : one ? OneSolutions(&repeats)
                               : ConjunctionSolutions(&repeats);
    out.solutions = Finished(std::move(pattern), result, repeats);
  }

  AlgebraPtr OneSolutions(bool* repeats) {
    *repeats = true;
    AlgebraPtr pattern = query_.op == PatternOperator::kNot
                             ? NegationRows(row_columns_)
                             : Leaf(patterns_[0], row_columns_);
    return Ordered(std::move(pattern), KeysOf(query_, row_columns_));
  }

  AlgebraPtr DisjunctionSolutions(bool* repeats) {
    std::vector<AlgebraPtr> inputs;
    std::vector<std::vector<Variable>> families;
    const Variable number = NewVariable();
    for (size_t i = 0; i < patterns_.size(); ++i) {
      if (patterns_[i].named.empty()) continue;
      std::vector<Variable> family = patterns_[i].named;
      std::sort(family.begin(), family.end());
      *repeats =
          *repeats || patterns_[i].has_wildcard ||
          std::find(families.begin(), families.end(), family) != families.end();
      families.push_back(std::move(family));
      inputs.push_back(MakeAlgebra(
          Extend{Leaf(patterns_[i], row_columns_), number,
                 ConstantExpression(rdf::Term::Literal(
                     absl::StrCat(i), std::string(rdf::iri::kXsdInteger)))}));
    }
    // Two patterns may find one triple with different solutions: the earlier
    // pattern's comes first.
    std::vector<OrderBy::Key> keys = KeysOf(query_, row_columns_);
    keys.push_back({VariableExpression(number), false, Collation::kId});
    return Ordered(OfAll<Union>(std::move(inputs)), std::move(keys));
  }

  // Each group of patterns is a part of the join by itself.
  AlgebraPtr ConjunctionSolutions(bool* repeats) {
    std::vector<Columns> columns(patterns_.size());
    std::vector<OrderBy::Key> keys;
    for (size_t i = 0; i < patterns_.size(); ++i) {
      const ResolvedPattern& pattern = patterns_[i];
      if (pattern.named.empty()) continue;
      *repeats = *repeats || pattern.has_wildcard;
      Columns known;
      for (size_t place = 0; place < 3; ++place) {
        if (!pattern.terms[place])
          known.emplace_back(kPatternPlaces[place], pattern.variables[place]);
      }
      for (const Field field : {Field::kWeight, Field::kCreated}) {
        if (OrdersBy(query_.order, field))
          columns[i].emplace_back(field, NewVariable());
      }
      known.insert(known.end(), columns[i].begin(), columns[i].end());
      for (OrderBy::Key& key : KeysOf(query_, known))
        keys.push_back(std::move(key));
    }
    std::vector<AlgebraPtr> parts;
    for (const Numbers& group : Groups()) {
      if (patterns_[group[0]].named.empty()) {
        parts.push_back(Holds(group));
        continue;
      }
      std::vector<AlgebraPtr> leaves;
      for (const size_t i : group)
        leaves.push_back(Leaf(patterns_[i], columns[i]));
      parts.push_back(OfAll<Join>(std::move(leaves)));
    }
    return Ordered(OfAll<Join>(std::move(parts)), std::move(keys));
  }

  // --- Orders and pages -------------------------------------------------

  static AlgebraPtr Ordered(AlgebraPtr input, std::vector<OrderBy::Key> keys) {
    return MakeAlgebra(OrderBy{std::move(input), std::move(keys)});
  }

  Query Finished(AlgebraPtr ordered, std::vector<Variable> result,
                 bool distinct) const {
    AlgebraPtr pattern = MakeAlgebra(Project{std::move(ordered), result});
    if (distinct) pattern = MakeAlgebra(Distinct{std::move(pattern)});
    Query query;
    query.pattern =
        MakeAlgebra(Slice{std::move(pattern), query_.offset, query_.limit});
    query.result = std::move(result);
    return query;
  }

  const PatternQuery& query_;
  VariableTable table_;
  std::vector<ResolvedPattern> patterns_;
  Columns row_columns_;  // kRowFields, then what the order needs
};

}  // namespace

absl::StatusOr<PatternAlgebra> TranslatePatterns(const PatternQuery& query,
                                                 const rdf::NameSpace& names) {
  return Translator(query).Run(names);
}

}  // namespace skg::query
