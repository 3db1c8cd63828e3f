// SPARQL Query Results in JSON.
#include <utility>

#include "query/json_text.h"
#include "rdf/output_buffer.h"
#include "sparql/results_writers.h"

namespace skg::sparql {
namespace {

void AppendMember(std::string_view name, std::string_view value,
                  std::string& out) {
  query::AppendJsonString(name, out);
  out.push_back(':');
  query::AppendJsonString(value, out);
}

void AppendTerm(const rdf::Term& term, std::string& out);

void AppendLiteral(const rdf::Term& term, std::string& out) {
  AppendMember("type", "literal", out);
  if (!term.language.empty()) {
    out.push_back(',');
    AppendMember("xml:lang", term.language, out);
    if (term.direction != rdf::Direction::kNone) {
      out.push_back(',');
      AppendMember("its:dir",
                   term.direction == rdf::Direction::kLtr ? "ltr" : "rtl", out);
    }
  } else if (!term.datatype.empty()) {
    out.push_back(',');
    AppendMember("datatype", term.datatype, out);
  }
  out.push_back(',');
  AppendMember("value", term.value, out);
}

void AppendTerm(const rdf::Term& term, std::string& out) {
  out.push_back('{');
  switch (term.kind) {
    case rdf::TermKind::kIri:
      AppendMember("type", "uri", out);
      out.push_back(',');
      AppendMember("value", term.value, out);
      break;
    case rdf::TermKind::kBlankNode:
      AppendMember("type", "bnode", out);
      out.push_back(',');
      AppendMember("value", term.value, out);
      break;
    case rdf::TermKind::kLiteral:
      AppendLiteral(term, out);
      break;
    case rdf::TermKind::kTripleTerm:
      AppendMember("type", "triple", out);
      out.append(R"(,"value":{"subject":)");
      AppendTerm(term.triple->subject, out);
      out.append(R"(,"predicate":)");
      AppendTerm(term.triple->predicate, out);
      out.append(R"(,"object":)");
      AppendTerm(term.triple->object, out);
      out.push_back('}');
      break;
  }
  out.push_back('}');
}

class JsonWriter : public ResultWriter {
 public:
  JsonWriter(rdf::ByteSink sink, std::vector<std::string> variables)
      : out_(std::move(sink)), variables_(std::move(variables)) {
    std::string& text = out_.text();
    text = R"({"head":{"vars":[)";
    for (size_t i = 0; i < variables_.size(); ++i) {
      if (i > 0) text.push_back(',');
      query::AppendJsonString(variables_[i], text);
    }
    text.append(R"(]},"results":{"bindings":[)");
  }

  absl::Status Write(std::span<const rdf::Term* const> row) override {
    std::string& text = out_.text();
    text.append(std::exchange(first_, false) ? "\n{" : ",\n{");
    bool first = true;
    for (size_t i = 0; i < row.size(); ++i) {
      if (row[i] == nullptr) continue;
      if (!std::exchange(first, false)) text.push_back(',');
      query::AppendJsonString(variables_[i], text);
      text.push_back(':');
      AppendTerm(*row[i], text);
    }
    text.push_back('}');
    return out_.Drain();
  }

  absl::Status Finish() override {
    out_.text().append("\n]}}\n");
    return out_.Flush();
  }

 private:
  rdf::OutputBuffer out_;
  std::vector<std::string> variables_;
  bool first_ = true;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeJsonWriter(
    rdf::ByteSink sink, std::vector<std::string> variables) {
  return std::make_unique<JsonWriter>(std::move(sink), std::move(variables));
}

}  // namespace skg::sparql
