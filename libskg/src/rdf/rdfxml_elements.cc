// What the start tags of RDF/XML say.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"
#include "rdf/rdfxml_parser.h"
#include "xxhash.h"

namespace skg::rdf {
namespace {

constexpr std::string_view kFreshPrefix = "anon-";
constexpr std::string_view kEscapedPrefix = "anon-doc-";
constexpr std::string_view kDotPrefix = "anon-end-";

// Of how many rdf:IDs is known that they come once.
constexpr size_t kMaxIds = size_t{1} << 20;

}  // namespace

// Whether an element may begin inside the one that is open.
bool RdfXmlParser::MayBegin() {
  const Frame& outer = top();
  switch (outer.content) {
    case Content::kNothing:
      return Fail(
          "an element in a property whose object is given already; repeat the "
          "property");
    case Content::kTriple:
      return !outer.has_node ||
             Fail("rdf:parseType=\"Triple\" holds one node element");
    case Content::kOpen:
      if (outer.typed) {
        return Fail(
            "an element in a property with rdf:datatype, whose object "
            "is text");
      }
      for (const char byte : text_) {
        if (byte != ' ' && byte != '\t' && byte != '\n' && byte != '\r') {
          return Fail(
              "an element after text; a property holds either; XML needs "
              "rdf:parseType=\"Literal\"");
        }
      }
      return !text_too_long_ || Fail("an element after 64 MiB of blanks");
    default:
      return true;
  }
}

bool RdfXmlParser::StartRdf() {
  if (!Push(Content::kNodes) || !EnterScope()) return false;
  RdfXmlAttributes& a = attributes_;
  if (!a.properties.empty() || a.about || a.id || a.node_id || a.resource ||
      a.datatype || a.parse_type || a.annotation || a.annotation_node_id) {
    return Fail(
        "rdf:RDF has no attributes but namespaces, xml:..., its:dir and "
        "rdf:version");
  }
  return true;
}

bool RdfXmlParser::StartNode() {
  if (!CheckElementName(name_, ElementKind::kNode, error_.message))
    return false;
  const RdfXmlAttributes& a = attributes_;
  if (a.resource || a.datatype || a.parse_type || a.annotation ||
      a.annotation_node_id) {
    return Fail(
        "rdf:resource, rdf:datatype, rdf:parseType, rdf:annotation and "
        "rdf:annotationNodeID belong to property elements, and this is a node "
        "element; a node is named by rdf:about");
  }
  if (!Push(Content::kProperties) || !EnterScope()) return false;
  Frame& frame = top();
  if (!Subject(frame.node) || !HoldNames(frame)) return false;
  Attach(frame.node);
  if (name_ != iri::kRdfDescription) {
    quad_.subject = frame.node;
    quad_.predicate.value.assign(iri::kRdfType);
    Reset(TermKind::kIri, quad_.object);
    quad_.object.value.assign(name_);
    Emit(quad_);
  }
  return PropertyAttributes(frame.node);
}

bool RdfXmlParser::Subject(Term& node) {
  const RdfXmlAttributes& a = attributes_;
  if (a.about.has_value() + a.id.has_value() + a.node_id.has_value() > 1) {
    return Fail(
        "a node has one of rdf:about, rdf:ID and rdf:nodeID, not several");
  }
  Reset(TermKind::kIri, node);
  if (a.about) return ResolveIri(*a.about, node.value);
  if (a.id) return IdTo(*a.id, node.value);
  if (a.node_id) return NodeIdTo(*a.node_id, node);
  FreshNode(node);
  return true;
}

bool RdfXmlParser::StartProperty() {
  if (!CheckElementName(name_, ElementKind::kProperty, error_.message))
    return false;
  if (name_ == iri::kRdfLi) {
    name_ = absl::StrCat(av(kRdfNamespace), "_", ++top().items);
  }
  if (!Push(Content::kOpen) || !EnterScope()) return false;
  Frame& property = top();
  property.predicate.assign(name_);
  const RdfXmlAttributes& a = attributes_;
  if (!CheckPropertyAttributes() || !Reifiers(property)) return false;
  if (a.parse_type) return ParsedProperty(property);
  if (a.resource || a.node_id || !a.properties.empty())
    return EmptyProperty(property);
  return OpenProperty(property);
}

bool RdfXmlParser::CheckPropertyAttributes() {
  const RdfXmlAttributes& a = attributes_;
  if (a.about) {
    return Fail(
        "rdf:about belongs to node elements, and this is a property element; "
        "an object is named by rdf:resource");
  }
  const bool object = a.resource || a.node_id || !a.properties.empty();
  if (a.resource && a.node_id) {
    return Fail("a property has rdf:resource or rdf:nodeID, not both");
  }
  if (a.parse_type && (object || a.datatype)) {
    return Fail(
        "a property with rdf:parseType has no rdf:resource, rdf:nodeID, "
        "rdf:datatype and property attributes");
  }
  if (a.datatype && object) {
    return Fail(
        "a property with rdf:datatype has no rdf:resource, rdf:nodeID and "
        "property attributes");
  }
  return true;
}

bool RdfXmlParser::Reifiers(Frame& property) {
  const RdfXmlAttributes& a = attributes_;
  if (a.id && !IdTo(*a.id, property.id)) return false;
  if (a.annotation) {
    Term& reifier = property.reifiers.emplace_back();
    if (!ResolveIri(*a.annotation, reifier.value)) return false;
  }
  if (a.annotation_node_id) {
    Term& reifier = property.reifiers.emplace_back();
    if (!NodeIdTo(*a.annotation_node_id, reifier)) return false;
  }
  return true;
}

bool RdfXmlParser::ParsedProperty(Frame& property) {
  if (!HoldNames(property)) return false;
  const std::string_view type = *attributes_.parse_type;
  if (type == "Resource") {
    property.content = Content::kProperties;
    FreshNode(property.node);
    quad_.object = property.node;
    EmitProperty(property, parent().node);
  } else if (type == "Collection") {
    property.content = Content::kCollection;
  } else if (type != "Triple") {
    // Every other value means the same as Literal.
    property.content = Content::kXml;
    literal_.Reset();
  } else if (scope().version_1_2) {
    if (triples_.size() == size_t{kMaxNesting}) {
      return Fail("triple terms are nested deeper than 1000", true);
    }
    property.content = Content::kTriple;
    property.place = xml_.PlaceOfEvent();
    triples_.push_back(depth_ - 1);
  } else {
    // Before RDF 1.2 it says nothing.
    Pop();
    skipped_ = 1;
  }
  return true;
}

bool RdfXmlParser::EmptyProperty(Frame& property) {
  const RdfXmlAttributes& a = attributes_;
  property.content = Content::kNothing;
  Reset(TermKind::kIri, property.node);
  if (a.resource) {
    if (!ResolveIri(*a.resource, property.node.value)) return false;
  } else if (a.node_id) {
    if (!NodeIdTo(*a.node_id, property.node)) return false;
  } else {
    FreshNode(property.node);
  }
  if (!HoldNames(property)) return false;
  quad_.object = property.node;
  EmitProperty(property, parent().node);
  return PropertyAttributes(property.node);
}

bool RdfXmlParser::OpenProperty(Frame& property) {
  property.typed = attributes_.datatype.has_value();
  if (property.typed) {
    Reset(TermKind::kLiteral, quad_.object);
    if (!ResolveIri(*attributes_.datatype, property.datatype) ||
        !SetDatatype(property.datatype, quad_.object, error_)) {
      return false;
    }
  }
  text_.clear();
  text_too_long_ = false;
  return HoldNames(property);
}

bool RdfXmlParser::PropertyAttributes(const Term& subject) {
  for (const XmlAttribute& attribute : attributes_.properties) {
    quad_.subject = subject;
    if (!IriOfName(attribute.name, quad_.predicate.value, error_.message))
      return false;
    if (quad_.predicate.value == iri::kRdfType) {
      Reset(TermKind::kIri, quad_.object);
      if (!ResolveIri(attribute.value, quad_.object.value)) return false;
    } else {
      Reset(TermKind::kLiteral, quad_.object);
      if (attribute.value.size() > kMaxTermBytes)
        return Fail("a term is longer than 64 MiB; the limit is 64 MiB");
      quad_.object.value.assign(attribute.value);
      SetLanguage();
    }
    Emit(quad_);
  }
  return true;
}

// --- What elements inherit ---

bool RdfXmlParser::EnterScope() {
  const RdfXmlAttributes& a = attributes_;
  if (!a.base && !a.language && !a.direction && !a.version) return true;
  scopes_.push_back(scope());
  top().scope = scopes_.size() - 1;
  Scope& inner = scopes_.back();
  if (a.base) {
    std::string base;
    if (!ResolveIri(*a.base, base)) return false;
    if (!Hold(base.size())) return false;
    inner.base = std::make_shared<const BaseIri>(base);
  }
  if (a.language) {
    Term literal;
    if (!a.language->empty() && !IsLanguageTag(*a.language)) {
      return Fail(absl::StrCat(
          "xml:lang \"", av(a.language->substr(0, 40)),
          "\" is not a language tag; a tag is subtags of 1 to 8 letters or "
          "digits joined by '-', like en or de-CH"));
    }
    if (!a.language->empty() && !DecodeLanguage(*a.language, literal, error_))
      return false;
    if (!Hold(literal.language.size())) return false;
    inner.language =
        std::make_shared<const std::string>(std::move(literal.language));
  }
  if (a.direction) inner.direction = *a.direction;
  if (a.version) {
    inner.version_1_2 = a.version->starts_with("1.2");
    if (*a.version != "1.1" && *a.version != "1.2" && *a.version != "1.2-basic")
      return Fail("rdf:version is 1.1, 1.2 or 1.2-basic");
  }
  return true;
}

// --- Terms ---

bool RdfXmlParser::ResolveIri(std::string_view reference, std::string& iri) {
  for (size_t at = 0; at < reference.size(); ++at) {
    if (Is(reference[at], kIriByte)) continue;
    return Fail(absl::StrCat("an IRI cannot hold ",
                             Quoted(reference.substr(at)),
                             "; percent-encode it"));
  }
  if (HasScheme(reference)) {
    iri.assign(reference);
  } else if (scope().base == nullptr) {
    return Fail(
        "a relative IRI, and no base to resolve it against; write the whole "
        "IRI or set xml:base");
  } else {
    scope().base->Resolve(reference, iri);
  }
  return iri.size() <= kMaxTermBytes ||
         Fail("a term is longer than 64 MiB; the limit is 64 MiB");
}

bool RdfXmlParser::IdTo(std::string_view id, std::string& iri) {
  if (!IsNcName(id)) {
    return Fail(absl::StrCat("rdf:ID \"", av(id.substr(0, 100)),
                             "\" is not an XML name without colon"));
  }
  scratch_.assign("#");
  scratch_.append(id);
  if (!ResolveIri(scratch_, iri)) return false;
  if (ids_.size() == kMaxIds) return true;
  const XXH128_hash_t hash = XXH3_128bits(iri.data(), iri.size());
  return ids_.emplace(hash.low64, hash.high64).second ||
         Fail(absl::StrCat("rdf:ID \"", av(id.substr(0, 100)),
                           "\" is given twice; a second node that means the "
                           "same has rdf:about=\"#",
                           av(id.substr(0, 100)), "\""));
}

bool RdfXmlParser::NodeIdTo(std::string_view id, Term& node) {
  if (!IsNcName(id)) {
    return Fail(absl::StrCat("rdf:nodeID \"", av(id.substr(0, 100)),
                             "\" is not an XML name without colon"));
  }
  if (id.size() > kMaxTermBytes)
    return Fail("a term is longer than 64 MiB; the limit is 64 MiB");
  Reset(TermKind::kBlankNode, node);
  if (id.ends_with('.')) {
    node.value = absl::StrCat(av(kDotPrefix), av(id), "_");
  } else if (id.starts_with(kFreshPrefix)) {
    node.value =
        absl::StrCat(av(kEscapedPrefix), av(id.substr(kFreshPrefix.size())));
  } else {
    node.value.assign(id);
  }
  return true;
}

void RdfXmlParser::FreshNode(Term& term) {
  Reset(TermKind::kBlankNode, term);
  absl::StrAppend(&term.value, av(kFreshPrefix), ++fresh_nodes_);
}

}  // namespace skg::rdf
