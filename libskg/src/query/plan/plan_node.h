// PlanNode: a physical plan, as a tree. Immutable once made; operators
// (exec/operator.h) carry it out and keep their state themselves.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "query/algebra.h"
#include "query/plan/variable_set.h"
#include "query/values/value_ranges.h"
#include "rdf/term_id.h"
#include "storage/read_view.h"

namespace skg::query::plan {

using rdf::TermId;
using SharedExpression = std::shared_ptr<const Expression>;

// What stands in a place of a scan or at an end of a path.
struct Place {
  enum class Kind : uint8_t {
    kAny,        // anything, and nobody wants to know what
    kConstant,   // `id`
    kVariable,   // a column of the output
    kParameter,  // the value that whoever runs the plan gives this variable
  };
  Kind kind = Kind::kAny;
  TermId id;
  Variable variable = 0;

  [[nodiscard]] static Place Constant(TermId id) {
    return {Kind::kConstant, id, 0};
  }
  [[nodiscard]] static Place Column(Variable v) {
    return {Kind::kVariable, {}, v};
  }
  [[nodiscard]] static Place Parameter(Variable v) {
    return {Kind::kParameter, {}, v};
  }
  [[nodiscard]] bool fixed() const {
    return kind == Kind::kConstant || kind == Kind::kParameter;
  }
};

// The graph that patterns match in: the dataset's default graph, or the named
// graph of a place (kAny: every named graph, each by itself).
struct ActiveGraph {
  bool is_default = true;
  Place name;
  // With is_default: all graphs of the store as one, each triple once, whatever
  // the dataset is.
  bool all = false;
};

// What an expression of a plan sees besides its columns: the graph of patterns
// of EXISTS, and the parameters that are variables of its own.
struct ExpressionScope {
  ActiveGraph graph;
  VariableSet given;
};

struct PlanNode;
using PlanPtr = std::shared_ptr<const PlanNode>;

// What a scan reads of the statements' records: only statements that have all
// of it are rows, parallel edges and graphs apart.
struct RecordColumns {
  struct Value {
    RecordProperty property;
    Place place;
  };
  Place reifier;  // kAny, or the IRI of the implicit reifier
  Place reified;  // kAny, or the statement as a triple term
  std::vector<Value> values;
  // Other weights need not be read.
  float min_weight = 0, max_weight = 1;
};

// What a scan tells of the first statement of each triple. Other weights are
// not there at all.
struct StatementColumns {
  std::vector<std::pair<StatementField, Variable>> columns;
  float min_weight = 0, max_weight = 1;

  [[nodiscard]] std::optional<StatementField> FieldOf(Variable v) const {
    for (const auto& [field, variable] : columns) {
      if (variable == v) return field;
    }
    return std::nullopt;
  }
};

// What a variable may be, in ranges of ids.
struct VariableRanges {
  Variable variable = 0;
  IdRanges ranges;
};

// One row for each triple of the graph(s) that fits.
struct ScanStep {
  ActiveGraph graph;
  Place subject, predicate, object;
  storage::TermOrder order = storage::TermOrder::kSpo;
  std::shared_ptr<const RecordColumns> record;        // null: nothing of them
  std::shared_ptr<const StatementColumns> statement;  // as `record`
  // Of the variable at the order's first free place; null: it may be anything.
  std::shared_ptr<const VariableRanges> ranges;
};
// Takes the triple terms in column `source` apart. A place of kind kVariable
// that is a column of the input must be equal.
struct TripleTermStep {
  Variable source = 0;
  Place subject, predicate, object;
};
// Inputs: sorted by `key`, which both hold in every row.
struct MergeJoinStep {
  std::vector<Variable> key;
};
enum class JoinKind : uint8_t { kInner, kLeft, kSemi, kAnti, kMinus };
// Inputs: what is probed with, and what is held in a table. Solutions join if
// they agree on what both bind.
struct HashJoinStep {
  JoinKind kind = JoinKind::kInner;
  VariableSet shared;  // columns of both; HashJoinNode fills it
  // kMinus: must agree, but does not count as something shared.
  std::optional<Variable> graph;
  SharedExpression condition;  // kLeft; may be null
  ExpressionScope scope;       // of the condition
};
// Inputs: the rows, and a plan that is run for each with `given` as
// parameters.
struct BindJoinStep {
  JoinKind kind = JoinKind::kInner;
  VariableSet given;
  SharedExpression condition;
  ExpressionScope scope;
};
struct FilterStep {
  std::vector<SharedExpression> conditions;
  ExpressionScope scope;
  // Rows whose variable is in an exact one of them pass unasked; may be null.
  std::shared_ptr<const VariableRanges> ranges;
};
struct ExtendStep {
  Variable variable = 0;
  SharedExpression expression;
  ExpressionScope scope;
};
// `rows` in ids; width 0 gives `rows.size()` empty solutions.
struct ValuesStep {
  std::vector<std::vector<TermId>> rows;
};
struct UnionStep {};
struct ProjectStep {};
struct DistinctStep {
  bool adjacent_only = false;  // REDUCED, or equal rows are neighbours
};
struct SliceStep {
  uint64_t offset = 0;
  uint64_t limit = Slice::kNoLimit;
};
struct SortStep {
  struct Key {
    Variable variable;
    bool descending = false;
    Collation collation = Collation::kTerm;
  };
  std::vector<Key> keys;
  uint64_t limit = Slice::kNoLimit;  // only that many of the first
  // Of rows that agree in these columns only the first is wanted.
  std::optional<std::vector<Variable>> first_of;
  // The input's rows descend by the first key, and so do those that are wanted:
  // it need not be read to its end.
  bool stops_early = false;
};
struct GroupStep {
  struct Column {
    Aggregate aggregate;  // its argument is in `argument`
    std::optional<Variable> argument;
  };
  std::vector<Variable> keys;  // columns of the input
  std::vector<Column> columns;
  // What a solution is, for COUNT(DISTINCT *).
  VariableSet visible;
};
// One row: the number of solutions of one scan, without reading them. An input
// has more of them, which are read.
struct CountStep {
  ScanStep scan;
};
// Pairs of nodes that a path of kind kZeroOrMore, kOneOrMore or kZeroOrOne
// links, each once. Ends are never of kind kAny; the graph's name is fixed.
struct PathStep {
  ActiveGraph graph;
  Place subject, object;
  // Parameters that stand for a variable which would have ranged over the
  // nodes of the graph: others do not link with themselves.
  VariableSet nodes_only;
  std::shared_ptr<const PropertyPath> path;
};
// One row for each named graph of the dataset (`name` of kind kVariable), or
// one if that graph is there.
struct GraphNamesStep {
  Place name;
};
// The input's topmost `steps` nodes are run by several threads, each of them on
// batches of what the last of these nodes reads; the rows come in the same
// sequence. The tables of joins among them are made before.
struct ParallelStep {
  size_t steps = 0;
};
struct ServiceStep {
  PatternTerm endpoint;
  bool silent = false;
  std::string text;
  VariableSet given;  // those of its variables that are parameters
};

// Inputs: sorted, with no column in common. Their combinations that can be
// among the first `limit` in any order of rows that keeps the inputs' orders.
struct ProductStep {
  uint64_t limit = 0;
};
struct TableStep {
  std::shared_ptr<const TableFunction> function;
  // Of its columns, which are output.
  std::vector<size_t> columns;
  double start_cost = 0;  // before the first row
};

using Step =
    std::variant<ScanStep, TripleTermStep, MergeJoinStep, HashJoinStep,
                 BindJoinStep, FilterStep, ExtendStep, ValuesStep, UnionStep,
                 ProjectStep, DistinctStep, SliceStep, SortStep, GroupStep,
                 CountStep, PathStep, GraphNamesStep, ParallelStep, ServiceStep,
                 ProductStep, TableStep>;

// What a plan does with equal solutions. Where only the aggregates above know
// of them, operators may make one row of those that come together.
enum class Repeats : uint8_t {
  kKept,     // each is a row
  kCounted,  // Batch::counts tells how many a row stands for
  kDropped,  // nobody asks how many there are
};

// Another way to join the same parts, that was weighed and not taken.
struct Alternative {
  enum class How : uint8_t { kHash, kMerge, kIndex };
  How how = How::kHash;
  std::vector<PlanPtr> left, right;  // the parts: each as it might be read
  std::vector<Variable> order;       // of the rows
  double cost = 0;
};

struct PlanNode {
  Step step;
  std::vector<PlanPtr> inputs;
  std::vector<Variable> schema;  // columns of the output
  VariableSet certain;           // those that are bound in every row
  std::vector<Variable> order;   // rows ascend by the ids of these columns
  // Rows descend by the values of this column, whose terms are of one type.
  std::optional<Variable> descending;
  Repeats repeats = Repeats::kKept;
  // Estimates. Cost: about that of reading as many rows of a scan; that of the
  // inputs included.
  double rows = 0;
  double cost = 0;
  std::vector<Alternative> alternatives;  // the cheapest first

  [[nodiscard]] std::optional<size_t> Column(Variable v) const {
    for (size_t i = 0; i < schema.size(); ++i) {
      if (schema[i] == v) return i;
    }
    return std::nullopt;
  }
};

}  // namespace skg::query::plan
