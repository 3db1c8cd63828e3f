#include "sparql/template_pattern.h"

#include <memory>
#include <optional>
#include <utility>

#include "sparql/record_patterns.h"
#include "sparql/triples_parser.h"

namespace skg::sparql {
namespace {

using query::PatternTerm;
using query::TriplePattern;

class Converter {
 public:
  explicit Converter(ParseState& state) : state_(state) {}

  bool Convert(const std::vector<TriplePattern>& triples, Pattern& out);
  void Scope(const PatternTerm& term, Pattern& out) const;

 private:
  PatternTerm ToPattern(const PatternTerm& term);
  PatternTerm ToPattern(const rdf::Term& term);
  PatternTerm Triple(PatternTerm subject, PatternTerm predicate,
                     PatternTerm object);

  ParseState& state_;
  StringMap<Variable> variables_;  // by label
};

void Converter::Scope(const PatternTerm& term, Pattern& out) const {
  VisitVariables(term, [&](Variable variable) {
    if (!state_.table().internal(variable)) out.in_scope.insert(variable);
  });
}

using GraphName = std::optional<PatternTerm>;
bool SameGraph(const GraphName& a, const GraphName& b) {
  if (!a || !b) return !a && !b;
  if (a->is_variable() || b->is_variable()) {
    return a->is_variable() && b->is_variable() &&
           a->variable() == b->variable();
  }
  return a->term() == b->term();
}

bool HasBlankNode(const rdf::Term& term) {
  if (term.kind == rdf::TermKind::kBlankNode) return true;
  return term.kind == rdf::TermKind::kTripleTerm &&
         (HasBlankNode(term.triple->subject) ||
          HasBlankNode(term.triple->object));
}

PatternTerm Converter::Triple(PatternTerm subject, PatternTerm predicate,
                              PatternTerm object) {
  return {
      std::make_shared<const query::TripleTermPattern>(query::TripleTermPattern{
          std::move(subject), std::move(predicate), std::move(object)})};
}

PatternTerm Converter::ToPattern(const rdf::Term& term) {
  if (!HasBlankNode(term)) return {term};
  if (term.kind == rdf::TermKind::kTripleTerm) {
    return Triple(ToPattern(term.triple->subject),
                  ToPattern(term.triple->predicate),
                  ToPattern(term.triple->object));
  }
  const auto [entry, is_new] = variables_.try_emplace(term.value, 0);
  if (is_new) entry->second = state_.NewVariable('b');
  return {entry->second};
}

PatternTerm Converter::ToPattern(const PatternTerm& term) {
  if (term.is_variable()) return term;
  if (term.is_term()) return ToPattern(term.term());
  const query::TripleTermPattern& triple = term.triple();
  return Triple(ToPattern(triple.subject), ToPattern(triple.predicate),
                ToPattern(triple.object));
}

bool Converter::Convert(const std::vector<TriplePattern>& triples,
                        Pattern& out) {
  query::Bgp bgp;
  for (const TriplePattern& triple : triples) {
    TriplePattern pattern{ToPattern(triple.subject),
                          ToPattern(triple.predicate),
                          ToPattern(triple.object)};
    for (const PatternTerm* term :
         {&pattern.subject, &pattern.predicate, &pattern.object}) {
      Scope(*term, out);
    }
    size_t bytes = sizeof(pattern);
    for (const PatternTerm* term :
         {&triple.subject, &triple.predicate, &triple.object}) {
      if (term->is_term()) bytes += rdf::TextBytes(term->term());
    }
    if (!state_.Charge(bytes)) return false;
    bgp.triples.push_back(std::move(pattern));
  }
  if (!SplitRecords(state_, bgp)) return false;
  out.algebra = query::MakeAlgebra(std::move(bgp));
  return state_.ok();
}

}  // namespace

bool MakePattern(ParseState& state, const std::vector<TriplePattern>& triples,
                 Pattern& out) {
  return Converter(state).Convert(triples, out);
}

bool MakePattern(ParseState& state,
                 const std::vector<query::QuadPattern>& quads, Pattern& out) {
  Converter converter(state);
  out.algebra = query::MakeAlgebra(query::Bgp{});
  for (size_t begin = 0; begin < quads.size();) {
    // Quads of one graph that stand together make one pattern.
    std::vector<TriplePattern> triples;
    size_t end = begin;
    for (;
         end < quads.size() && SameGraph(quads[end].graph, quads[begin].graph);
         ++end)
      triples.push_back(quads[end].triple);
    Pattern part;
    if (!converter.Convert(triples, part)) return false;
    if (quads[begin].graph) {
      converter.Scope(*quads[begin].graph, part);
      query::GraphPattern graph;
      graph.graph = *quads[begin].graph;
      if (!Wrap(state, std::move(graph), 1, part)) return false;
    }
    if (!JoinTo(state, out, std::move(part))) return false;
    begin = end;
  }
  return state.ok();
}

}  // namespace skg::sparql
