#include "sparql/group_parser.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "sparql/dataset_clause.h"
#include "sparql/expression_parser.h"
#include "sparql/record_patterns.h"
#include "sparql/search_property.h"
#include "sparql/select_parser.h"
#include "sparql/service_text.h"
#include "sparql/table_service.h"
#include "sparql/triples_parser.h"

namespace skg::sparql {
namespace {

using query::AlgebraPtr;
using query::PatternTerm;

Pattern EmptyPattern() {
  Pattern pattern;
  pattern.algebra = query::MakeAlgebra(query::Bgp{});
  return pattern;
}

bool IsEmptyBgp(const query::Algebra& algebra) {
  const auto* bgp = std::get_if<query::Bgp>(&algebra.node);
  return bgp != nullptr && bgp->empty();
}

// One condition of one filter or more.
query::Expression Conjunction(std::vector<query::Expression> filters) {
  if (filters.size() == 1) return std::move(filters[0]);
  query::Expression all;
  all.kind = query::Expression::Kind::kAnd;
  all.arguments = std::move(filters);
  return all;
}

// As the specification translates a group, element by element.
class GroupParser {
 public:
  explicit GroupParser(ParseState& state)
      : state_(state),
        triples_(state, TripleRules::kPattern),
        group_(EmptyPattern()) {}

  // The filters stay apart.
  bool Read(Pattern& out);

 private:
  bool Elements();
  bool Element();
  bool FlushTriples();
  bool Add(query::TriplePattern triple);
  void Scope(const PatternTerm& term);

  bool Optional();
  bool Minus();
  bool Graph();
  bool Service();
  bool Filter();
  bool Bind();
  bool GroupOrUnion();

  ParseState& state_;
  TriplesParser triples_;
  Pattern group_;
};

bool ApplyFilters(ParseState& state, Pattern& pattern) {
  if (pattern.filters.empty()) return true;
  query::Filter filter;
  filter.condition = Conjunction(std::move(pattern.filters));
  pattern.filters.clear();
  return Wrap(state, std::move(filter), 1 + pattern.filter_depth, pattern);
}

bool GroupParser::Read(Pattern& out) {
  const Level level(state_);
  if (!level.ok() || !state_.Expect(Token::kOpenBrace, "'{'")) return false;
  const uint32_t outer_bgp = state_.bgp();
  state_.NewBgp();
  if (state_.IsKeyword("SELECT")) {
    if (!ReadSubSelect(state_, group_)) return false;
    if (!state_.Expect(Token::kCloseBrace, "'}' at the end of the subquery"))
      return false;
  } else if (!Elements()) {
    return false;
  }
  state_.set_bgp(outer_bgp);
  out = std::move(group_);
  return state_.ok();
}

// To the closing brace.
bool GroupParser::Elements() {
  for (;;) {
    if (triples_.AtTriples() && !triples_.Triples()) return false;
    if (state_.Accept(Token::kCloseBrace)) return FlushTriples();
    if (!Element()) return false;
    state_.Accept(Token::kDot);
  }
}

bool GroupParser::Element() {
  // Filters do not end a basic graph pattern; all else does.
  if (state_.AcceptKeyword("FILTER")) return Filter();
  if (!FlushTriples()) return false;
  bool done = false;
  if (state_.Is(Token::kOpenBrace)) {
    done = GroupOrUnion();
  } else if (state_.AcceptKeyword("OPTIONAL")) {
    done = Optional();
  } else if (state_.AcceptKeyword("MINUS")) {
    done = Minus();
  } else if (state_.AcceptKeyword("GRAPH")) {
    done = Graph();
  } else if (state_.AcceptKeyword("SERVICE")) {
    done = Service();
  } else if (state_.AcceptKeyword("BIND")) {
    done = Bind();
  } else if (state_.AcceptKeyword("VALUES")) {
    Pattern values;
    done =
        ReadValues(state_, values) && JoinTo(state_, group_, std::move(values));
  } else {
    return state_.Unexpected(
        state_.Is(Token::kDot)
            ? "triples, a keyword like FILTER or OPTIONAL, '{' or '}'"
            : "'.', ';' or ',' and more triples, a keyword like FILTER or "
              "OPTIONAL, '{' or '}'");
  }
  state_.NewBgp();
  return done;
}

void GroupParser::Scope(const PatternTerm& term) {
  VisitVariables(term, [this](Variable variable) {
    if (!state_.table().internal(variable)) group_.in_scope.insert(variable);
  });
}

bool GroupParser::FlushTriples() {
  query::Bgp bgp;
  const auto end_bgp = [&] {
    if (bgp.triples.empty()) return true;
    if (!SplitRecords(state_, bgp)) return false;
    Pattern pattern;
    pattern.algebra = query::MakeAlgebra(std::exchange(bgp, {}));
    return JoinTo(state_, group_, std::move(pattern));
  };
  for (TripleElement& element : triples_.Take()) {
    if (auto* triple = std::get_if<query::TriplePattern>(&element)) {
      Scope(triple->subject);
      Scope(triple->predicate);
      Scope(triple->object);
      bgp.triples.push_back(std::move(*triple));
      continue;
    }
    Pattern pattern;
    if (auto* search = std::get_if<SearchPattern>(&element)) {
      Scope(search->subject);
      for (const PatternTerm& argument : search->arguments) Scope(argument);
      if (!MakeSearch(state_, *search, pattern)) return false;
    } else {
      auto& path = std::get<query::PathPattern>(element);
      Scope(path.subject);
      Scope(path.object);
      pattern.algebra = query::MakeAlgebra(std::move(path));
    }
    if (!end_bgp() || !JoinTo(state_, group_, std::move(pattern))) return false;
  }
  return end_bgp();
}

bool GroupParser::Filter() {
  ParsedExpression condition;
  if (!ExpressionParser(state_).Constraint(condition)) return false;
  group_.filter_depth = std::max(group_.filter_depth, condition.depth);
  group_.filters.push_back(std::move(condition.expression));
  return true;
}

bool GroupParser::Optional() {
  Pattern right;
  if (!GroupParser(state_).Read(right)) return false;
  query::LeftJoin join;
  if (!right.filters.empty())
    join.condition = Conjunction(std::move(right.filters));
  join.left = std::move(group_.algebra);
  join.right = std::move(right.algebra);
  group_.algebra = query::MakeAlgebra(std::move(join));
  group_.depth =
      1 + std::max({group_.depth, right.depth, 1 + right.filter_depth});
  AddToScope(std::move(right.in_scope), group_.in_scope);
  return state_.Charge(sizeof(query::Algebra)) &&
         state_.CheckDepth(group_.depth);
}

bool GroupParser::Minus() {
  Pattern right;
  if (!ReadGroup(state_, right)) return false;
  group_.algebra = query::MakeAlgebra(
      query::Minus{std::move(group_.algebra), std::move(right.algebra)});
  group_.depth = 1 + std::max(group_.depth, right.depth);
  return state_.Charge(sizeof(query::Algebra)) &&
         state_.CheckDepth(group_.depth);
}

bool GroupParser::Graph() {
  query::GraphPattern graph;
  Pattern inner;
  if (!ReadName(state_, graph.graph) || !ReadGroup(state_, inner)) return false;
  Scope(graph.graph);
  return Wrap(state_, std::move(graph), 1, inner) &&
         JoinTo(state_, group_, std::move(inner));
}

bool GroupParser::Service() {
  query::Service service;
  Pattern inner;
  const size_t start = state_.offset();
  service.silent = state_.AcceptKeyword("SILENT");
  if (!ReadName(state_, service.endpoint)) return false;
  const size_t begin = state_.offset();
  ++state_.services;
  if (!ReadGroup(state_, inner)) return false;
  --state_.services;
  if (const auto table = TableOf(service.endpoint);
      table && state_.services == 0) {
    query::TableCall call;
    if (!MakeTableCall(state_, start, *table, *inner.algebra, call))
      return false;
    inner.algebra = query::MakeAlgebra(std::move(call));
    inner.depth = 1;
    return JoinTo(state_, group_, std::move(inner));
  }
  if (state_.services == 0 &&
      !MakeServiceText(state_, begin, state_.last_end(), service.text)) {
    return false;
  }
  Scope(service.endpoint);
  return Wrap(state_, std::move(service), 1, inner) &&
         JoinTo(state_, group_, std::move(inner));
}

bool GroupParser::Bind() {
  query::Extend extend;
  ParsedExpression expression;
  if (!state_.Expect(Token::kOpenParenthesis, "'('") ||
      !ExpressionParser(state_).Expression(expression) ||
      !state_.ExpectKeyword("AS")) {
    return false;
  }
  const size_t offset = state_.offset();
  if (!state_.ReadVariable(extend.variable)) return false;
  if (!group_.in_scope.insert(extend.variable).second) {
    return state_.Fail(
        offset, absl::StrCat(state_.Name(extend.variable),
                             " is already in scope here; BIND needs a new "
                             "variable"));
  }
  extend.expression = std::move(expression.expression);
  return state_.Expect(Token::kCloseParenthesis, "')'") &&
         Wrap(state_, std::move(extend), expression.depth, group_);
}

bool GroupParser::GroupOrUnion() {
  Pattern first;
  if (!ReadGroup(state_, first)) return false;
  if (state_.IsKeyword("UNION")) {
    query::Union all;
    all.inputs.push_back(std::move(first.algebra));
    while (state_.AcceptKeyword("UNION")) {
      Pattern next;
      if (!ReadGroup(state_, next)) return false;
      all.inputs.push_back(std::move(next.algebra));
      first.depth = std::max(first.depth, next.depth);
      AddToScope(std::move(next.in_scope), first.in_scope);
      if (!state_.Charge(sizeof(query::Algebra))) return false;
    }
    first.algebra = query::MakeAlgebra(std::move(all));
    ++first.depth;
    if (!state_.CheckDepth(first.depth)) return false;
  }
  return JoinTo(state_, group_, std::move(first));
}

}  // namespace

bool ReadGroup(ParseState& state, Pattern& out) {
  return GroupParser(state).Read(out) && ApplyFilters(state, out);
}

void AddToScope(VariableSet&& from, VariableSet& to) {
  if (from.size() > to.size()) from.swap(to);
  to.insert(from.begin(), from.end());
}

bool JoinTo(ParseState& state, Pattern& left, Pattern right) {
  AddToScope(std::move(right.in_scope), left.in_scope);
  if (IsEmptyBgp(*right.algebra)) return true;
  if (IsEmptyBgp(*left.algebra)) {
    left.algebra = std::move(right.algebra);
    left.depth = right.depth;
    return true;
  }
  auto* join = std::get_if<query::Join>(&left.algebra->node);
  if (join == nullptr) {
    query::Join both;
    both.inputs.push_back(std::move(left.algebra));
    left.algebra = query::MakeAlgebra(std::move(both));
    join = &std::get<query::Join>(left.algebra->node);
    ++left.depth;
  }
  if (auto* inner = std::get_if<query::Join>(&right.algebra->node)) {
    for (AlgebraPtr& input : inner->inputs)
      join->inputs.push_back(std::move(input));
    left.depth = std::max(left.depth, right.depth);
  } else {
    join->inputs.push_back(std::move(right.algebra));
    left.depth = std::max(left.depth, 1 + right.depth);
  }
  return state.Charge(sizeof(query::Algebra)) && state.CheckDepth(left.depth);
}

}  // namespace skg::sparql
