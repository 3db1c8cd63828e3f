// The names and attributes that mean something to RDF/XML.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rdf/term.h"
#include "rdf/xml_parser.h"

namespace skg::rdf {

inline constexpr std::string_view kRdfNamespace =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#";
inline constexpr std::string_view kItsNamespace =
    "http://www.w3.org/2005/11/its";
inline constexpr std::string_view kXmlNamespace =
    "http://www.w3.org/XML/1998/namespace";

namespace iri {
inline constexpr std::string_view kRdfRdf =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#RDF";
inline constexpr std::string_view kRdfDescription =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#Description";
inline constexpr std::string_view kRdfLi =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#li";
inline constexpr std::string_view kRdfNil =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#nil";
inline constexpr std::string_view kRdfFirst =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#first";
inline constexpr std::string_view kRdfRest =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest";
inline constexpr std::string_view kRdfStatement =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#Statement";
inline constexpr std::string_view kRdfSubject =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#subject";
inline constexpr std::string_view kRdfPredicate =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate";
inline constexpr std::string_view kRdfObject =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#object";
inline constexpr std::string_view kRdfReifies =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#reifies";
inline constexpr std::string_view kRdfXmlLiteral =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral";
}  // namespace iri

// The attributes of one element, sorted by what they say; the views live as
// long as the event.
struct RdfXmlAttributes {
  using Value = std::optional<std::string_view>;
  Value about, id, node_id, resource, datatype, parse_type;
  Value annotation, annotation_node_id;
  Value base, language, version;
  std::optional<Direction> direction;
  // Each a statement: rdf:type (whose value is an IRI) and all that is not
  // syntax.
  std::vector<XmlAttribute> properties;

  void Clear();
};

// Sorts the attributes. False, with what is wrong in `error`, if one may stand
// nowhere: withdrawn or reserved names, names without namespace, one given
// twice.
[[nodiscard]] bool SortAttributes(const std::vector<XmlAttribute>& attributes,
                                  RdfXmlAttributes& sorted, std::string& error);

// Puts the IRI that the name stands for into `iri`. False if it is none.
[[nodiscard]] bool IriOfName(const XmlName& name, std::string& iri,
                             std::string& error);

enum class ElementKind { kNode, kProperty };
// Whether an element of that kind can be called so: no syntax of RDF/XML.
[[nodiscard]] bool CheckElementName(std::string_view iri, ElementKind kind,
                                    std::string& error);

// NCName: what rdf:ID and rdf:nodeID hold.
[[nodiscard]] bool IsNcName(std::string_view text);

}  // namespace skg::rdf
