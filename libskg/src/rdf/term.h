// RDF 1.2 terms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace skg::rdf {

enum class TermKind : uint8_t { kIri = 1, kBlankNode, kLiteral, kTripleTerm };
// Base direction of a language-tagged literal (RDF 1.2).
enum class Direction : uint8_t { kNone = 0, kLtr, kRtl };

struct TripleTerm;

// A term as text. Equality is RDF term equality: a simple literal is
// xsd:string, language tags compare in lower case (and are held so).
struct Term {
  TermKind kind = TermKind::kIri;
  // IRI, blank node label (without `_:`), or lexical form. UTF-8.
  std::string value;
  // Literals only. The datatype's IRI; empty means xsd:string, or
  // rdf:langString / rdf:dirLangString where `language` is set.
  std::string datatype;
  std::string language;
  Direction direction = Direction::kNone;
  // kTripleTerm only; immutable and shared between copies.
  std::shared_ptr<const TripleTerm> triple;

  [[nodiscard]] static Term Iri(std::string iri);
  [[nodiscard]] static Term BlankNode(std::string label);
  // An empty datatype or xsd:string give the same term.
  [[nodiscard]] static Term Literal(std::string lexical,
                                    std::string datatype = {});
  // Lower-cases the tag.
  [[nodiscard]] static Term LanguageString(
      std::string lexical, std::string language,
      Direction direction = Direction::kNone);
  [[nodiscard]] static Term Triple(Term subject, Term predicate, Term object);

  friend bool operator==(const Term& a, const Term& b);
};

struct TripleTerm {
  Term subject, predicate, object;
  friend bool operator==(const TripleTerm&, const TripleTerm&) = default;
};

// Bytes of a term's text: value, datatype and language; of a triple term those
// of all its parts.
[[nodiscard]] size_t TextBytes(const Term& term);

// One statement of a document; `graph` is unset (an IRI of length 0) for the
// default graph.
struct Quad {
  Term subject, predicate, object;
  Term graph;
  [[nodiscard]] bool in_default_graph() const {
    return graph.kind == TermKind::kIri && graph.value.empty();
  }
  friend bool operator==(const Quad&, const Quad&) = default;
};

namespace iri {
inline constexpr std::string_view kXsd = "http://www.w3.org/2001/XMLSchema#";
inline constexpr std::string_view kXsdString =
    "http://www.w3.org/2001/XMLSchema#string";
inline constexpr std::string_view kXsdBoolean =
    "http://www.w3.org/2001/XMLSchema#boolean";
inline constexpr std::string_view kXsdInteger =
    "http://www.w3.org/2001/XMLSchema#integer";
inline constexpr std::string_view kXsdDecimal =
    "http://www.w3.org/2001/XMLSchema#decimal";
inline constexpr std::string_view kXsdDouble =
    "http://www.w3.org/2001/XMLSchema#double";
inline constexpr std::string_view kXsdDateTime =
    "http://www.w3.org/2001/XMLSchema#dateTime";
inline constexpr std::string_view kRdfLangString =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString";
inline constexpr std::string_view kRdfDirLangString =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#dirLangString";
inline constexpr std::string_view kRdfType =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
}  // namespace iri

}  // namespace skg::rdf
