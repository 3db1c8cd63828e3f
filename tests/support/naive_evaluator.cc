#include "support/naive_evaluator.h"

#include <algorithm>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>
#include <variant>

#include "rdf/name.h"

namespace skg::test {
namespace {

using namespace query;  // NOLINT(google-build-using-namespace)
using Pairs = std::vector<std::pair<NaiveTerm, NaiveTerm>>;

bool Compatible(const NaiveSolution& a, const NaiveSolution& b) {
  return std::all_of(a.begin(), a.end(), [&](const auto& binding) {
    const auto other = b.find(binding.first);
    return other == b.end() || other->second == binding.second;
  });
}

NaiveSolution Merge(NaiveSolution a, const NaiveSolution& b) {
  a.insert(b.begin(), b.end());
  return a;
}

bool IsNumber(const NaiveTerm& term) { return term[0] != '<'; }

// What an EXISTS pattern gives values to itself.
void AddAssigned(const Algebra& algebra, std::set<Variable>* out) {
  std::visit(
      [&](const auto& node) {
        using Node = std::decay_t<decltype(node)>;
        if constexpr (std::is_same_v<Node, Join> ||
                      std::is_same_v<Node, Union>) {
          for (const auto& input : node.inputs) AddAssigned(*input, out);
        } else if constexpr (std::is_same_v<Node, LeftJoin> ||
                             std::is_same_v<Node, Minus>) {
          AddAssigned(*node.left, out);
          AddAssigned(*node.right, out);
        } else if constexpr (std::is_same_v<Node, Values>) {
          out->insert(node.variables.begin(), node.variables.end());
        } else if constexpr (std::is_same_v<Node, Extend>) {
          AddAssigned(*node.input, out);
          out->insert(node.variable);
        } else if constexpr (std::is_same_v<Node, Project>) {
          std::set<Variable> inner;
          AddAssigned(*node.input, &inner);
          for (const Variable v : node.variables) {
            if (inner.contains(v)) out->insert(v);
          }
        } else if constexpr (std::is_same_v<Node, Group>) {
          for (const auto& a : node.aggregates) out->insert(a.variable);
          AddAssigned(*node.input, out);
        } else if constexpr (std::is_same_v<Node, Filter> ||
                             std::is_same_v<Node, GraphPattern> ||
                             std::is_same_v<Node, Distinct>) {
          AddAssigned(*node.input, out);
        }
      },
      algebra.node);
}

class Evaluation {
 public:
  // `given`: what stands for variables (the substitution of EXISTS).
  Evaluation(const NaiveDataset& dataset, const NaiveGraph& active,
             NaiveSolution given)
      : dataset_(dataset), active_(active), given_(std::move(given)) {}

  NaiveSolutions Of(const Algebra& algebra) const {
    return std::visit([&](const auto& node) { return Eval(node); },
                      algebra.node);
  }

 private:
  // Unset: a variable with no value.
  std::optional<NaiveTerm> Value(const PatternTerm& term,
                                 const NaiveSolution& mu) const {
    if (term.is_term()) return ToNaive(term.term());
    for (const NaiveSolution* from : {&mu, &given_}) {
      const auto found = from->find(term.variable());
      if (found != from->end()) return found->second;
    }
    return std::nullopt;
  }
  bool Match(const PatternTerm& term, const NaiveTerm& value,
             NaiveSolution* mu) const {
    const auto known = Value(term, *mu);
    if (known) return *known == value;
    (*mu)[term.variable()] = value;
    return true;
  }

  // Joins the solutions with the triples that fit, and with their records.
  NaiveSolutions JoinTriples(const NaiveSolutions& solutions,
                             const TriplePattern& pattern,
                             const RecordPattern* record) const {
    NaiveSolutions out;
    for (const NaiveSolution& mu : solutions) {
      for (const auto& triple : active_) {
        NaiveSolution more = mu;
        if (Match(pattern.subject, triple[0], &more) &&
            Match(pattern.predicate, triple[1], &more) &&
            Match(pattern.object, triple[2], &more) &&
            (record == nullptr || MatchRecord(*record, triple, &more))) {
          out.push_back(std::move(more));
        }
      }
    }
    return out;
  }
  bool MatchRecord(const RecordPattern& record,
                   const std::array<NaiveTerm, 3>& triple,
                   NaiveSolution* mu) const {
    const std::optional<NaiveTerm> value = NaiveRecord(triple);
    for (const RecordPattern::Value& property : record.properties) {
      if (!value || !Match(property.term, *value, mu)) return false;
    }
    return true;
  }

  NaiveSolutions Eval(const Bgp& bgp) const {
    NaiveSolutions out = {{}};
    for (const TriplePattern& pattern : bgp.triples)
      out = JoinTriples(out, pattern, nullptr);
    for (const RecordPattern& record : bgp.records)
      out = JoinTriples(out, record.triple, &record);
    return out;
  }

  // ---- Paths (section 18.4) ----
  std::set<NaiveTerm> Nodes() const {
    std::set<NaiveTerm> nodes;
    for (const auto& t : active_) {
      nodes.insert(t[0]);
      nodes.insert(t[2]);
    }
    return nodes;
  }
  // Ends of a path that are terms: they link with themselves whether they are
  // nodes or not.
  using Ends = std::set<NaiveTerm>;
  // All pairs; zero-length ones for the nodes of the graph and for the ends
  // that are terms. A sequence is a join on variables, so that its parts meet
  // in nodes only.
  Pairs PathPairs(const PropertyPath& path, const Ends& from,
                  const Ends& to) const {
    using Kind = PropertyPath::Kind;
    Pairs out;
    switch (path.kind) {
      case Kind::kLink:
        for (const auto& t : active_) {
          if (t[1] == "<" + path.iri + ">") out.emplace_back(t[0], t[2]);
        }
        return out;
      case Kind::kInverse:
        for (auto& [a, b] : PathPairs(path.parts[0], to, from))
          out.emplace_back(b, a);
        return out;
      case Kind::kAlternative:
        for (const auto& part : path.parts) {
          const Pairs some = PathPairs(part, from, to);
          out.insert(out.end(), some.begin(), some.end());
        }
        return out;
      case Kind::kSequence:
        return Sequence(path, from, to);
      case Kind::kNegated:
        return Negated(path);
      case Kind::kZeroOrMore:
      case Kind::kOneOrMore:
      case Kind::kZeroOrOne:
        return Closure(path, from, to);
    }
    return out;
  }
  Pairs Sequence(const PropertyPath& path, const Ends& from,
                 const Ends& to) const {
    const size_t last = path.parts.size() - 1;
    Pairs out = PathPairs(path.parts[0], from, last == 0 ? to : Ends{});
    for (size_t i = 1; i <= last; ++i) {
      Pairs next;
      const Pairs step = PathPairs(path.parts[i], {}, i == last ? to : Ends{});
      for (const auto& [a, b] : out) {
        for (const auto& [c, d] : step) {
          if (b == c) next.emplace_back(a, d);
        }
      }
      out = std::move(next);
    }
    return out;
  }
  Pairs Negated(const PropertyPath& path) const {
    std::set<NaiveTerm> forward, inverse;
    for (const auto& part : path.parts) {
      const bool inverted = part.kind == PropertyPath::Kind::kInverse;
      (inverted ? inverse : forward)
          .insert("<" + (inverted ? part.parts[0].iri : part.iri) + ">");
    }
    Pairs out;
    for (const auto& t : active_) {
      if ((!forward.empty() || inverse.empty()) && !forward.contains(t[1]))
        out.emplace_back(t[0], t[2]);
      if (!inverse.empty() && !inverse.contains(t[1]))
        out.emplace_back(t[2], t[0]);
    }
    return out;
  }
  Pairs Closure(const PropertyPath& path, const Ends& from,
                const Ends& to) const {
    using Kind = PropertyPath::Kind;
    Ends extra = from;
    extra.insert(to.begin(), to.end());
    const Pairs step = PathPairs(path.parts[0], extra, extra);
    std::set<std::pair<NaiveTerm, NaiveTerm>> all(step.begin(), step.end());
    if (path.kind != Kind::kZeroOrOne) {
      for (bool grew = true; grew;) {
        grew = false;
        const auto before = all;
        for (const auto& [a, b] : before) {
          for (const auto& [c, d] : step) {
            if (b == c) grew |= all.emplace(a, d).second;
          }
        }
      }
    }
    if (path.kind != Kind::kOneOrMore) {
      for (const NaiveTerm& node : Nodes()) all.emplace(node, node);
      for (const NaiveTerm& node : extra) all.emplace(node, node);
    }
    return {all.begin(), all.end()};
  }
  NaiveSolutions Eval(const PathPattern& node) const {
    Ends from, to;
    if (const auto value = Value(node.subject, {})) from.insert(*value);
    if (const auto value = Value(node.object, {})) to.insert(*value);
    NaiveSolutions out;
    for (const auto& [a, b] : PathPairs(node.path, from, to)) {
      NaiveSolution mu;
      if (Match(node.subject, a, &mu) && Match(node.object, b, &mu))
        out.push_back(std::move(mu));
    }
    return out;
  }

  // ---- Operators (sections 18.5 and 18.6) ----
  NaiveSolutions Eval(const Join& node) const {
    NaiveSolutions out = Of(*node.inputs[0]);
    for (size_t i = 1; i < node.inputs.size(); ++i) {
      NaiveSolutions next;
      const NaiveSolutions right = Of(*node.inputs[i]);
      for (const auto& a : out) {
        for (const auto& b : right) {
          if (Compatible(a, b)) next.push_back(Merge(a, b));
        }
      }
      out = std::move(next);
    }
    return out;
  }
  NaiveSolutions Eval(const LeftJoin& node) const {
    NaiveSolutions out;
    const NaiveSolutions right = Of(*node.right);
    for (const auto& a : Of(*node.left)) {
      bool any = false;
      for (const auto& b : right) {
        if (!Compatible(a, b)) continue;
        NaiveSolution both = Merge(a, b);
        if (node.condition && !Holds(*node.condition, both)) continue;
        any = true;
        out.push_back(std::move(both));
      }
      if (!any) out.push_back(a);
    }
    return out;
  }
  NaiveSolutions Eval(const Filter& node) const {
    NaiveSolutions out;
    for (const auto& mu : Of(*node.input)) {
      if (Holds(node.condition, mu)) out.push_back(mu);
    }
    return out;
  }
  NaiveSolutions Eval(const Union& node) const {
    NaiveSolutions out;
    for (const auto& input : node.inputs) {
      const NaiveSolutions some = Of(*input);
      out.insert(out.end(), some.begin(), some.end());
    }
    return out;
  }
  NaiveSolutions Eval(const Minus& node) const {
    NaiveSolutions out;
    const NaiveSolutions right = Of(*node.right);
    for (const auto& a : Of(*node.left)) {
      const bool taken =
          std::any_of(right.begin(), right.end(), [&](const auto& b) {
            const bool shares = std::any_of(
                a.begin(), a.end(),
                [&](const auto& binding) { return b.contains(binding.first); });
            return shares && Compatible(a, b);
          });
      if (!taken) out.push_back(a);
    }
    return out;
  }
  NaiveSolutions Eval(const Extend& node) const {
    NaiveSolutions out;
    for (auto mu : Of(*node.input)) {
      if (const auto value = ValueOf(node.expression, mu))
        mu[node.variable] = *value;
      out.push_back(std::move(mu));
    }
    return out;
  }
  NaiveSolutions Eval(const Values& node) const {
    NaiveSolutions out;
    for (const auto& row : node.rows) {
      NaiveSolution& mu = out.emplace_back();
      for (size_t i = 0; i < row.size(); ++i) {
        if (row[i]) mu[node.variables[i]] = ToNaive(*row[i]);
      }
    }
    return out;
  }
  NaiveSolutions Eval(const GraphPattern& node) const {
    const auto name = Value(node.graph, {});
    NaiveSolutions out;
    for (const auto& [graph, triples] : dataset_.named) {
      if (name && *name != graph) continue;
      for (const auto& mu :
           Evaluation(dataset_, triples, given_).Of(*node.input)) {
        NaiveSolution with;
        if (!name) with[node.graph.variable()] = graph;
        if (Compatible(mu, with)) out.push_back(Merge(mu, with));
      }
    }
    return out;
  }
  NaiveSolutions Eval(const Project& node) const {
    NaiveSolution given;
    for (const Variable v : node.variables) {
      if (given_.contains(v)) given[v] = given_.at(v);
    }
    NaiveSolutions out;
    for (const auto& mu :
         Evaluation(dataset_, active_, given).Of(*node.input)) {
      NaiveSolution& kept = out.emplace_back();
      for (const Variable v : node.variables) {
        if (mu.contains(v)) kept[v] = mu.at(v);
      }
    }
    return out;
  }
  NaiveSolutions Eval(const Distinct& node) const {
    const NaiveSolutions all = Of(*node.input);
    const std::set<NaiveSolution> once(all.begin(), all.end());
    return {once.begin(), once.end()};
  }
  NaiveSolutions Eval(const Group& node) const {
    std::map<NaiveSolution, NaiveSolutions> groups;
    if (node.keys.empty()) groups[{}];
    for (const auto& mu : Of(*node.input)) {
      NaiveSolution key;
      for (const auto& [v, expression] : node.keys) {
        if (const auto value = ValueOf(expression, mu)) key[v] = *value;
      }
      groups[key].push_back(mu);
    }
    NaiveSolutions out;
    for (const auto& [key, rows] : groups) {
      NaiveSolution mu = key;
      for (const Aggregate& a : node.aggregates)
        mu[a.variable] = std::to_string(Count(a, rows));
      out.push_back(std::move(mu));
    }
    return out;
  }
  size_t Count(const Aggregate& aggregate, const NaiveSolutions& rows) const {
    if (!aggregate.argument) {
      return aggregate.distinct
                 ? std::set<NaiveSolution>(rows.begin(), rows.end()).size()
                 : rows.size();
    }
    std::multiset<NaiveTerm> values;
    for (const auto& mu : rows) {
      if (const auto value = ValueOf(*aggregate.argument, mu))
        values.insert(*value);
    }
    return aggregate.distinct
               ? std::set<NaiveTerm>(values.begin(), values.end()).size()
               : values.size();
  }
  template <typename Node>
  NaiveSolutions Eval(const Node&) const {
    throw std::logic_error("the naive evaluator lacks an operator");
  }

  // ---- Expressions (section 17): unset is an error ----
  static NaiveTerm Boolean(bool value) { return value ? "true" : "false"; }
  std::optional<bool> Truth(const Expression& e,
                            const NaiveSolution& mu) const {
    const auto value = ValueOf(e, mu);
    if (!value || (*value)[0] == '<') return std::nullopt;
    if (*value == "true" || *value == "false") return *value == "true";
    return *value != "0";
  }
  bool Holds(const Expression& e, const NaiveSolution& mu) const {
    return Truth(e, mu).value_or(false);
  }
  std::optional<NaiveTerm> ValueOf(const Expression& e,
                                   const NaiveSolution& mu) const {
    using Kind = Expression::Kind;
    switch (e.kind) {
      case Kind::kVariable: {
        const NaiveSolution all = Merge(mu, given_);
        const auto found = all.find(e.variable);
        return found == all.end() ? std::nullopt : std::optional(found->second);
      }
      case Kind::kConstant:
        return ToNaive(e.constant);
      case Kind::kOr:
      case Kind::kAnd: {
        const bool ends = e.kind == Kind::kOr;
        bool error = false;
        for (const Expression& argument : e.arguments) {
          const auto truth = Truth(argument, mu);
          if (truth == ends) return Boolean(ends);
          error = error || !truth;
        }
        return error ? std::nullopt : std::optional(Boolean(!ends));
      }
      case Kind::kNot: {
        const auto truth = Truth(e.arguments[0], mu);
        return truth ? std::optional(Boolean(!*truth)) : std::nullopt;
      }
      case Kind::kFunction:
        return Boolean(Merge(mu, given_).contains(e.arguments[0].variable));
      case Kind::kExists:
      case Kind::kNotExists:
        return Boolean(Exists(*e.pattern, mu) == (e.kind == Kind::kExists));
      default:
        return Binary(e, mu);
    }
  }
  std::optional<NaiveTerm> Binary(const Expression& e,
                                  const NaiveSolution& mu) const {
    using Kind = Expression::Kind;
    const auto a = ValueOf(e.arguments[0], mu);
    const auto b = ValueOf(e.arguments[1], mu);
    if (!a || !b) return std::nullopt;
    const bool numbers = IsNumber(*a) && IsNumber(*b) && *a != "true" &&
                         *a != "false" && *b != "true" && *b != "false";
    switch (e.kind) {
      case Kind::kEqual:
        return Boolean(*a == *b);
      case Kind::kNotEqual:
        return Boolean(*a != *b);
      case Kind::kLess:
        if (!numbers) return std::nullopt;
        return Boolean(std::stoll(*a) < std::stoll(*b));
      case Kind::kAdd:
        if (!numbers) return std::nullopt;
        return std::to_string(std::stoll(*a) + std::stoll(*b));
      default:
        throw std::logic_error("the naive evaluator lacks an expression");
    }
  }
  bool Exists(const Algebra& pattern, const NaiveSolution& mu) const {
    std::set<Variable> assigned;
    AddAssigned(pattern, &assigned);
    NaiveSolution substituted, compared;
    for (const auto& [v, value] : Merge(mu, given_))
      (assigned.contains(v) ? compared : substituted)[v] = value;
    const NaiveSolutions found =
        Evaluation(dataset_, active_, substituted).Of(pattern);
    return std::any_of(found.begin(), found.end(), [&](const auto& row) {
      return Compatible(row, compared);
    });
  }

  const NaiveDataset& dataset_;
  const NaiveGraph& active_;
  const NaiveSolution given_;
};

}  // namespace

std::optional<NaiveTerm> NaiveRecord(const std::array<NaiveTerm, 3>& triple) {
  size_t sum = 0;
  for (const NaiveTerm& term : triple) {
    for (const char c : term) sum = sum * 31 + static_cast<unsigned char>(c);
  }
  if (sum % 4 == 0) return std::nullopt;
  return std::to_string(sum % 3);
}

NaiveTerm ToNaive(const rdf::Term& term) {
  return term.kind == rdf::TermKind::kIri ? "<" + term.value + ">" : term.value;
}

rdf::Term FromNaive(const NaiveTerm& term) {
  if (term.starts_with("<<(")) return *rdf::FromNTriples(term);
  if (term[0] == '<') return rdf::Term::Iri(term.substr(1, term.size() - 2));
  return rdf::Term::Literal(term, std::string(term == "true" || term == "false"
                                                  ? rdf::iri::kXsdBoolean
                                                  : rdf::iri::kXsdInteger));
}

NaiveSolutions EvaluateNaively(const query::Algebra& algebra,
                               const NaiveDataset& dataset) {
  return Evaluation(dataset, dataset.default_graph, {}).Of(algebra);
}

}  // namespace skg::test
