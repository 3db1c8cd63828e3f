#include "rdf/rdfxml_parser.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/line_reader.h"

namespace skg::rdf {
namespace {

// Nodes and properties take turns: as deep as Turtle's brackets, and the
// elements around.
constexpr size_t kMaxDepth = 2 * kMaxNesting + 8;
// Memory that a closed element leaves to the next one in its place.
constexpr size_t kKeptBytes = 4096;

bool IsBlank(char byte) {
  return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

size_t SkipBlanks(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && IsBlank(text[at])) ++at;
  return at;
}

void Empty(std::string& text) {
  text.clear();
  if (text.capacity() > kKeptBytes) text.shrink_to_fit();
}

// A resource has neither datatype nor language.
void CopyResource(const Term& from, Term& to) {
  to.kind = from.kind;
  to.value.assign(from.value);
}

}  // namespace

RdfXmlParser::RdfXmlParser(
    InputWindow& window, const ReaderOptions& options,
    const std::function<absl::Status(const Quad&)>& on_quad)
    : options_(options), on_quad_(on_quad), xml_(window, options, *this) {
  scopes_.emplace_back();
  if (!options.base_iri.empty()) {
    scopes_.back().base = std::make_shared<const BaseIri>(options.base_iri);
  }
  frames_.emplace_back();
  depth_ = 1;
}

absl::Status RdfXmlParser::Run() { return xml_.Run(); }

// --- Events ---

void RdfXmlParser::StartElement(const XmlName& name,
                                const std::vector<XmlAttribute>& attributes) {
  if (skipped_ > 0) {
    ++skipped_;
    return;
  }
  if (top().content == Content::kXml) {
    literal_.StartElement(name, attributes);
    return;
  }
  text_reported_ = false;
  error_ = {};
  const size_t depth = depth_;
  bool ok = MayBegin() && IriOfName(name, name_, error_.message) &&
            SortAttributes(attributes, attributes_, error_.message);
  if (ok && top().content == Content::kProperties) {
    ok = StartProperty();
  } else if (ok) {
    const bool document = top().content == Content::kDocument;
    ok = document && name_ == iri::kRdfRdf ? StartRdf() : StartNode();
  }
  if (ok) return;
  while (depth_ > depth) Pop();
  skipped_ = 1;
  // A property whose node is skipped has no object, not the blanks around it.
  if (top().content == Content::kOpen) top().content = Content::kNothing;
  Report(xml_.PlaceOfEvent(), error_);
}

void RdfXmlParser::EndElement(const XmlName& name) {
  if (skipped_ > 0) {
    --skipped_;
    return;
  }
  Frame& frame = top();
  if (frame.content == Content::kXml && literal_.depth() > 0) {
    literal_.EndElement(name);
    return;
  }
  text_reported_ = false;
  switch (frame.content) {
    case Content::kOpen:
      EndOpen(frame);
      break;
    case Content::kXml:
      EndXml(frame);
      break;
    case Content::kCollection:
      EndCollection(frame);
      break;
    case Content::kTriple:
      EndTriple(frame);
      break;
    default:
      break;
  }
  Pop();
}

void RdfXmlParser::Text(std::string_view text) {
  if (skipped_ > 0) return;
  switch (top().content) {
    case Content::kXml:
      literal_.Text(text);
      return;
    case Content::kOpen:
      text_too_long_ |= text.size() > kMaxTermBytes - text_.size();
      if (!text_too_long_) text_.append(text);
      return;
    default:
      break;
  }
  const size_t blanks = SkipBlanks(text);
  if (blanks == text.size() || text_reported_) return;
  text_reported_ = true;
  const bool property = top().content == Content::kNothing;
  Report(xml_.PlaceOfEvent(blanks),
         {0,
          property ? "text in a property whose object is given already"
                   : "text where only elements can stand",
          false});
}

void RdfXmlParser::Comment(std::string_view text) {
  if (skipped_ == 0 && top().content == Content::kXml) literal_.Comment(text);
}

void RdfXmlParser::ProcessingInstruction(std::string_view target,
                                         std::string_view data) {
  if (skipped_ == 0 && top().content == Content::kXml) {
    literal_.ProcessingInstruction(target, data);
  }
}

// --- Ends of properties ---

void RdfXmlParser::EndOpen(Frame& property) {
  if (text_too_long_) {
    Report(xml_.PlaceOfEvent(),
           {0, "a term is longer than 64 MiB; the limit is 64 MiB", false});
    return;
  }
  Term& object = quad_.object;
  Reset(TermKind::kLiteral, object);
  object.value.swap(text_);
  if (!property.typed) {
    SetLanguage();
  } else if (property.datatype != iri::kXsdString) {
    object.datatype.assign(property.datatype);
  }
  EmitProperty(property, parent().node);
}

void RdfXmlParser::EndXml(Frame& property) {
  if (literal_.too_long()) {
    Report(xml_.PlaceOfEvent(),
           {0, "a term is longer than 64 MiB; the limit is 64 MiB", false});
    return;
  }
  Term& object = quad_.object;
  Reset(TermKind::kLiteral, object);
  object.value.swap(literal_.text());
  object.datatype.assign(iri::kRdfXmlLiteral);
  EmitProperty(property, parent().node);
}

void RdfXmlParser::EndCollection(Frame& property) {
  Reset(TermKind::kIri, quad_.object);
  quad_.object.value = iri::kRdfNil;
  if (property.node.value.empty()) {
    EmitProperty(property, parent().node);
    return;
  }
  CopyResource(property.node, quad_.subject);
  quad_.predicate.value = iri::kRdfRest;
  Emit(quad_);
}

void RdfXmlParser::EndTriple(Frame& property) {
  triples_.pop_back();
  if (property.statements != 1) {
    Report(property.place,
           {0,
            absl::StrCat("rdf:parseType=\"Triple\" holds one node element that "
                         "makes exactly one statement; this makes ",
                         property.statements),
            false});
    return;
  }
  Reset(TermKind::kTripleTerm, quad_.object);
  quad_.object.triple = std::move(property.triple);
  EmitProperty(property, parent().node);
}

// --- Statements ---

void RdfXmlParser::EmitProperty(const Frame& property, const Term& subject) {
  CopyResource(subject, quad_.subject);
  quad_.predicate.value.assign(property.predicate);
  Emit(quad_);
  if (property.id.empty() && property.reifiers.empty()) return;
  Quad& about = about_statement_;
  const auto say = [&](std::string_view predicate, const Term& object) {
    about.predicate.value.assign(predicate);
    about.object = object;
    Emit(about);
  };
  if (!property.id.empty()) {
    Reset(TermKind::kIri, about.subject);
    about.subject.value.assign(property.id);
    say(iri::kRdfType, Term::Iri(std::string(iri::kRdfStatement)));
    say(iri::kRdfSubject, quad_.subject);
    say(iri::kRdfPredicate, quad_.predicate);
    say(iri::kRdfObject, quad_.object);
  }
  for (const Term& reifier : property.reifiers) {
    CopyResource(reifier, about.subject);
    say(iri::kRdfReifies,
        Term::Triple(quad_.subject, quad_.predicate, quad_.object));
  }
}

void RdfXmlParser::Emit(const Quad& quad) {
  if (xml_.stopped()) return;
  if (triples_.empty()) {
    if (absl::Status status = on_quad_(quad); !status.ok()) {
      xml_.Stop(std::move(status));
    }
    return;
  }
  Frame& frame = frames_[triples_.back()];
  if (++frame.statements > 1) return;
  frame.triple = std::make_shared<TripleTerm>(
      TripleTerm{quad.subject, quad.predicate, quad.object});
}

void RdfXmlParser::Attach(const Term& node) {
  Frame& outer = parent();
  switch (outer.content) {
    case Content::kOpen:
      outer.content = Content::kNothing;
      CopyResource(node, (Reset(TermKind::kIri, quad_.object), quad_.object));
      EmitProperty(outer, frames_[depth_ - 3].node);
      return;
    case Content::kTriple:
      outer.has_node = true;
      return;
    case Content::kCollection:
      break;
    default:
      return;
  }
  FreshNode(quad_.object);
  const Term cell = quad_.object;
  if (outer.node.value.empty()) {
    EmitProperty(outer, frames_[depth_ - 3].node);
  } else {
    CopyResource(outer.node, quad_.subject);
    quad_.predicate.value = iri::kRdfRest;
    Emit(quad_);
  }
  outer.node = cell;
  CopyResource(cell, quad_.subject);
  quad_.predicate.value = iri::kRdfFirst;
  CopyResource(node, quad_.object);
  Emit(quad_);
}

void RdfXmlParser::SetLanguage() {
  const Scope& at = scope();
  if (at.language == nullptr || at.language->empty()) return;
  quad_.object.language.assign(*at.language);
  if (at.version_1_2) quad_.object.direction = at.direction;
}

void RdfXmlParser::Report(Place place, LexicalError error) {
  if (absl::Status status = ReportError(options_, place, error); !status.ok()) {
    xml_.Stop(std::move(status));
  }
}

bool RdfXmlParser::Fail(std::string message, bool exhausted) {
  error_.message = std::move(message);
  error_.exhausted = exhausted;
  return false;
}

// --- Frames ---

bool RdfXmlParser::Push(Content content) {
  if (depth_ == kMaxDepth) {
    return Fail(
        "elements are nested deeper than 1000 properties within each other; "
        "the limit is 1000",
        true);
  }
  if (depth_ == frames_.size()) frames_.emplace_back();
  Frame& frame = frames_[depth_];
  frame.content = content;
  frame.scope = top().scope;
  frame.bytes = 0;
  frame.node.value.clear();
  frame.items = 0;
  frame.predicate.clear();
  frame.typed = false;
  frame.id.clear();
  frame.reifiers.clear();
  frame.has_node = false;
  frame.statements = 0;
  frame.triple.reset();
  ++depth_;
  return true;
}

void RdfXmlParser::Pop() {
  Frame& frame = top();
  for (std::string* text :
       {&frame.node.value, &frame.predicate, &frame.datatype, &frame.id}) {
    Empty(*text);
  }
  open_bytes_ -= frame.bytes;
  if (frame.scope != parent().scope) scopes_.pop_back();
  --depth_;
}

bool RdfXmlParser::HoldNames(const Frame& frame) {
  size_t bytes = frame.node.value.size() + frame.predicate.size() +
                 frame.datatype.size() + frame.id.size();
  for (const Term& reifier : frame.reifiers) bytes += reifier.value.size();
  return Hold(bytes);
}

bool RdfXmlParser::Hold(size_t bytes) {
  top().bytes += bytes;
  open_bytes_ += bytes;
  if (open_bytes_ <= 4 * kMaxTermBytes) return true;
  return Fail(
      "the names of the elements that are open take more than 256 MiB; the "
      "limit is 256 MiB",
      true);
}

}  // namespace skg::rdf
