#include "rdf/turtle_writer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rdf/characters.h"
#include "rdf/ntriples_text.h"

namespace skg::rdf {
namespace {

// What may stand before the colon of a prefixed name.
bool IsPrefixName(std::string_view name) {
  if (name.empty()) return true;
  if (!IsBlankNodeLabel(name)) return false;
  return name.front() != '_' && !Is(name.front(), kDigitByte);
}

std::string_view SkipDigits(std::string_view text) {
  while (!text.empty() && Is(text.front(), kDigitByte)) text.remove_prefix(1);
  return text;
}

std::string_view SkipSign(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  return text;
}

bool IsInteger(std::string_view text) {
  text = SkipSign(text);
  return !text.empty() && SkipDigits(text).empty();
}

bool IsDecimal(std::string_view text) {
  text = SkipDigits(SkipSign(text));
  return text.size() > 1 && text.front() == '.' &&
         SkipDigits(text.substr(1)).empty();
}

bool IsDouble(std::string_view text) {
  const size_t exponent = text.find_first_of("eE");
  if (exponent == std::string_view::npos ||
      !IsInteger(text.substr(exponent + 1)))
    return false;
  text = text.substr(0, exponent);
  if (IsInteger(text) || IsDecimal(text)) return true;
  return text.ends_with('.') && IsInteger(text.substr(0, text.size() - 1));
}

// Whether Turtle reads the bare lexical form as this very literal.
bool StandsBare(const Term& literal) {
  if (literal.datatype == iri::kXsdInteger) return IsInteger(literal.value);
  if (literal.datatype == iri::kXsdDecimal) return IsDecimal(literal.value);
  if (literal.datatype == iri::kXsdDouble) return IsDouble(literal.value);
  if (literal.datatype == iri::kXsdBoolean) {
    return literal.value == "true" || literal.value == "false";
  }
  return false;
}

}  // namespace

bool AppendLocalName(std::string_view local, std::string& out) {
  const size_t before = out.size();
  const char* const end = local.data() + local.size();
  for (const char* p = local.data(); p < end;) {
    const bool first = p == local.data();
    const bool last = p + 1 == end;
    const char byte = *p;
    if (!IsAscii(byte)) {
      const char* const start = p;
      char32_t character;
      if (!DecodeUtf8(p, end, character) ||
          !(first ? IsNameStart(character) : IsNameCharacter(character))) {
        out.resize(before);
        return false;
      }
      out.append(start, p);
      continue;
    }
    ++p;
    const bool is_escape =
        byte == '%' && end - p >= 2 && Is(p[0], kHexByte) && Is(p[1], kHexByte);
    const bool plain = byte == ':' || is_escape ||
                       (Is(byte, kNameByte) && !(first && byte == '-')) ||
                       (byte == '.' && !first && !last);
    if (!plain) {
      if (!Is(byte, kLocalEscape)) {
        out.resize(before);
        return false;
      }
      out.push_back('\\');
    }
    out.push_back(byte);
  }
  return true;
}

absl::Status CheckQuad(const Quad& quad, Syntax syntax) {
  const auto is_resource = [](const Term& term) {
    return term.kind == TermKind::kIri || term.kind == TermKind::kBlankNode;
  };
  if (!is_resource(quad.subject) || quad.predicate.kind != TermKind::kIri ||
      !is_resource(quad.graph)) {
    return absl::InvalidArgumentError(
        "a statement needs an IRI or blank node as subject and as graph, and "
        "an IRI as predicate");
  }
  if (!quad.in_default_graph() && syntax != Syntax::kNQuads &&
      syntax != Syntax::kTriG) {
    return absl::InvalidArgumentError(
        "N-Triples, Turtle and RDF/XML hold no named graphs; write N-Quads or "
        "TriG");
  }
  return absl::OkStatus();
}

TurtleWriter::TurtleWriter(ByteSink sink, WriterOptions options)
    : out_(std::move(sink)), trig_(options.syntax == Syntax::kTriG) {
  for (auto& [name, iri] : options.prefixes) {
    if (!IsPrefixName(name) || !IsAbsoluteIri(iri)) {
      status_ = absl::InvalidArgumentError(
          absl::StrCat("prefix ", name, ": <", iri,
                       "> is malformed; the name must be letters, digits, '_', "
                       "'-' and inner '.', "
                       "beginning with a letter, and the IRI absolute"));
    }
    prefixes_.push_back(Prefix{name, iri});
  }
  std::stable_sort(prefixes_.begin(), prefixes_.end(),
                   [](const Prefix& a, const Prefix& b) {
                     return a.iri.size() > b.iri.size();
                   });
}

void TurtleWriter::WriteHeader() {
  header_written_ = true;
  std::string& text = out_.text();
  for (const Prefix& prefix : prefixes_) {
    absl::StrAppend(&text, "@prefix ", prefix.name, ": ");
    AppendIriRef(prefix.iri, text);
    text.append(" .\n");
  }
  if (!prefixes_.empty()) text.push_back('\n');
}

absl::Status TurtleWriter::Write(const Quad& quad) {
  SKG_RETURN_IF_ERROR(status_);
  SKG_RETURN_IF_ERROR(CheckQuad(quad, trig_ ? Syntax::kTriG : Syntax::kTurtle));
  if (!header_written_) WriteHeader();
  OpenStatement(quad);
  AppendTerm(quad.object);
  status_ = out_.Drain();
  return status_;
}

// Writes what stands before the object, sharing what it can.
void TurtleWriter::OpenStatement(const Quad& quad) {
  std::string& text = out_.text();
  const bool same_graph = quad.graph == graph_;
  if (in_statement_ && same_graph && quad.subject == subject_) {
    if (quad.predicate == predicate_) {
      text.append(in_graph_ ? ",\n            " : ",\n        ");
      return;
    }
    text.append(in_graph_ ? " ;\n        " : " ;\n    ");
  } else {
    CloseStatement();
    if (!same_graph) {
      CloseGraph();
      graph_ = quad.graph;
      if (!quad.in_default_graph()) {
        AppendTerm(graph_);
        text.append(" {\n");
        in_graph_ = true;
      }
    }
    if (in_graph_) text.append("    ");
    subject_ = quad.subject;
    AppendTerm(subject_);
    text.push_back(' ');
    in_statement_ = true;
  }
  predicate_ = quad.predicate;
  if (predicate_.value == iri::kRdfType) {
    text.push_back('a');
  } else {
    AppendTerm(predicate_);
  }
  text.push_back(' ');
}

void TurtleWriter::CloseStatement() {
  if (in_statement_) out_.text().append(" .\n");
  in_statement_ = false;
}

void TurtleWriter::CloseGraph() {
  if (in_graph_) out_.text().append("}\n");
  in_graph_ = false;
}

absl::Status TurtleWriter::Finish() {
  SKG_RETURN_IF_ERROR(status_);
  if (!header_written_) WriteHeader();
  CloseStatement();
  CloseGraph();
  SKG_RETURN_IF_ERROR(out_.Flush());
  status_ = absl::FailedPreconditionError(
      "the writer is finished; nothing can follow");
  return absl::OkStatus();
}

void TurtleWriter::AppendIri(std::string_view iri) {
  std::string& text = out_.text();
  for (const Prefix& prefix : prefixes_) {
    if (!iri.starts_with(prefix.iri)) continue;
    const size_t before = text.size();
    text.append(prefix.name);
    text.push_back(':');
    if (AppendLocalName(iri.substr(prefix.iri.size()), text)) return;
    text.resize(before);
  }
  AppendIriRef(iri, text);
}

void TurtleWriter::AppendLiteral(const Term& literal) {
  std::string& text = out_.text();
  if (StandsBare(literal)) {
    text.append(literal.value);
    return;
  }
  AppendQuotedString(literal.value, text);
  if (!literal.language.empty()) {
    AppendLanguage(literal, text);
  } else if (!literal.datatype.empty()) {
    text.append("^^");
    AppendIri(literal.datatype);
  }
}

void TurtleWriter::AppendTerm(const Term& term) {
  std::string& text = out_.text();
  switch (term.kind) {
    case TermKind::kIri:
      AppendIri(term.value);
      return;
    case TermKind::kBlankNode:
      text.append("_:");
      text.append(term.value);
      return;
    case TermKind::kLiteral:
      AppendLiteral(term);
      return;
    case TermKind::kTripleTerm:
      text.append("<<( ");
      if (term.triple != nullptr) {
        for (const Term* part : {&term.triple->subject, &term.triple->predicate,
                                 &term.triple->object}) {
          AppendTerm(*part);
          text.push_back(' ');
        }
      }
      text.append(")>>");
      return;
  }
}

}  // namespace skg::rdf
