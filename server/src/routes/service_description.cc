#include "routes/service_description.h"

namespace skg::server {

// A query, because that is what asks a graph for its named graphs and has its
// answers written in any form.
std::string DescriptionQuery(bool federated) {
  std::string query = R"(
PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
PREFIX formats: <http://www.w3.org/ns/formats/>
CONSTRUCT {
  <#service> a sd:Service ;
    sd:endpoint <> ;
    sd:supportedLanguage sd:SPARQL10Query, sd:SPARQL11Query,
      sd:SPARQL11Update ;
    sd:resultFormat formats:SPARQL_Results_JSON, formats:SPARQL_Results_XML,
      formats:SPARQL_Results_CSV, formats:SPARQL_Results_TSV,
      formats:Turtle, formats:N-Triples, formats:RDF_XML ;
    sd:inputFormat formats:Turtle, formats:N-Triples, formats:N-Quads,
      formats:TriG, formats:RDF_XML ;
    sd:defaultDataset <#dataset> .
  )";
  if (federated) query += "<#service> sd:feature sd:BasicFederatedQuery .";
  return query + R"(
  <#dataset> a sd:Dataset ;
    sd:defaultGraph <#default-graph> ;
    sd:namedGraph ?node .
  <#default-graph> a sd:Graph .
  ?node a sd:NamedGraph ;
    sd:name ?graph ;
    sd:graph ?content .
  ?content a sd:Graph .
} WHERE {
  OPTIONAL {
    { SELECT ?graph { GRAPH ?graph {} } LIMIT 1000 }
    BIND(BNODE() AS ?node)
    BIND(BNODE() AS ?content)
  }
})";
}

}  // namespace skg::server
