// SPARQL Query Results XML Format.
#include <utility>

#include "base/status.h"
#include "rdf/output_buffer.h"
#include "sparql/result_writers.h"

namespace skg::sparql {
namespace {

// What XML 1.0 cannot hold (most control characters, U+FFFE, U+FFFF) becomes
// U+FFFD; a carriage return is kept by a reference.
void AppendXmlText(std::string_view text, std::string& out) {
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    if (byte == '&') {
      out += "&amp;";
    } else if (byte == '<') {
      out += "&lt;";
    } else if (byte == '>') {
      out += "&gt;";
    } else if (byte == '"') {
      out += "&quot;";
    } else if (byte == '\r') {
      out += "&#xD;";
    } else if (byte == '\n' || byte == '\t') {
      // An attribute's would be read as blanks.
      out += byte == '\n' ? "&#xA;" : "&#x9;";
    } else if (byte < 0x20) {
      out += "\xEF\xBF\xBD";
    } else if (text.substr(i, 3) == "\xEF\xBF\xBE" ||
               text.substr(i, 3) == "\xEF\xBF\xBF") {
      out += "\xEF\xBF\xBD";
      i += 2;
    } else {
      out += static_cast<char>(byte);
    }
  }
}

void AppendElement(std::string_view name, std::string_view text,
                   std::string& out) {
  out += '<';
  out += name;
  out += '>';
  AppendXmlText(text, out);
  out += "</";
  out += name;
  out += '>';
}

void AppendLiteral(const rdf::Term& term, std::string& out) {
  out += "<literal";
  if (!term.language.empty()) {
    out += " xml:lang=\"";
    AppendXmlText(term.language, out);
    out += '"';
    if (term.direction != rdf::Direction::kNone) {
      out += term.direction == rdf::Direction::kLtr ? " its:dir=\"ltr\""
                                                    : " its:dir=\"rtl\"";
    }
  } else if (!term.datatype.empty()) {
    out += " datatype=\"";
    AppendXmlText(term.datatype, out);
    out += '"';
  }
  out += '>';
  AppendXmlText(term.value, out);
  out += "</literal>";
}

void AppendTerm(const rdf::Term& term, std::string& out) {
  switch (term.kind) {
    case rdf::TermKind::kIri:
      return AppendElement("uri", term.value, out);
    case rdf::TermKind::kBlankNode:
      return AppendElement("bnode", term.value, out);
    case rdf::TermKind::kLiteral:
      return AppendLiteral(term, out);
    case rdf::TermKind::kTripleTerm:
      break;
  }
  out += "<triple><subject>";
  AppendTerm(term.triple->subject, out);
  out += "</subject><predicate>";
  AppendTerm(term.triple->predicate, out);
  out += "</predicate><object>";
  AppendTerm(term.triple->object, out);
  out += "</object></triple>";
}

class XmlWriter final : public ResultWriter {
 public:
  XmlWriter(const std::vector<std::string>& variables, rdf::ByteSink sink)
      : buffer_(std::move(sink)) {
    std::string& out = buffer_.text();
    out += kXmlBegin;
    out += "<head>\n";
    for (const std::string& variable : variables) {
      std::string quoted;
      AppendXmlText(variable, quoted);
      out += "<variable name=\"" + quoted + "\"/>\n";
      begins_.push_back("<binding name=\"" + quoted + "\">");
    }
    out += "</head>\n<results>\n";
  }

  absl::Status Row(std::span<const rdf::Term* const> values) override {
    std::string& out = buffer_.text();
    out += "<result>";
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] == nullptr) continue;
      out += begins_[i];
      AppendTerm(*values[i], out);
      out += "</binding>";
    }
    out += "</result>\n";
    return buffer_.Drain();
  }

  absl::Status Finish() override {
    buffer_.text() += "</results>\n</sparql>\n";
    return buffer_.Flush();
  }

 private:
  rdf::OutputBuffer buffer_;
  std::vector<std::string> begins_;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeXmlWriter(
    const std::vector<std::string>& variables, rdf::ByteSink sink) {
  return std::make_unique<XmlWriter>(variables, std::move(sink));
}

}  // namespace skg::sparql
