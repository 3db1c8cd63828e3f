// SPARQL 1.1 Query Results JSON Format.
#include <utility>

#include "base/status.h"
#include "query/json_text.h"
#include "rdf/output_buffer.h"
#include "sparql/result_writers.h"

namespace skg::sparql {
namespace {

using query::AppendJsonString;

void AppendTerm(const rdf::Term& term, std::string& out);

void AppendLiteralParts(const rdf::Term& term, std::string& out) {
  if (!term.language.empty()) {
    out += ",\"xml:lang\":";
    AppendJsonString(term.language, out);
    if (term.direction != rdf::Direction::kNone) {
      out += term.direction == rdf::Direction::kLtr ? ",\"its:dir\":\"ltr\""
                                                    : ",\"its:dir\":\"rtl\"";
    }
  } else if (!term.datatype.empty()) {
    out += ",\"datatype\":";
    AppendJsonString(term.datatype, out);
  }
}

void AppendTriple(const rdf::TripleTerm& triple, std::string& out) {
  out += "{\"subject\":";
  AppendTerm(triple.subject, out);
  out += ",\"predicate\":";
  AppendTerm(triple.predicate, out);
  out += ",\"object\":";
  AppendTerm(triple.object, out);
  out += '}';
}

void AppendTerm(const rdf::Term& term, std::string& out) {
  switch (term.kind) {
    case rdf::TermKind::kIri:
      out += "{\"type\":\"uri\",\"value\":";
      break;
    case rdf::TermKind::kBlankNode:
      out += "{\"type\":\"bnode\",\"value\":";
      break;
    case rdf::TermKind::kLiteral:
      out += "{\"type\":\"literal\",\"value\":";
      break;
    case rdf::TermKind::kTripleTerm:
      out += "{\"type\":\"triple\",\"value\":";
      AppendTriple(*term.triple, out);
      out += '}';
      return;
  }
  AppendJsonString(term.value, out);
  if (term.kind == rdf::TermKind::kLiteral) AppendLiteralParts(term, out);
  out += '}';
}

class JsonWriter final : public ResultWriter {
 public:
  JsonWriter(std::vector<std::string> variables, rdf::ByteSink sink)
      : buffer_(std::move(sink)) {
    std::string& out = buffer_.text();
    out += "{\"head\":{\"vars\":[";
    for (const std::string& variable : variables) {
      std::string quoted;
      AppendJsonString(variable, quoted);
      if (!names_.empty()) out += ',';
      out += quoted;
      names_.push_back(quoted + ":");
    }
    out += "]},\"results\":{\"bindings\":[";
  }

  absl::Status Row(std::span<const rdf::Term* const> values) override {
    std::string& out = buffer_.text();
    out += any_row_ ? ",\n{" : "\n{";
    any_row_ = true;
    bool any_value = false;
    for (size_t i = 0; i < values.size(); ++i) {
      if (values[i] == nullptr) continue;
      if (any_value) out += ',';
      any_value = true;
      out += names_[i];
      AppendTerm(*values[i], out);
    }
    out += '}';
    return buffer_.Drain();
  }

  absl::Status Finish() override {
    buffer_.text() += "\n]}}\n";
    return buffer_.Flush();
  }

 private:
  rdf::OutputBuffer buffer_;
  std::vector<std::string> names_;  // quoted, with colon
  bool any_row_ = false;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeJsonWriter(std::vector<std::string> variables,
                                             rdf::ByteSink sink) {
  return std::make_unique<JsonWriter>(std::move(variables), std::move(sink));
}

}  // namespace skg::sparql
