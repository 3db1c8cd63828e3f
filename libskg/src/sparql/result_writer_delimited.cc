// SPARQL 1.1 Query Results CSV and TSV Formats.
#include <utility>

#include "base/status.h"
#include "rdf/name.h"
#include "rdf/output_buffer.h"
#include "sparql/result_writers.h"

namespace skg::sparql {
namespace {

void AppendCsvField(std::string_view text, std::string& out) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

// Plain text: what tells IRIs and literals apart is lost.
void AppendCsvTerm(const rdf::Term& term, std::string& out) {
  switch (term.kind) {
    case rdf::TermKind::kIri:
    case rdf::TermKind::kLiteral:
      return AppendCsvField(term.value, out);
    case rdf::TermKind::kBlankNode:
      out += "_:";
      out += term.value;
      return;
    case rdf::TermKind::kTripleTerm:
      return AppendCsvField(rdf::ToNTriples(term), out);
  }
}

class CsvWriter final : public ResultWriter {
 public:
  CsvWriter(const std::vector<std::string>& variables, rdf::ByteSink sink)
      : buffer_(std::move(sink)) {
    std::string& out = buffer_.text();
    for (size_t i = 0; i < variables.size(); ++i) {
      if (i > 0) out += ',';
      AppendCsvField(variables[i], out);
    }
    out += "\r\n";
  }

  absl::Status Row(std::span<const rdf::Term* const> values) override {
    std::string& out = buffer_.text();
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out += ',';
      if (values[i] != nullptr) AppendCsvTerm(*values[i], out);
    }
    out += "\r\n";
    return buffer_.Drain();
  }

  absl::Status Finish() override { return buffer_.Flush(); }

 private:
  rdf::OutputBuffer buffer_;
};

// Terms in N-Triples form, which escapes tabs and line ends.
class TsvWriter final : public ResultWriter {
 public:
  TsvWriter(const std::vector<std::string>& variables, rdf::ByteSink sink)
      : buffer_(std::move(sink)) {
    std::string& out = buffer_.text();
    for (size_t i = 0; i < variables.size(); ++i) {
      out += i > 0 ? "\t?" : "?";
      out += variables[i];
    }
    out += '\n';
  }

  absl::Status Row(std::span<const rdf::Term* const> values) override {
    std::string& out = buffer_.text();
    for (size_t i = 0; i < values.size(); ++i) {
      if (i > 0) out += '\t';
      if (values[i] != nullptr) rdf::AppendNTriples(*values[i], out);
    }
    out += '\n';
    return buffer_.Drain();
  }

  absl::Status Finish() override { return buffer_.Flush(); }

 private:
  rdf::OutputBuffer buffer_;
};

}  // namespace

std::unique_ptr<ResultWriter> MakeCsvWriter(
    const std::vector<std::string>& variables, rdf::ByteSink sink) {
  return std::make_unique<CsvWriter>(variables, std::move(sink));
}

std::unique_ptr<ResultWriter> MakeTsvWriter(
    const std::vector<std::string>& variables, rdf::ByteSink sink) {
  return std::make_unique<TsvWriter>(variables, std::move(sink));
}

}  // namespace skg::sparql
