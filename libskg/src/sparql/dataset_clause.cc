#include "sparql/dataset_clause.h"

#include <utility>

namespace skg::sparql {

bool ReadDataset(ParseState& state, std::string_view keyword,
                 query::DatasetClause& dataset) {
  while (state.AcceptKeyword(keyword)) {
    const bool named = state.AcceptKeyword("NAMED");
    rdf::Term iri;
    if (!state.ReadIri(iri.value) || !state.Charge(sizeof(iri))) return false;
    (named ? dataset.named_graphs : dataset.default_graphs)
        .push_back(std::move(iri));
  }
  return state.ok();
}

bool ReadName(ParseState& state, query::PatternTerm& name) {
  if (state.Is(Token::kVariable)) {
    Variable variable;
    if (!state.ReadVariable(variable)) return false;
    name.value = variable;
    return true;
  }
  if (!state.AtIri()) return state.Unexpected("an IRI or a variable");
  rdf::Term iri;
  if (!state.ReadIri(iri.value)) return false;
  name.value = std::move(iri);
  return true;
}

}  // namespace skg::sparql
