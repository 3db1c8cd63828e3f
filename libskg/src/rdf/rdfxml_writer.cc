#include "rdf/rdfxml_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rdf/characters.h"
#include "rdf/lexical.h"
#include "rdf/rdfxml_attributes.h"
#include "rdf/turtle_writer.h"

namespace skg::rdf {
namespace {

constexpr std::string_view kEscapedLabel = "x-";

struct Range {
  char32_t first, last;
};
// Letters beyond ASCII that every edition of XML 1.0 takes in names, in order.
// The scripts that came to Unicode later are left out: parsers differ.
constexpr Range kXmlLetters[] = {
    {0xC0, 0xD6},     {0xD8, 0xF6},     {0xF8, 0x131},    {0x38E, 0x3A1},
    {0x3A3, 0x3CE},   {0x40E, 0x44F},   {0x451, 0x45C},   {0x5D0, 0x5EA},
    {0x621, 0x63A},   {0x641, 0x64A},   {0x905, 0x939},   {0xE01, 0xE2E},
    {0x3041, 0x3094}, {0x30A1, 0x30FA}, {0x4E00, 0x9FA5}, {0xAC00, 0xD7A3}};

bool IsXmlLetter(char32_t character) {
  if (character < 0x80) return IsNameStart(character);
  for (const Range& range : kXmlLetters) {
    if (character <= range.last) return character >= range.first;
  }
  return false;
}

// Where the longest name that ends the IRI begins; its size if none does.
size_t StartOfName(std::string_view iri) {
  size_t start = iri.size();
  const char* at = iri.data() + iri.size();
  while (at > iri.data()) {
    const char* character_at = at - 1;
    while (character_at > iri.data() &&
           (static_cast<uint8_t>(*character_at) & 0xC0) == 0x80) {
      --character_at;
    }
    const char* next = character_at;
    char32_t character;
    if (!DecodeUtf8(next, at, character) || next != at) break;
    const bool letter = IsXmlLetter(character);
    const bool inner =
        character == '.' || (character < 0x80 && IsNameCharacter(character));
    if (!letter && !inner) break;
    at = character_at;
    if (letter) start = static_cast<size_t>(at - iri.data());
  }
  return start;
}

bool IsXmlName(std::string_view name) {
  return !name.empty() && StartOfName(name) == 0;
}

// Prefixes that this writer or XML means something by.
bool IsTaken(std::string_view prefix) {
  return prefix == "rdf" || prefix == "its" || prefix == "n" ||
         absl::StartsWithIgnoreCase(av(prefix), "xml");
}

// Namespaces that cannot be declared.
bool IsReserved(std::string_view iri) {
  return iri == kXmlNamespace || iri == "http://www.w3.org/2000/xmlns/";
}

absl::Status Unwritable(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      av(what), "; write another syntax, such as Turtle or N-Triples"));
}

// Refuses characters that XML 1.0 has no way to write.
absl::Status CheckCharacters(std::string_view text) {
  for (size_t at = 0; at < text.size(); ++at) {
    const auto byte = static_cast<uint8_t>(text[at]);
    const bool control =
        byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r';
    if (!control && byte != 0xEF) continue;
    const std::string_view three = text.substr(at, 3);
    if (control || three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {
      return Unwritable(absl::StrCat("a term holds ", Quoted(text.substr(at)),
                                     ", which XML 1.0 cannot say"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckCharacters(const Term& term) {
  if (term.kind != TermKind::kTripleTerm) {
    SKG_RETURN_IF_ERROR(CheckCharacters(term.value));
    return CheckCharacters(term.datatype);
  }
  SKG_RETURN_IF_ERROR(CheckCharacters(term.triple->subject));
  SKG_RETURN_IF_ERROR(CheckCharacters(term.triple->predicate));
  return CheckCharacters(term.triple->object);
}

void AppendEscaped(std::string_view text, std::string& out) {
  for (const char byte : text) {
    switch (byte) {
      case '&':
        out.append("&amp;");
        break;
      case '<':
        out.append("&lt;");
        break;
      case '>':
        out.append("&gt;");
        break;
      case '"':
        out.append("&quot;");
        break;
      case '\r':
        out.append("&#xD;");
        break;
      default:
        out.push_back(byte);
    }
  }
}

void AppendAttribute(std::string_view name, std::string_view value,
                     std::string& out) {
  out.push_back(' ');
  out.append(name);
  out.append("=\"");
  AppendEscaped(value, out);
  out.push_back('"');
}

// A label as rdf:nodeID holds it. What is no XML name is spelt out behind
// `x-`, and so is what begins so: labels that differ stay different.
void AppendNodeId(std::string_view label, std::string& out) {
  if (IsXmlName(label) && !label.starts_with(kEscapedLabel)) {
    out.append(label);
    return;
  }
  constexpr char kDigits[] = "0123456789ABCDEF";
  out.append(kEscapedLabel);
  for (const char byte : label) {
    if (Is(byte, kLetterByte | kDigitByte)) {
      out.push_back(byte);
      continue;
    }
    const auto value = static_cast<uint8_t>(byte);
    out.push_back('-');
    out.push_back(kDigits[value >> 4]);
    out.push_back(kDigits[value & 15]);
  }
}

void AppendResource(std::string_view iri_attribute, const Term& term,
                    std::string& out) {
  if (term.kind == TermKind::kIri) {
    AppendAttribute(iri_attribute, term.value, out);
    return;
  }
  out.append(" rdf:nodeID=\"");
  AppendNodeId(term.value, out);
  out.push_back('"');
}

}  // namespace

RdfXmlWriter::RdfXmlWriter(ByteSink sink, WriterOptions options)
    : out_(std::move(sink)) {
  for (auto& [name, iri] : options.prefixes) {
    const bool named = name.empty() || IsXmlName(name);
    if (!IsAbsoluteIri(iri)) {
      status_ = absl::InvalidArgumentError(
          absl::StrCat("prefix ", name, ": <", iri,
                       "> is malformed; the IRI must be absolute"));
    }
    if (named && !IsTaken(name) && iri != kRdfNamespace && !IsReserved(iri))
      prefixes_.push_back(Prefix{name, iri});
  }
  std::stable_sort(prefixes_.begin(), prefixes_.end(),
                   [](const Prefix& a, const Prefix& b) {
                     return a.iri.size() > b.iri.size();
                   });
}

void RdfXmlWriter::WriteHeader() {
  header_written_ = true;
  std::string& text = out_.text();
  text.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF");
  AppendAttribute("xmlns:rdf", kRdfNamespace, text);
  for (const Prefix& prefix : prefixes_) {
    text.append("\n   ");
    AppendAttribute(prefix.name.empty() ? "xmlns" : "xmlns:" + prefix.name,
                    prefix.iri, text);
  }
  text.append(">\n");
}

absl::Status RdfXmlWriter::Write(const Quad& quad) {
  SKG_RETURN_IF_ERROR(status_);
  SKG_RETURN_IF_ERROR(CheckQuad(quad, Syntax::kRdfXml));
  for (const Term* term : {&quad.subject, &quad.predicate, &quad.object}) {
    SKG_RETURN_IF_ERROR(CheckCharacters(*term));
  }
  if (!header_written_) WriteHeader();
  std::string& text = out_.text();
  const size_t before = text.size();
  const bool same_node = in_node_ && quad.subject == subject_;
  if (!same_node) {
    CloseNode();
    text.append("  ");
    OpenNode(quad.subject, ">\n");
  }
  text.append("    ");
  if (absl::Status status = AppendProperty(quad.predicate, quad.object);
      !status.ok()) {
    // Nothing of a refused statement is left.
    text.resize(before);
    return status;
  }
  text.push_back('\n');
  in_node_ = true;
  if (!same_node) subject_ = quad.subject;
  status_ = out_.Drain();
  return status_;
}

absl::Status RdfXmlWriter::Finish() {
  SKG_RETURN_IF_ERROR(status_);
  if (!header_written_) WriteHeader();
  CloseNode();
  in_node_ = false;
  out_.text().append("</rdf:RDF>\n");
  SKG_RETURN_IF_ERROR(out_.Flush());
  status_ = absl::FailedPreconditionError(
      "the writer is finished; nothing can follow");
  return absl::OkStatus();
}

void RdfXmlWriter::OpenNode(const Term& subject, std::string_view end) {
  std::string& text = out_.text();
  text.append("<rdf:Description");
  AppendResource("rdf:about", subject, text);
  text.append(end);
}

void RdfXmlWriter::CloseNode() {
  if (in_node_) out_.text().append("  </rdf:Description>\n");
}

absl::StatusOr<RdfXmlWriter::ElementName> RdfXmlWriter::NameOf(
    std::string_view predicate) const {
  std::string error;
  if (!CheckElementName(predicate, ElementKind::kProperty, error) ||
      predicate == iri::kRdfLi) {
    return Unwritable(absl::StrCat("RDF/XML has another meaning for <",
                                   av(predicate), "> as a predicate"));
  }
  if (predicate.starts_with(kRdfNamespace) &&
      IsXmlName(predicate.substr(kRdfNamespace.size()))) {
    return ElementName{
        absl::StrCat("rdf:", av(predicate.substr(kRdfNamespace.size()))), {}};
  }
  for (const Prefix& prefix : prefixes_) {
    if (!predicate.starts_with(prefix.iri)) continue;
    const std::string_view local = predicate.substr(prefix.iri.size());
    if (!IsXmlName(local)) continue;
    return ElementName{prefix.name.empty()
                           ? std::string(local)
                           : absl::StrCat(prefix.name, ":", av(local)),
                       {}};
  }
  const size_t start = StartOfName(predicate);
  if (start == predicate.size() || IsReserved(predicate.substr(0, start))) {
    return Unwritable(absl::StrCat("predicate <", av(predicate.substr(0, 200)),
                                   "> does not end in an XML name"));
  }
  ElementName name{absl::StrCat("n:", av(predicate.substr(start))), {}};
  AppendAttribute("xmlns:n", predicate.substr(0, start), name.declaration);
  return name;
}

absl::Status RdfXmlWriter::AppendProperty(const Term& predicate,
                                          const Term& object) {
  SKG_ASSIGN_OR_RETURN(const ElementName element, NameOf(predicate.value));
  std::string& text = out_.text();
  text.push_back('<');
  text.append(element.name);
  text.append(element.declaration);
  switch (object.kind) {
    case TermKind::kIri:
    case TermKind::kBlankNode:
      AppendResource("rdf:resource", object, text);
      text.append("/>");
      return absl::OkStatus();
    case TermKind::kLiteral:
      AppendLiteral(object, element);
      return absl::OkStatus();
    case TermKind::kTripleTerm:
      break;
  }
  text.append(" rdf:parseType=\"Triple\" rdf:version=\"1.2\">");
  OpenNode(object.triple->subject, ">");
  SKG_RETURN_IF_ERROR(
      AppendProperty(object.triple->predicate, object.triple->object));
  absl::StrAppend(&text, "</rdf:Description></", element.name, ">");
  return absl::OkStatus();
}

void RdfXmlWriter::AppendLiteral(const Term& literal,
                                 const ElementName& element) {
  std::string& text = out_.text();
  if (!literal.language.empty()) {
    AppendAttribute("xml:lang", literal.language, text);
    if (literal.direction != Direction::kNone) {
      AppendAttribute("xmlns:its", kItsNamespace, text);
      AppendAttribute("its:dir",
                      literal.direction == Direction::kLtr ? "ltr" : "rtl",
                      text);
      text.append(" its:version=\"2.0\" rdf:version=\"1.2\"");
    }
  } else if (!literal.datatype.empty()) {
    AppendAttribute("rdf:datatype", literal.datatype, text);
  }
  text.push_back('>');
  AppendEscaped(literal.value, text);
  absl::StrAppend(&text, "</", element.name, ">");
}

}  // namespace skg::rdf
