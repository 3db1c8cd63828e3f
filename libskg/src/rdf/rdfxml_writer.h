// Writes RDF/XML.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "rdf/output_buffer.h"
#include "rdf/writer.h"

namespace skg::rdf {

// One rdf:Description for each run of statements with the same subject.
class RdfXmlWriter : public Writer {
 public:
  RdfXmlWriter(ByteSink sink, WriterOptions options);

  [[nodiscard]] absl::Status Write(const Quad& quad) override;
  [[nodiscard]] absl::Status Finish() override;

 private:
  struct Prefix {
    std::string name;
    std::string iri;
  };
  // The name of an element, and the declaration it needs.
  struct ElementName {
    std::string name;
    std::string declaration;
  };

  void WriteHeader();
  void CloseNode();
  // `<rdf:Description ...` and `end`.
  void OpenNode(const Term& subject, std::string_view end);
  // One property element. Errors: what XML cannot say.
  [[nodiscard]] absl::Status AppendProperty(const Term& predicate,
                                            const Term& object);
  void AppendLiteral(const Term& literal, const ElementName& element);
  [[nodiscard]] absl::StatusOr<ElementName> NameOf(
      std::string_view predicate) const;

  OutputBuffer out_;
  std::vector<Prefix> prefixes_;  // longest IRI first
  absl::Status status_;  // the first failure; nothing is written after it
  bool header_written_ = false;
  bool in_node_ = false;
  Term subject_;
};

}  // namespace skg::rdf
