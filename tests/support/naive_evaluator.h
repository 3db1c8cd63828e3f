// The algebra of SPARQL 1.1 Query, section 18, evaluated as it is written
// there, over sets and maps: the model of the executor.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "query/algebra.h"

namespace skg::test {

// Terms as text: "<iri>", or the digits of an xsd:integer; triple terms in
// N-Triples form, which only ToNaive and FromNaive know.
using NaiveTerm = std::string;
using NaiveSolution = std::map<query::Variable, NaiveTerm>;
using NaiveSolutions = std::vector<NaiveSolution>;  // a multiset
using NaiveGraph = std::set<std::array<NaiveTerm, 3>>;

struct NaiveDataset {
  NaiveGraph default_graph;
  std::map<NaiveTerm, NaiveGraph> named;  // none of them empty
};

// What the record of a statement has as its metadata's member kRecordMember;
// unset: nothing. It follows from the triple alone.
inline constexpr const char* kRecordMember = "n";
[[nodiscard]] std::optional<NaiveTerm> NaiveRecord(
    const std::array<NaiveTerm, 3>& triple);

[[nodiscard]] NaiveTerm ToNaive(const rdf::Term& term);
[[nodiscard]] rdf::Term FromNaive(const NaiveTerm& term);

// Knows Bgp without triple terms, its records as far as NaiveRecord has them
// and without their reifiers, PathPattern, Join, LeftJoin, Filter, Union,
// GraphPattern, Minus, Extend, Values, Project, Distinct, and Group with COUNT;
// of expressions variables, constants, OR, AND, NOT, =, !=, <, +, BOUND and
// EXISTS. Variables that are substituted by EXISTS are those that its pattern
// does not assign itself.
[[nodiscard]] NaiveSolutions EvaluateNaively(const query::Algebra& algebra,
                                             const NaiveDataset& dataset);

}  // namespace skg::test
