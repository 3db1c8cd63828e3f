// SPARQL Query Results XML Format.
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/strings.h"
#include "rdf/characters.h"
#include "rdf/output_buffer.h"
#include "sparql/results_writers.h"

namespace skg::sparql {
namespace {

// What XML 1.0 has no way to write.
bool IsForbidden(char32_t character) {
  return (character < 0x20 && character != '\t' && character != '\n' &&
          character != '\r') ||
         character == 0xFFFE || character == 0xFFFF;
}

// As character data and inside of double quotes. White space other than the
// blank is escaped so that no parser changes it.
absl::Status AppendEscaped(std::string_view text, std::string& out) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while (p < end) {
    const char* const start = p;
    char32_t character;
    const bool valid = rdf::DecodeUtf8(p, end, character);
    if (!valid || IsForbidden(character)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "XML cannot hold ",
          valid ? absl::StrCat("U+", absl::Hex(static_cast<uint32_t>(character),
                                               absl::kZeroPad4))
                : std::string("bytes that are not UTF-8"),
          ", which a solution has; take another result format"));
    }
    switch (character) {
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
      case '\t':
      case '\n':
      case '\r':
        absl::StrAppend(&out, "&#", static_cast<uint32_t>(character), ";");
        break;
      default:
        out.append(start, p);
    }
  }
  return absl::OkStatus();
}

// Writes one row into a string; the first error stays.
class XmlRow {
 public:
  explicit XmlRow(std::string& out) : out_(out) {}

  void Binding(std::string_view variable, const rdf::Term& term) {
    out_.append("<binding name=\"");
    Escaped(variable);
    out_.append("\">");
    Put(term);
    out_.append("</binding>");
  }
  [[nodiscard]] const absl::Status& status() const { return status_; }

 private:
  void Escaped(std::string_view text) {
    if (status_.ok()) status_ = AppendEscaped(text, out_);
  }
  void Element(std::string_view name, std::string_view text) {
    absl::StrAppend(&out_, "<", av(name), ">");
    Escaped(text);
    absl::StrAppend(&out_, "</", av(name), ">");
  }
  void Literal(const rdf::Term& term) {
    out_.append("<literal");
    if (!term.language.empty()) {
      out_.append(" xml:lang=\"");
      Escaped(term.language);
      out_.push_back('"');
      if (term.direction != rdf::Direction::kNone) {
        out_.append(term.direction == rdf::Direction::kLtr
                        ? " its:dir=\"ltr\""
                        : " its:dir=\"rtl\"");
      }
    } else if (!term.datatype.empty()) {
      out_.append(" datatype=\"");
      Escaped(term.datatype);
      out_.push_back('"');
    }
    out_.push_back('>');
    Escaped(term.value);
    out_.append("</literal>");
  }
  void Part(std::string_view name, const rdf::Term& term) {
    absl::StrAppend(&out_, "<", av(name), ">");
    Put(term);
    absl::StrAppend(&out_, "</", av(name), ">");
  }
  void Put(const rdf::Term& term) {
    switch (term.kind) {
      case rdf::TermKind::kIri:
        return Element("uri", term.value);
      case rdf::TermKind::kBlankNode:
        return Element("bnode", term.value);
      case rdf::TermKind::kLiteral:
        return Literal(term);
      case rdf::TermKind::kTripleTerm:
        out_.append("<triple>");
        Part("subject", term.triple->subject);
        Part("predicate", term.triple->predicate);
        Part("object", term.triple->object);
        out_.append("</triple>");
    }
  }

  std::string& out_;
  absl::Status status_;
};

class XmlWriter : public ResultWriter {
 public:
  XmlWriter(rdf::ByteSink sink, const std::vector<std::string>& variables)
      : out_(std::move(sink)), variables_(variables) {
    std::string& text = out_.text();
    text = absl::StrCat("<?xml version=\"1.0\"?>\n<sparql xmlns=\"",
                        av(kResultsNamespace), "\" xmlns:its=\"",
                        av(kItsNamespace), "\" its:version=\"2.0\">\n<head>");
    for (const std::string& variable : variables_) {
      text.append("<variable name=\"");
      if (head_.ok()) head_ = AppendEscaped(variable, text);
      text.append("\"/>");
    }
    text.append("</head>\n<results>\n");
  }

  absl::Status Write(std::span<const rdf::Term* const> row) override {
    if (!head_.ok()) return head_;
    std::string& text = out_.text();
    text.append("<result>");
    XmlRow writer(text);
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i] != nullptr) writer.Binding(variables_[i], *row[i]);
    }
    text.append("</result>\n");
    return writer.status().ok() ? out_.Drain() : writer.status();
  }

  absl::Status Finish() override {
    if (!head_.ok()) return head_;
    out_.text().append("</results>\n</sparql>\n");
    return out_.Flush();
  }

 private:
  rdf::OutputBuffer out_;
  std::vector<std::string> variables_;
  absl::Status head_;  // whether the names could be written
};

}  // namespace

std::unique_ptr<ResultWriter> MakeXmlWriter(
    rdf::ByteSink sink, const std::vector<std::string>& variables) {
  return std::make_unique<XmlWriter>(std::move(sink), variables);
}

}  // namespace skg::sparql
