#include "query/plan/join_order.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

#include "base/status.h"
#include "query/plan/nodes.h"

namespace skg::query::plan {
namespace {

double DistinctOf(const std::map<Variable, double>& distinct, Variable v,
                  double rows) {
  const auto found = distinct.find(v);
  const double known = found == distinct.end() ? rows : found->second;
  return std::clamp(known, 1.0, std::max(1.0, rows));
}

}  // namespace

const JoinOrder::Way* JoinOrder::CheapestOf(const std::vector<Way>& ways) {
  return &*std::min_element(
      ways.begin(), ways.end(),
      [](const Way& a, const Way& b) { return a.cost < b.cost; });
}

JoinOrder::Subset JoinOrder::SubsetOf(size_t part) const {
  const JoinPart& from = parts_[part];
  Subset subset;
  subset.rows = from.rows;
  subset.variables = from.variables;
  subset.certain = from.certain;
  subset.distinct = from.distinct;
  for (size_t i = 0; i < from.plans.size(); ++i) {
    Way way;
    way.cost = from.plans[i]->cost;
    if (has_goal()) way.start = StartCost(*from.plans[i]);
    way.order = from.plans[i]->order;
    way.begins =
        !goal_.descending || from.plans[i]->descending == goal_.descending;
    way.right = i;
    AddWay(std::move(way), &subset);
  }
  return subset;
}

JoinOrder::Subset JoinOrder::Combine(const Subset& a, const Subset& b) const {
  Subset out;
  out.variables = VariableSet::Union(a.variables, b.variables);
  out.certain = VariableSet::Union(a.certain, b.certain);
  out.rows = a.rows * b.rows;
  for (const Variable v : VariableSet::Common(a.variables, b.variables)) {
    out.rows /= std::max(DistinctOf(a.distinct, v, a.rows),
                         DistinctOf(b.distinct, v, b.rows));
  }
  out.distinct = a.distinct;
  for (const auto& [v, distinct] : b.distinct) {
    const auto [at, is_new] = out.distinct.emplace(v, distinct);
    if (!is_new) at->second = std::min(at->second, distinct);
  }
  return out;
}

bool JoinOrder::IsTooDear(const Dropped& way, Subset* out) const {
  if (way.cost <= most_cost_) return false;
  if (!out->dropped || way.cost < out->dropped->cost) out->dropped = way;
  return true;
}

void JoinOrder::AddWay(Way way, Subset* out) {
  // As sorted: `longer` begins with `order`.
  const auto covers = [](const std::vector<Variable>& longer,
                         const std::vector<Variable>& order) {
    return longer.size() >= order.size() &&
           std::equal(order.begin(), order.end(), longer.begin());
  };
  for (const Way& other : out->ways) {
    if (other.cost <= way.cost && other.start <= way.start &&
        other.begins >= way.begins && covers(other.order, way.order)) {
      return;
    }
  }
  std::erase_if(out->ways, [&](const Way& other) {
    return way.cost <= other.cost && way.start <= other.start &&
           way.begins >= other.begins && covers(way.order, other.order);
  });
  out->ways.push_back(std::move(way));
}

void JoinOrder::AddHash(Mask a, Mask b, Subset* out) const {
  const Subset& left = subsets_.at(a);
  const Subset& right = subsets_.at(b);
  if (right.ways.empty()) return;
  size_t cheapest = 0;
  for (size_t i = 1; i < right.ways.size(); ++i) {
    if (right.ways[i].cost < right.ways[cheapest].cost) cheapest = i;
  }
  for (size_t i = 0; i < left.ways.size(); ++i) {
    const double built =
        right.ways[cheapest].cost + Costs::kHashBuild * right.rows;
    const double cost = left.ways[i].cost + built +
                        Costs::kHashProbe * left.rows +
                        Costs::kOutputRow * out->rows;
    if (IsTooDear({How::kHash, a, b, cost}, out)) continue;
    Way way;
    way.how = How::kHash;
    way.left_mask = a;
    way.right_mask = b;
    way.left = i;
    way.right = cheapest;
    way.order = left.ways[i].order;
    way.begins = left.ways[i].begins;
    if (has_goal()) way.start = left.ways[i].start + built;
    way.cost = cost;
    AddWay(std::move(way), out);
  }
}

void JoinOrder::AddMerge(Mask a, Mask b, Subset* out) const {
  const Subset& left = subsets_.at(a);
  const Subset& right = subsets_.at(b);
  const VariableSet shared =
      VariableSet::Common(left.variables, right.variables);
  if (!left.certain.Covers(shared) || !right.certain.Covers(shared)) return;
  // What one side skips it does not read.
  const auto read = [](const Way& way, const Subset& own, const Subset& other) {
    const double skipping = Costs::kOpenScan * (other.rows + 1);
    return way.how == How::kRead
               ? std::min(way.cost, skipping + std::min(own.rows, other.rows))
               : way.cost;
  };
  for (size_t i = 0; i < left.ways.size(); ++i) {
    for (size_t j = 0; j < right.ways.size(); ++j) {
      const Way& l = left.ways[i];
      const Way& r = right.ways[j];
      if (l.order.empty() || r.order.empty() || l.order[0] != r.order[0])
        continue;
      const double cost =
          read(l, left, right) + read(r, right, left) +
          Costs::kMergeRow * (std::min(left.rows, right.rows) * 2) +
          Costs::kOutputRow * out->rows;
      if (IsTooDear({How::kMerge, a, b, cost}, out)) continue;
      Way way;
      for (size_t k = 0; k < std::min(l.order.size(), r.order.size()); ++k) {
        if (l.order[k] != r.order[k] || !shared.Has(l.order[k])) break;
        way.key.push_back(l.order[k]);
      }
      if (way.key.empty()) continue;
      // Rows that are equal on a part of what is shared would be compared each
      // with each.
      if (way.key.size() < shared.size() && limits_.hash_join) continue;
      way.how = How::kMerge;
      way.left_mask = a;
      way.right_mask = b;
      way.left = i;
      way.right = j;
      way.order = l.order;
      way.begins = !goal_.descending;
      way.start = l.start + r.start;
      way.cost = cost;
      AddWay(std::move(way), out);
    }
  }
}

absl::StatusOr<PlanPtr> JoinOrder::BoundPlan(size_t part,
                                             const VariableSet& given) {
  PlanPtr& plan = bound_[{part, given.values()}];
  if (plan == nullptr) {
    SKG_ASSIGN_OR_RETURN(plan, parts_[part].bind(given));
  }
  return plan;
}

absl::Status JoinOrder::AddBind(Mask a, Mask b, Subset* out) {
  if (!std::has_single_bit(b)) return absl::OkStatus();
  const auto part = static_cast<size_t>(std::countr_zero(b));
  if (!parts_[part].bind) return absl::OkStatus();
  const Subset& left = subsets_.at(a);
  const VariableSet shared =
      VariableSet::Common(left.variables, parts_[part].variables);
  const VariableSet& required = parts_[part].required;
  const bool must = !required.empty();
  // What must be given is given alone: the rest is compared.
  const VariableSet given = must ? required : shared;
  if (given.empty() || !left.certain.Covers(given)) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(const PlanPtr plan, BoundPlan(part, given));
  if (plan == nullptr) return absl::OkStatus();
  for (size_t i = 0; i < left.ways.size(); ++i) {
    const Way& l = left.ways[i];
    double runs = left.rows;
    // Neighbours with equal values are answered once.
    if (given.size() == 1 && !l.order.empty() && given.Has(l.order[0]))
      runs = std::min(runs, DistinctOf(left.distinct, l.order[0], left.rows));
    const double cost = l.cost + runs * (plan->cost + Costs::kRunPlan) +
                        Costs::kOutputRow * out->rows;
    if (IsTooDear({How::kBind, a, b, cost}, out)) continue;
    Way way;
    way.how = How::kBind;
    way.left_mask = a;
    way.right_mask = b;
    way.left = i;
    way.order = l.order;
    way.begins = l.begins;
    if (has_goal()) way.start = l.start + plan->cost + Costs::kRunPlan;
    way.cost = cost;
    way.bound = plan;
    AddWay(std::move(way), out);
  }
  return absl::OkStatus();
}

absl::Status JoinOrder::AddJoins(Mask a, Mask b, Subset* out) {
  for (const auto& [left, right] : {std::pair(a, b), std::pair(b, a)}) {
    if (limits_.index_join ||
        !parts_[static_cast<size_t>(std::countr_zero(right))]
             .required.empty()) {
      SKG_RETURN_IF_ERROR(AddBind(left, right, out));
    }
    if (limits_.merge_join) AddMerge(left, right, out);
    if (limits_.hash_join) AddHash(left, right, out);
  }
  if (out->ways.empty() && !out->dropped) {
    AddHash(a, b, out);
    AddHash(b, a, out);
  }
  return absl::OkStatus();
}

bool JoinOrder::IsWhole(Mask mask) const {
  for (size_t i = 0; i < parts_.size(); ++i) {
    if ((mask & Bit(i)) != 0) continue;
    for (size_t j = 0; j < parts_.size(); ++j) {
      if ((mask & Bit(j)) != 0 &&
          parts_[i].variables.Meets(parts_[j].variables)) {
        return false;
      }
    }
  }
  return true;
}

void JoinOrder::ForgetJoins() {
  absl::erase_if(subsets_, [](const auto& entry) {
    return !std::has_single_bit(entry.first);
  });
}

absl::Status JoinOrder::FindBound() {
  // Where few rows are wanted the cheapest plan is not the one that is taken.
  if (has_goal() || parts_.size() < 3) return absl::OkStatus();
  Mask mask = Bit(0);
  for (size_t i = 1; i < parts_.size(); ++i) {
    if (subsets_.at(Bit(i)).rows < subsets_.at(mask).rows) mask = Bit(i);
  }
  double cost = most_cost_;
  while (mask != Bit(parts_.size()) - 1) {
    std::optional<Subset> best;
    Mask next = 0;
    for (size_t i = 0; i < parts_.size(); ++i) {
      const Subset& part = subsets_.at(Bit(i));
      if ((mask & Bit(i)) != 0 ||
          !part.variables.Meets(subsets_.at(mask).variables)) {
        continue;
      }
      Subset joined = Combine(subsets_.at(mask), part);
      if (best && best->rows <= joined.rows) continue;
      best = std::move(joined);
      next = Bit(i);
    }
    if (best) SKG_RETURN_IF_ERROR(AddJoins(mask, next, &*best));
    if (!best || best->ways.empty()) {
      cost = most_cost_;
      break;
    }
    mask |= next;
    cost = CheapestOf(best->ways)->cost;
    subsets_[mask] = *std::move(best);
  }
  ForgetJoins();  // they know not all ways
  // What subsets have is estimated from their first split, here and there not
  // of the same one.
  constexpr double kDoubt = 2;
  most_cost_ = kDoubt * cost;
  return absl::OkStatus();
}

absl::Status JoinOrder::SearchAll() {
  const Mask all = Bit(parts_.size()) - 1;
  for (Mask mask = 1; mask <= all; ++mask) {
    if (std::has_single_bit(mask)) continue;
    std::optional<Subset> joined;
    // First splits that share a variable; where there is none, any.
    for (const bool connected : {true, false}) {
      for (Mask a = (mask - 1) & mask; a != 0; a = (a - 1) & mask) {
        const Mask b = mask ^ a;
        if (a < b) continue;
        const auto left = subsets_.find(a), right = subsets_.find(b);
        if (left == subsets_.end() || right == subsets_.end() ||
            left->second.variables.Meets(right->second.variables) !=
                connected) {
          continue;
        }
        if (!joined) joined = Combine(left->second, right->second);
        SKG_RETURN_IF_ERROR(AddJoins(a, b, &*joined));
      }
      // Products only of all that is connected with each.
      const bool done = joined && (!joined->ways.empty() || joined->dropped);
      if (done || !IsWhole(mask)) break;
    }
    if (joined && !joined->ways.empty()) subsets_[mask] = *std::move(joined);
  }
  return absl::OkStatus();
}

absl::Status JoinOrder::SearchBelowBound() {
  SKG_RETURN_IF_ERROR(FindBound());
  SKG_RETURN_IF_ERROR(SearchAll());
  const Mask all = Bit(parts_.size()) - 1;
  if (subsets_.contains(all) ||
      most_cost_ == std::numeric_limits<double>::infinity()) {
    return absl::OkStatus();
  }
  ForgetJoins();
  most_cost_ = std::numeric_limits<double>::infinity();
  return SearchAll();
}

absl::Status JoinOrder::SearchGreedily() {
  std::vector<Mask> left;
  for (size_t i = 0; i < parts_.size(); ++i) left.push_back(Bit(i));
  while (left.size() > 1) {
    size_t best_a = 0, best_b = 0;
    std::optional<Subset> best;
    double best_cost = 0;
    for (const bool connected : {true, false}) {
      for (size_t i = 0; i < left.size(); ++i) {
        for (size_t j = 0; j < i; ++j) {
          const Subset& a = subsets_.at(left[i]);
          const Subset& b = subsets_.at(left[j]);
          if (a.variables.Meets(b.variables) != connected) continue;
          Subset joined = Combine(a, b);
          SKG_RETURN_IF_ERROR(AddJoins(left[i], left[j], &joined));
          if (joined.ways.empty()) continue;
          double cost = joined.ways[0].cost;
          for (const Way& way : joined.ways) cost = std::min(cost, way.cost);
          cost += joined.rows;
          if (best && best_cost <= cost) continue;
          best = std::move(joined);
          best_cost = cost;
          best_a = i;
          best_b = j;
        }
      }
      if (best) break;
    }
    if (!best) return absl::OkStatus();  // a required variable is missing
    const Mask mask = left[best_a] | left[best_b];
    subsets_[mask] = *std::move(best);
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(best_a));
    left[best_b] = mask;
  }
  return absl::OkStatus();
}

absl::Status JoinOrder::SearchAsWritten() {
  Mask mask = Bit(0);
  for (size_t i = 1; i < parts_.size(); ++i) {
    Subset joined = Combine(subsets_.at(mask), subsets_.at(Bit(i)));
    SKG_RETURN_IF_ERROR(AddJoins(mask, Bit(i), &joined));
    mask |= Bit(i);
    subsets_[mask] = std::move(joined);
  }
  return absl::OkStatus();
}

double JoinOrder::CostOfGoal(const Way& way, double rows) const {
  if (!has_goal() || rows <= goal_.rows || !way.begins) return way.cost;
  return way.start + (way.cost - way.start) * goal_.rows / rows;
}

absl::StatusOr<PlanPtr> JoinOrder::Plan(const VariableSet& needed) {
  for (size_t i = 0; i < parts_.size(); ++i) subsets_[Bit(i)] = SubsetOf(i);
  const Mask all = Bit(parts_.size()) - 1;
  if (parts_.size() > 1) {
    SKG_RETURN_IF_ERROR(!limits_.reorder             ? SearchAsWritten()
                        : parts_.size() > kMostExact ? SearchGreedily()
                                                     : SearchBelowBound());
  }
  const auto found = subsets_.find(all);
  if (found == subsets_.end() || found->second.ways.empty()) {
    return absl::InvalidArgumentError(
        "the endpoint of a SERVICE is a variable that nothing beside it "
        "surely binds; bind it, or write its IRI");
  }
  const std::vector<Way>& ways = found->second.ways;
  const double rows = found->second.rows;
  const auto cheapest = std::min_element(
      ways.begin(), ways.end(), [&](const Way& a, const Way& b) {
        return CostOfGoal(a, rows) < CostOfGoal(b, rows);
      });
  return Build(all, *cheapest, needed);
}

}  // namespace skg::query::plan
