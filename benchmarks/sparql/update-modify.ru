PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX dblp: <https://dblp.org/rdf/schema#>
PREFIX bench: <urn:bench:>
INSERT { ?publication bench:year ?year } WHERE {
  ?publication rdf:type dblp:Book ; dblp:yearOfPublication ?year
} ;
DELETE { ?publication bench:year ?year } WHERE { ?publication bench:year ?year }
