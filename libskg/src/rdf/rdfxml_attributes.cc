#include "rdf/rdfxml_attributes.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"

namespace skg::rdf {
namespace {

constexpr std::string_view kCoreSyntax[] = {
    "RDF",    "ID",       "about",      "parseType",        "resource",
    "nodeID", "datatype", "annotation", "annotationNodeID", "version"};
constexpr std::string_view kWithdrawn[] = {"aboutEach", "aboutEachPrefix",
                                           "bagID"};

template <size_t size>
bool Has(const std::string_view (&names)[size], std::string_view name) {
  return std::find(names, names + size, name) != names + size;
}

struct SyntaxName {
  std::string_view name;
  RdfXmlAttributes::Value RdfXmlAttributes::*value;
};
constexpr SyntaxName kSyntax[] = {
    {"about", &RdfXmlAttributes::about},
    {"ID", &RdfXmlAttributes::id},
    {"nodeID", &RdfXmlAttributes::node_id},
    {"resource", &RdfXmlAttributes::resource},
    {"datatype", &RdfXmlAttributes::datatype},
    {"parseType", &RdfXmlAttributes::parse_type},
    {"annotation", &RdfXmlAttributes::annotation},
    {"annotationNodeID", &RdfXmlAttributes::annotation_node_id},
    {"version", &RdfXmlAttributes::version}};

bool SortRdf(std::string_view local, const XmlAttribute& attribute,
             RdfXmlAttributes& sorted, std::string& error) {
  for (const SyntaxName& syntax : kSyntax) {
    if (local != syntax.name) continue;
    RdfXmlAttributes::Value& value = sorted.*syntax.value;
    if (value.has_value()) {
      error = absl::StrCat("rdf:", av(local), " is given twice");
      return false;
    }
    value = attribute.value;
    return true;
  }
  if (Has(kWithdrawn, local)) {
    error = absl::StrCat("rdf:", av(local), " was withdrawn from RDF/XML");
    return false;
  }
  if (local == "RDF" || local == "Description" || local == "li") {
    error = absl::StrCat("rdf:", av(local), " cannot be an attribute");
    return false;
  }
  sorted.properties.push_back(
      {{kRdfNamespace, local, attribute.name.prefix}, attribute.value});
  return true;
}

bool SortUnqualified(const XmlAttribute& attribute, RdfXmlAttributes& sorted,
                     std::string& error) {
  constexpr std::string_view kOldStyle[] = {"about", "ID", "resource",
                                            "parseType", "type"};
  const std::string_view local = attribute.name.local;
  if (Has(kOldStyle, local)) return SortRdf(local, attribute, sorted, error);
  // XML keeps names that begin so for itself.
  if (absl::StartsWithIgnoreCase(av(local), "xml")) return true;
  error = absl::StrCat("attribute '", av(local.substr(0, 100)),
                       "' has no namespace; give it a prefix");
  return false;
}

// Whether a name in a longer namespace than RDF's makes a name of syntax when
// joined, such as namespace ...ns#ab with local name "out".
bool JoinsToSyntax(const XmlName& name) {
  if (!name.space.starts_with(kRdfNamespace)) return false;
  std::string local(name.space.substr(kRdfNamespace.size()));
  local.append(name.local);
  return Has(kCoreSyntax, local) || Has(kWithdrawn, local) ||
         local == "Description" || local == "li";
}

}  // namespace

void RdfXmlAttributes::Clear() {
  for (const SyntaxName& syntax : kSyntax) (this->*syntax.value).reset();
  base.reset();
  language.reset();
  direction.reset();
  properties.clear();
}

bool SortAttributes(const std::vector<XmlAttribute>& attributes,
                    RdfXmlAttributes& sorted, std::string& error) {
  sorted.Clear();
  for (const XmlAttribute& attribute : attributes) {
    const XmlName& name = attribute.name;
    if (name.space.empty()) {
      if (!SortUnqualified(attribute, sorted, error)) return false;
    } else if (name.space == kXmlNamespace) {
      if (name.local == "lang") sorted.language = attribute.value;
      if (name.local == "base") sorted.base = attribute.value;
    } else if (name.space == kItsNamespace &&
               (name.local == "dir" || name.local == "version")) {
      if (name.local == "version") continue;
      sorted.direction = attribute.value == "ltr"   ? Direction::kLtr
                         : attribute.value == "rtl" ? Direction::kRtl
                                                    : Direction::kNone;
    } else if (name.space == kRdfNamespace) {
      if (!SortRdf(name.local, attribute, sorted, error)) return false;
    } else if (JoinsToSyntax(name)) {
      error = absl::StrCat("attribute '", av(name.local.substr(0, 100)),
                           "' of RDF/XML needs the RDF namespace whole");
      return false;
    } else {
      sorted.properties.push_back(attribute);
    }
  }
  return true;
}

bool IriOfName(const XmlName& name, std::string& iri, std::string& error) {
  iri.assign(name.space);
  iri.append(name.local);
  if (name.space.empty()) {
    error = absl::StrCat("'", av(name.local.substr(0, 100)),
                         "' has no namespace; declare one with xmlns");
    return false;
  }
  if (IsAbsoluteIri(iri)) return true;
  error = absl::StrCat("namespace \"", av(name.space.substr(0, 200)),
                       "\" is not an absolute IRI");
  return false;
}

bool CheckElementName(std::string_view iri, ElementKind kind,
                      std::string& error) {
  if (!iri.starts_with(kRdfNamespace)) return true;
  const std::string_view local = iri.substr(kRdfNamespace.size());
  const bool node = kind == ElementKind::kNode;
  const bool reserved =
      Has(kCoreSyntax, local) || local == (node ? "li" : "Description");
  if (!reserved && !Has(kWithdrawn, local)) return true;
  error = absl::StrCat("rdf:", av(local), " cannot be a ",
                       node ? "node" : "property", " element");
  return false;
}

bool IsNcName(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  char32_t character;
  if (p == end || !DecodeUtf8(p, end, character) || !IsNameStart(character))
    return false;
  while (p < end) {
    if (!DecodeUtf8(p, end, character)) return false;
    if (character != '.' && !IsNameCharacter(character)) return false;
  }
  return true;
}

}  // namespace skg::rdf
