// VariableSet: a few variables, ascending.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <vector>

#include "query/expression.h"

namespace skg::query::plan {

class VariableSet {
 public:
  VariableSet() = default;
  VariableSet(std::initializer_list<Variable> variables) {
    for (const Variable v : variables) Add(v);
  }
  explicit VariableSet(const std::vector<Variable>& variables)
      : variables_(variables) {
    std::sort(variables_.begin(), variables_.end());
    variables_.erase(std::unique(variables_.begin(), variables_.end()),
                     variables_.end());
  }

  void Add(Variable v) {
    const auto at = std::lower_bound(variables_.begin(), variables_.end(), v);
    if (at == variables_.end() || *at != v) variables_.insert(at, v);
  }
  void Add(const VariableSet& other) { *this = Union(*this, other); }
  void Remove(Variable v) {
    const auto at = std::lower_bound(variables_.begin(), variables_.end(), v);
    if (at != variables_.end() && *at == v) variables_.erase(at);
  }

  [[nodiscard]] bool Has(Variable v) const {
    return std::binary_search(variables_.begin(), variables_.end(), v);
  }
  // Whether all of `other` are here.
  [[nodiscard]] bool Covers(const VariableSet& other) const {
    return std::includes(begin(), end(), other.begin(), other.end());
  }
  [[nodiscard]] bool Meets(const VariableSet& other) const {
    return !Common(*this, other).empty();
  }

  [[nodiscard]] static VariableSet Union(const VariableSet& a,
                                         const VariableSet& b) {
    VariableSet out;
    std::set_union(a.begin(), a.end(), b.begin(), b.end(),
                   std::back_inserter(out.variables_));
    return out;
  }
  [[nodiscard]] static VariableSet Common(const VariableSet& a,
                                          const VariableSet& b) {
    VariableSet out;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(),
                          std::back_inserter(out.variables_));
    return out;
  }
  // Those of `a` that are not in `b`.
  [[nodiscard]] static VariableSet Without(const VariableSet& a,
                                           const VariableSet& b) {
    VariableSet out;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(),
                        std::back_inserter(out.variables_));
    return out;
  }

  [[nodiscard]] bool empty() const { return variables_.empty(); }
  [[nodiscard]] size_t size() const { return variables_.size(); }
  [[nodiscard]] std::vector<Variable>::const_iterator begin() const {
    return variables_.begin();
  }
  [[nodiscard]] std::vector<Variable>::const_iterator end() const {
    return variables_.end();
  }
  [[nodiscard]] const std::vector<Variable>& values() const {
    return variables_;
  }
  friend bool operator==(const VariableSet&, const VariableSet&) = default;
  friend auto operator<=>(const VariableSet&, const VariableSet&) = default;

 private:
  std::vector<Variable> variables_;
};

}  // namespace skg::query::plan
