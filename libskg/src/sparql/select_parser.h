// What makes a sequence of solutions of a pattern: the SELECT clause, grouping,
// and the solution modifiers (SPARQL 1.1 Query, sections 18.2.4 and 18.2.5).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sparql/aggregates.h"
#include "sparql/expression_parser.h"
#include "sparql/group_parser.h"
#include "sparql/parse_state.h"

namespace skg::sparql {

// Of one query or subquery: read the parts in the order of the text, then
// Apply them.
class SelectParser {
 public:
  explicit SelectParser(ParseState& state)
      : state_(state), aggregates_(state) {}

  // After the keyword SELECT.
  bool ReadClause();
  // GROUP BY, HAVING, ORDER BY, LIMIT and OFFSET.
  bool ReadModifiers();
  // The VALUES behind all else, if there is one.
  bool ReadTrailingValues();

  // Puts the operators above `pattern`, which is that of WHERE. Without a
  // clause nothing is projected.
  bool Apply(Pattern& pattern);
  // What the clause selects; after Apply.
  [[nodiscard]] const std::vector<Variable>& columns() const {
    return columns_;
  }

 private:
  struct Item {
    Variable variable = 0;
    size_t offset = 0;
    // (expression AS variable)
    std::optional<ParsedExpression> expression;
    std::vector<VariableUse> uses;
  };
  struct GroupKey {
    size_t offset = 0;
    ParsedExpression expression;
    std::optional<Variable> name;
  };
  struct Condition {
    ParsedExpression expression;
    std::vector<VariableUse> uses;
    bool descending = false;
  };

  bool ReadItem();
  bool ReadGroupBy();
  bool ReadGroupKey();
  bool ReadHaving();
  bool ReadOrderBy();
  bool ReadLimitOffset();
  bool ReadCount(uint64_t& count);
  // Whether a keyword is at hand that ends a list of keys or conditions.
  [[nodiscard]] bool AtModifier() const;

  bool CheckItems(const VariableSet& scope, bool grouped);
  bool ApplyGroup(Pattern& pattern);
  void ReplaceUngrouped(const VariableSet& inner, const VariableSet& keys);
  bool ApplyHaving(Pattern& pattern);
  bool ApplyExtends(Pattern& pattern);
  bool ApplyOrder(Pattern& pattern);
  bool ApplyProjection(Pattern& pattern);
  [[nodiscard]] bool HavingUsesItems() const;

  ParseState& state_;
  Aggregates aggregates_;

  bool has_clause_ = false;
  bool star_ = false;
  bool distinct_ = false;
  bool reduced_ = false;
  size_t clause_offset_ = 0;
  std::vector<Item> items_;
  VariableSet named_;  // items with an expression
  bool group_by_ = false;
  std::vector<GroupKey> keys_;
  std::vector<Condition> having_;
  std::vector<Condition> order_;
  query::Slice slice_;
  std::optional<Pattern> values_;
  std::vector<Variable> columns_;
};

// SELECT and all that belongs to it, inside of a group, to the group's end.
[[nodiscard]] bool ReadSubSelect(ParseState& state, Pattern& out);
// The WHERE clause.
[[nodiscard]] bool ReadWhere(ParseState& state, Pattern& out);

}  // namespace skg::sparql
