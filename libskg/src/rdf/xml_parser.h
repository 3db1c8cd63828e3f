// XML as events, from expat: namespaces resolved, memory, entities and their
// nesting bounded, and nothing read but the document itself.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "rdf/input_window.h"
#include "rdf/lexical.h"
#include "rdf/reader.h"

namespace skg::rdf {

// A name with its namespace resolved; the views live as long as the event.
struct XmlName {
  std::string_view space;  // IRI of the namespace; empty: none
  std::string_view local;
  std::string_view prefix;  // as written
};

struct XmlAttribute {
  XmlName name;
  std::string_view value;  // normalised, entities expanded
};

// What a document consists of, in its order. Text comes in pieces of any size;
// CDATA sections are text, line ends are LF.
class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  virtual void StartElement(const XmlName& name,
                            const std::vector<XmlAttribute>& attributes) = 0;
  virtual void EndElement(const XmlName& name) = 0;
  virtual void Text(std::string_view text) = 0;
  virtual void Comment(std::string_view text) = 0;
  virtual void ProcessingInstruction(std::string_view target,
                                     std::string_view data) = 0;
};

// Reads one document. UTF-8, UTF-16, ISO-8859-1 and US-ASCII are known; events
// are UTF-8. Entities of the internal subset are expanded, up to 8 MiB or a
// hundred times the document, whichever is more; a document type elsewhere is
// not read, and references to entities and defaults that it might hold are
// errors. Parameter entities and external entities are errors.
// Memory: the longest tag, comment or declaration (at most 128 MiB), and 384
// MiB at most for what is open at once.
class XmlParser {
 public:
  // Lends everything. Messages are named by options.source_name.
  XmlParser(InputWindow& window, const ReaderOptions& options,
            XmlHandler& handler);
  ~XmlParser();
  XmlParser(const XmlParser&) = delete;
  XmlParser& operator=(const XmlParser&) = delete;

  // Call once. Errors: kInvalidArgument (not well-formed, with its place),
  // kResourceExhausted (a limit above), what the source returns, what Stop was
  // given.
  [[nodiscard]] absl::Status Run();

  // For handlers: no event follows, and Run returns `status` (not OK).
  void Stop(absl::Status status);
  [[nodiscard]] bool stopped() const { return !status_.ok(); }
  // For handlers: where the event at hand begins; of text, the byte at `offset`
  // of the piece.
  [[nodiscard]] Place PlaceOfEvent(size_t offset = 0);

 private:
  class Memory;
  struct Callbacks;
  friend struct Callbacks;

  [[nodiscard]] absl::Status Begin();
  // Gives expat the next bytes; true when they were the last.
  [[nodiscard]] absl::StatusOr<bool> Feed();
  // The status that says what expat found wrong.
  [[nodiscard]] absl::Status Failure();
  [[nodiscard]] absl::Status FailureAt(Place place, LexicalError error) const;
  void Refuse(std::string message);
  void DeclareEntity(std::string_view name, std::string_view text);
  // Refuses entities that only a document type elsewhere could declare. expat
  // would take them for empty.
  void CheckReferences(std::string_view raw);
  void CheckEntityTexts();
  void CheckTag(const char* const* attributes);
  [[nodiscard]] const char* EventStart() const;

  InputWindow& window_;
  const ReaderOptions& options_;
  XmlHandler& handler_;
  std::unique_ptr<Memory> memory_;
  void* parser_ = nullptr;  // XML_Parser
  absl::Status status_;

  uint64_t offset_ = 0;  // of the window's cursor in the input
  size_t fed_ = 0;       // bytes from the cursor on that expat has
  bool wide_ = false;    // UTF-16

  bool in_subset_ = false;
  bool partial_type_ = false;  // part of the document type is elsewhere
  absl::flat_hash_set<std::string> entities_;
  std::vector<std::string> referring_texts_;  // of entities that name others
  uint64_t defaulted_bytes_ = 0;
  std::vector<XmlAttribute> attributes_;
};

}  // namespace skg::rdf
