// Writes Turtle and TriG.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rdf/output_buffer.h"
#include "rdf/writer.h"

namespace skg::rdf {

class TurtleWriter : public Writer {
 public:
  TurtleWriter(ByteSink sink, WriterOptions options);

  [[nodiscard]] absl::Status Write(const Quad& quad) override;
  [[nodiscard]] absl::Status Finish() override;

 private:
  struct Prefix {
    std::string name;
    std::string iri;
  };

  void WriteHeader();
  void OpenStatement(const Quad& quad);
  void CloseStatement();
  void CloseGraph();
  void AppendTerm(const Term& term);
  void AppendIri(std::string_view iri);
  void AppendLiteral(const Term& literal);

  OutputBuffer out_;
  const bool trig_;
  std::vector<Prefix> prefixes_;  // longest IRI first
  absl::Status status_;  // the first failure; nothing is written after it

  // The statement that is open, so that the next can share its front.
  bool header_written_ = false;
  bool in_statement_ = false;
  bool in_graph_ = false;
  Term graph_, subject_, predicate_;
};

// Appends `local` as the local part of a prefixed name. False, with nothing
// appended, if it has a character that none can have.
[[nodiscard]] bool AppendLocalName(std::string_view local, std::string& out);

// OK, or why no syntax can say the quad.
[[nodiscard]] absl::Status CheckQuad(const Quad& quad, Syntax syntax);

}  // namespace skg::rdf
