#include "query/patterns/resolved_pattern.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace skg::query {
namespace {

Variable NameVariable(const std::string& name, VariableTable* table) {
  const auto found = std::find(table->names.begin(), table->names.end(), name);
  const auto variable = static_cast<Variable>(found - table->names.begin());
  if (found == table->names.end()) table->names.push_back(name);
  return variable;
}

absl::Status ResolveGraph(const TextPattern& pattern,
                          const rdf::NameSpace& names, ResolvedPattern& out) {
  out.all_graphs = !pattern.graph.has_value();
  if (out.all_graphs || pattern.graph->empty()) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(out.graph, names.ToTerm(*pattern.graph));
  return absl::OkStatus();
}

bool Share(const ResolvedPattern& a, const ResolvedPattern& b,
           std::span<const Variable> apart) {
  return std::any_of(a.named.begin(), a.named.end(), [&](Variable v) {
    return b.Names(v) &&
           std::find(apart.begin(), apart.end(), v) == apart.end();
  });
}

}  // namespace

bool ResolvedPattern::Names(Variable v) const {
  return std::find(named.begin(), named.end(), v) != named.end();
}

size_t ResolvedPattern::PlaceOf(Variable v) const {
  size_t place = 0;
  while (terms[place].has_value() || variables[place] != v) ++place;
  return place;
}

absl::StatusOr<std::vector<ResolvedPattern>> ResolvePatterns(
    std::span<const TextPattern> patterns, const rdf::NameSpace& names,
    VariableTable* table) {
  std::vector<ResolvedPattern> all;
  for (const TextPattern& pattern : patterns) {
    ResolvedPattern& out = all.emplace_back();
    out.min_weight = pattern.weight_min;
    out.max_weight = pattern.weight_max;
    for (size_t i = 0; i < 3; ++i) {
      const TextTerm& term = pattern.terms[i];
      if (term.kind == TextTerm::Kind::kTerm) {
        SKG_ASSIGN_OR_RETURN(out.terms[i], names.ToTerm(term.text));
      } else if (term.kind == TextTerm::Kind::kVariable) {
        out.variables[i] = NameVariable(term.text, table);
        if (!out.Names(out.variables[i])) out.named.push_back(out.variables[i]);
      }
    }
    SKG_RETURN_IF_ERROR(ResolveGraph(pattern, names, out));
  }
  for (size_t p = 0; p < all.size(); ++p) {
    for (size_t i = 0; i < 3; ++i) {
      if (patterns[p].terms[i].kind != TextTerm::Kind::kAny) continue;
      all[p].has_wildcard = true;
      all[p].variables[i] = static_cast<Variable>(table->names.size());
      table->names.emplace_back(".");
    }
  }
  return all;
}

std::vector<std::vector<size_t>> ConnectedPatterns(
    std::span<const ResolvedPattern> patterns, std::span<const size_t> chosen,
    std::span<const Variable> apart) {
  std::vector<std::vector<size_t>> groups;
  std::vector<size_t> left(chosen.begin(), chosen.end());
  while (!left.empty()) {
    std::vector<size_t>& group = groups.emplace_back();
    group.push_back(left.front());
    left.erase(left.begin());
    for (size_t i = 0; i < group.size(); ++i) {
      for (auto other = left.begin(); other != left.end();) {
        if (Share(patterns[group[i]], patterns[*other], apart)) {
          group.push_back(*other);
          other = left.erase(other);
        } else {
          ++other;
        }
      }
    }
    std::sort(group.begin(), group.end());
  }
  return groups;
}

}  // namespace skg::query
