// JoinOrder: in which sequence and by which operators parts are joined.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "query/exec/query_options.h"
#include "query/plan/plan_node.h"
#include "query/plan/variable_set.h"

namespace skg::query::plan {

// Something to join: one triple pattern, or a plan of its own.
struct JoinPart {
  // Ways to read it, that differ in their order. Empty: it must be bound by
  // `bind`.
  std::vector<PlanPtr> plans;
  VariableSet variables;  // that it may bind
  VariableSet certain;
  // Variables that must be given for it to run at all (SERVICE ?x).
  VariableSet required;
  double rows = 0;
  std::map<Variable, double> distinct;  // of those that are known
  // Its plan with these variables given, null where they must not be; unset:
  // none may be.
  std::function<absl::StatusOr<PlanPtr>(const VariableSet& given)> bind;
};

// A condition that may be asked once `variables` are bound.
struct JoinFilter {
  SharedExpression condition;
  VariableSet variables;
  bool last = false;  // only once all is joined
};

// No more rows of a join than that will be asked for, so that a plan that
// begins early is worth more than one that ends early.
struct RowGoal {
  double rows = std::numeric_limits<double>::infinity();
  // Set: the first rows by this column, so that other plans are read whole.
  std::optional<Variable> descending;
};

// Not thread-safe; used once.
class JoinOrder {
 public:
  // At most so many parts.
  static constexpr size_t kMostParts = 60;

  JoinOrder(std::vector<JoinPart> parts, std::vector<JoinFilter> filters,
            const ExpressionScope& scope, const PlanLimits& limits,
            const RowGoal& goal = {})
      : parts_(std::move(parts)),
        filters_(std::move(filters)),
        scope_(scope),
        limits_(limits),
        goal_(goal) {}

  // All parts joined, all filters asked. Dynamic programming over the subsets
  // of up to kMostExact parts, else the cheapest next join again and again.
  // Errors: those of `bind`; kInvalidArgument if a required variable is bound
  // by no other part.
  [[nodiscard]] absl::StatusOr<PlanPtr> Plan(const VariableSet& needed);

 private:
  using Mask = uint64_t;
  static Mask Bit(size_t part) { return Mask{1} << part; }
  static constexpr size_t kMostExact = 8;
  enum class How : uint8_t { kRead, kHash, kMerge, kBind };
  // A way to join a subset; `left` and `right` are ways of its halves.
  struct Way {
    How how = How::kRead;
    double cost = 0;
    double start = 0;  // before the first row; 0 where all rows are wanted
    std::vector<Variable> order;
    bool begins = false;  // with the rows that the goal asks for
    Mask left_mask = 0, right_mask = 0;
    size_t left = 0, right = 0;  // kRead: `right` is the number of the plan
    std::vector<Variable> key;   // kMerge
    PlanPtr bound;               // kBind: the plan of the right part
  };
  // A way that costs more than a whole plan which is known already.
  struct Dropped {
    How how = How::kHash;
    Mask left_mask = 0, right_mask = 0;
    double cost = 0;
  };
  // What is known of a subset, whatever way it is joined.
  struct Subset {
    double rows = 0;
    VariableSet variables, certain;
    std::map<Variable, double> distinct;
    std::vector<Way> ways;  // none is as cheap and as sorted as another
    std::optional<Dropped> dropped;  // the cheapest of them
  };

  Subset SubsetOf(size_t part) const;
  Subset Combine(const Subset& a, const Subset& b) const;
  absl::Status AddJoins(Mask a, Mask b, Subset* out);
  void AddHash(Mask a, Mask b, Subset* out) const;
  void AddMerge(Mask a, Mask b, Subset* out) const;
  absl::Status AddBind(Mask a, Mask b, Subset* out);
  // Whether no plan with this way can be the cheapest; remembers it then.
  [[nodiscard]] bool IsTooDear(const Dropped& way, Subset* out) const;
  static void AddWay(Way way, Subset* out);
  // Of some rows of a way only those that are wanted need to be made.
  [[nodiscard]] bool has_goal() const {
    return goal_.rows < std::numeric_limits<double>::infinity();
  }
  [[nodiscard]] static const Way* CheapestOf(const std::vector<Way>& ways);
  [[nodiscard]] double CostOfGoal(const Way& way, double rows) const;
  absl::StatusOr<PlanPtr> BoundPlan(size_t part, const VariableSet& given);

  // No part outside shares a variable with one inside.
  [[nodiscard]] bool IsWhole(Mask mask) const;
  absl::Status SearchAll();
  void ForgetJoins();
  // The same, without what FindBound() proves too dear.
  absl::Status SearchBelowBound();
  // Sets most_cost_ to the cost of one plan that is soon found: from the fewest
  // rows on, always to the part that gives the fewest.
  absl::Status FindBound();
  absl::Status SearchGreedily();
  absl::Status SearchAsWritten();

  // The plan of a way, with the filters that nothing below it has asked.
  PlanPtr Build(Mask mask, const Way& way, const VariableSet& needed) const;
  PlanPtr BuildRead(size_t part, const PlanPtr& plan, Mask mask,
                    const VariableSet& needed) const;
  PlanPtr AddFilters(PlanPtr plan, Mask mask, Mask left, Mask right) const;
  // Those that are asked of a subset but of neither half (0: none).
  [[nodiscard]] std::vector<const JoinFilter*> FiltersAt(Mask mask, Mask left,
                                                         Mask right) const;
  [[nodiscard]] bool Asks(const JoinFilter& filter, Mask mask) const;
  [[nodiscard]] std::vector<Alternative> Alternatives(Mask mask,
                                                      const Way& chosen) const;
  [[nodiscard]] std::vector<PlanPtr> PartsOf(Mask mask) const;

  std::vector<JoinPart> parts_;
  const std::vector<JoinFilter> filters_;
  const ExpressionScope scope_;
  const PlanLimits limits_;
  const RowGoal goal_;
  double most_cost_ = std::numeric_limits<double>::infinity();
  absl::flat_hash_map<Mask, Subset> subsets_;
  absl::flat_hash_map<std::pair<size_t, std::vector<Variable>>, PlanPtr> bound_;
};

}  // namespace skg::query::plan
