#include "model.h"

#include <functional>
#include <tuple>

namespace skg::query::test {
namespace {

using Kind = TextTerm::Kind;

bool HasVariable(const TextPattern& pattern) {
  return std::any_of(
      pattern.terms.begin(), pattern.terms.end(),
      [](const TextTerm& t) { return t.kind == Kind::kVariable; });
}

template <typename T>
int Compare(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int CompareRows(const PatternQuery& query, const ModelStatement& a,
                const ModelStatement& b) {
  const int by_names = Compare(a.names, b.names);
  const int by_created = Compare(a.created, b.created);
  const int by_ids = Compare(a.ids, b.ids);
  const int by_weight = Compare(a.weight, b.weight);
  const int sign = query.descending ? -1 : 1;
  const auto first_of = [](std::initializer_list<int> orders) {
    for (const int order : orders) {
      if (order != 0) return order;
    }
    return 0;
  };
  switch (query.order) {
    case PatternOrder::kDefault:
      return first_of({by_created, by_ids});
    case PatternOrder::kStrongest:
      return first_of({-by_weight, by_created, by_ids});
    case PatternOrder::kWeight:
      return first_of({sign * by_weight, by_names});
    case PatternOrder::kCreatedAt:
      return first_of({sign * by_created, by_names});
    case PatternOrder::kSubject:
      return first_of({sign * Compare(a.names[0], b.names[0]), by_names});
    case PatternOrder::kPredicate:
      return first_of({sign * Compare(a.names[1], b.names[1]), by_names});
    case PatternOrder::kObject:
      return first_of({sign * Compare(a.names[2], b.names[2]), by_names});
  }
  return 0;
}

template <typename T>
std::vector<T> Page(const std::vector<T>& all, uint64_t offset,
                    uint64_t limit) {
  std::vector<T> page;
  for (uint64_t i = offset; i < all.size() && page.size() < limit; ++i)
    page.push_back(all[i]);
  return page;
}

}  // namespace

bool Before(const PatternQuery& query, const ModelStatement& a,
            const ModelStatement& b) {
  return CompareRows(query, a, b) < 0;
}

std::vector<Model::Derivation> Model::Match(const TextPattern& pattern,
                                            size_t number) const {
  std::vector<const ModelStatement*> matches;
  for (const ModelStatement& s : statements) {
    bool fits = s.weight >= pattern.weight_min &&
                s.weight <= pattern.weight_max &&
                (!pattern.graph.has_value() || s.graph == *pattern.graph);
    for (size_t i = 0; i < 3; ++i) {
      const TextTerm& term = pattern.terms[i];
      if (term.kind == Kind::kTerm && term.text != s.names[i]) fits = false;
      for (size_t j = 0; j < i; ++j) {
        if (term.kind == Kind::kVariable && term == pattern.terms[j] &&
            s.names[i] != s.names[j]) {
          fits = false;
        }
      }
    }
    if (fits) matches.push_back(&s);
  }
  std::sort(matches.begin(), matches.end(), [](const auto* a, const auto* b) {
    return std::tie(a->graph_id, a->edge) < std::tie(b->graph_id, b->edge);
  });
  std::vector<Derivation> out;
  for (const ModelStatement* s : matches) {
    const bool seen =
        std::any_of(out.begin(), out.end(), [&](const Derivation& d) {
          return SameTriple(d.matched.at(number), *s);
        });
    if (seen) continue;
    Derivation derivation;
    derivation.matched.emplace(number, *s);
    for (size_t i = 0; i < 3; ++i) {
      if (pattern.terms[i].kind == Kind::kVariable) {
        derivation.bindings[pattern.terms[i].text] = s->names[i];
      }
    }
    out.push_back(std::move(derivation));
  }
  return out;
}

Model::Answer Model::Evaluate(const PatternQuery& query) const {
  std::vector<std::vector<Derivation>> matches;
  for (size_t i = 0; i < query.patterns.size(); ++i) {
    matches.push_back(Match(query.patterns[i], i));
  }
  Answer answer;
  for (const TextPattern& pattern : query.patterns) {
    for (const TextTerm& term : pattern.terms) {
      if (term.kind == Kind::kVariable &&
          std::find(answer.variables.begin(), answer.variables.end(),
                    term.text) == answer.variables.end()) {
        answer.variables.push_back(term.text);
      }
    }
    if (query.op == PatternOperator::kNot) break;
  }
  if (query.op == PatternOperator::kNot && query.patterns.size() == 1)
    answer.variables.clear();

  // All derivations that give a solution or a row.
  std::vector<Derivation> derivations;
  switch (query.op) {
    case PatternOperator::kOr:
      for (const auto& one : matches)
        derivations.insert(derivations.end(), one.begin(), one.end());
      break;
    case PatternOperator::kAnd: {
      derivations.push_back({});
      for (const auto& one : matches) {
        std::vector<Derivation> joined;
        for (const Derivation& left : derivations) {
          for (const Derivation& right : one) {
            Derivation both = left;
            both.matched.insert(right.matched.begin(), right.matched.end());
            bool agree = true;
            for (const auto& [name, value] : right.bindings) {
              agree =
                  agree &&
                  both.bindings.try_emplace(name, value).first->second == value;
            }
            if (agree) joined.push_back(std::move(both));
          }
        }
        derivations = std::move(joined);
      }
      break;
    }
    case PatternOperator::kNot: {
      const bool alone = matches.size() == 1;
      const std::vector<Derivation> positive =
          alone ? Match(TextPattern{}, 0) : matches[0];
      for (const Derivation& d : positive) {
        bool excluded = false;
        for (size_t i = alone ? 0 : 1; i < matches.size(); ++i) {
          for (const Derivation& other : matches[i]) {
            bool shares = false, agrees = true;
            for (const auto& [name, value] : other.bindings) {
              const auto found = d.bindings.find(name);
              if (found == d.bindings.end()) continue;
              shares = true;
              agrees = agrees && found->second == value;
            }
            excluded = excluded || (shares ? agrees
                                           : SameTriple(d.matched.at(0),
                                                        other.matched.at(i)));
          }
        }
        if (!excluded) derivations.push_back(d);
      }
      break;
    }
  }

  // Rows: each triple as the first pattern that brings it has it.
  std::vector<std::pair<size_t, ModelStatement>> rows;
  for (const Derivation& d : derivations) {
    for (const auto& [pattern, statement] : d.matched) {
      const auto same = std::find_if(
          rows.begin(), rows.end(),
          [&](const auto& row) { return SameTriple(row.second, statement); });
      if (same == rows.end()) {
        rows.emplace_back(pattern, statement);
      } else if (pattern < same->first) {
        *same = {pattern, statement};
      }
    }
  }
  std::sort(rows.begin(), rows.end(), [&](const auto& a, const auto& b) {
    return Before(query, a.second, b.second);
  });
  for (const auto& [pattern, statement] :
       Page(rows, query.offset, query.limit)) {
    answer.rows.push_back(statement);
  }

  // Solutions, each at the place of its first derivation: by the statements of
  // the patterns with variables, pattern by pattern.
  const auto by_statements = [&](const Derivation& a, const Derivation& b) {
    auto left = a.matched.begin(), right = b.matched.begin();
    while (left != a.matched.end() && right != b.matched.end()) {
      const auto skip = [&](const auto& at) {
        return !HasVariable(query.patterns[at->first]);
      };
      if (skip(left)) {
        ++left;
        continue;
      }
      if (skip(right)) {
        ++right;
        continue;
      }
      if (const int order = CompareRows(query, left->second, right->second);
          order != 0) {
        return order < 0;
      }
      if (left->first != right->first) return left->first < right->first;
      ++left;
      ++right;
    }
    return false;
  };
  std::erase_if(derivations,
                [](const Derivation& d) { return d.bindings.empty(); });
  std::stable_sort(derivations.begin(), derivations.end(), by_statements);
  std::vector<std::vector<std::string>> solutions;
  for (const Derivation& d : derivations) {
    std::vector<std::string> solution;
    for (const std::string& name : answer.variables) {
      const auto found = d.bindings.find(name);
      solution.push_back(found == d.bindings.end() ? "" : found->second);
    }
    if (std::find(solutions.begin(), solutions.end(), solution) ==
        solutions.end()) {
      solutions.push_back(std::move(solution));
    }
  }
  answer.bindings = Page(solutions, query.offset, query.limit);
  return answer;
}

std::vector<Model::Edge> Model::Traverse(const TraversalQuery& query,
                                         uint64_t limit) const {
  struct Hop {
    std::string target;
    ModelStatement statement;
  };
  const auto hops_of = [&](const std::string& term) {
    std::vector<Hop> hops;
    for (const bool outgoing : {true, false}) {
      if (query.direction == TraversalQuery::Direction::kIn && outgoing)
        continue;
      if (query.direction == TraversalQuery::Direction::kOut && !outgoing)
        continue;
      std::vector<ModelStatement> edges;
      for (const Derivation& d : Match(TextPattern{}, 0)) {
        const ModelStatement& s = d.matched.at(0);
        const bool wanted =
            query.relationship_types.empty() ||
            std::find(query.relationship_types.begin(),
                      query.relationship_types.end(),
                      s.names[1]) != query.relationship_types.end();
        if (wanted && s.names[outgoing ? 0 : 2] == term) edges.push_back(s);
      }
      std::sort(edges.begin(), edges.end(),
                [&](const ModelStatement& a, const ModelStatement& b) {
                  return outgoing ? std::tie(a.ids[1], a.ids[2]) <
                                        std::tie(b.ids[1], b.ids[2])
                                  : std::tie(a.ids[0], a.ids[1]) <
                                        std::tie(b.ids[0], b.ids[1]);
                });
      for (const ModelStatement& s : edges)
        hops.push_back({s.names[outgoing ? 2 : 0], s});
    }
    return hops;
  };
  std::vector<Edge> edges;
  std::set<std::string> met = {query.start};
  const auto meet = [&](const std::string& source, const Hop& hop,
                        uint32_t depth) {
    if (edges.size() >= limit || !met.insert(hop.target).second) return false;
    edges.push_back({source, hop.target, hop.statement.names[1], depth,
                     hop.statement.weight});
    return true;
  };
  const auto goes_on = [](const std::string& term) {
    return term.front() != '"';
  };
  if (query.strategy == TraversalQuery::Strategy::kBreadthFirst) {
    std::vector<std::pair<std::string, uint32_t>> queue = {{query.start, 0}};
    for (size_t i = 0; i < queue.size(); ++i) {
      const auto [term, depth] = queue[i];
      if (depth == query.max_depth) continue;
      for (const Hop& hop : hops_of(term)) {
        if (meet(term, hop, depth + 1) && goes_on(hop.target)) {
          queue.emplace_back(hop.target, depth + 1);
        }
      }
    }
    return edges;
  }
  const std::function<void(const std::string&, uint32_t)> descend =
      [&](const std::string& term, uint32_t depth) {
        if (depth == query.max_depth) return;
        for (const Hop& hop : hops_of(term)) {
          if (meet(term, hop, depth + 1) && goes_on(hop.target))
            descend(hop.target, depth + 1);
        }
      };
  descend(query.start, 0);
  return edges;
}

}  // namespace skg::query::test
