// RDF/XML 1.1 and 1.2: events of XML to triples.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "rdf/canonical_xml.h"
#include "rdf/iri.h"
#include "rdf/rdfxml_attributes.h"
#include "rdf/reader.h"
#include "rdf/xml_parser.h"

namespace skg::rdf {

// One frame for each open element; node elements and property elements take
// turns. A statement is handed out as soon as its object is known: for a node
// inside a property before the node's own statements.
//
// What is malformed RDF in well-formed XML is skipped with its element when
// options.on_error says so. What is not well-formed XML ends the reading.
//
// Labels of blank nodes are made as TurtleParser makes them; a label that ends
// with '.', which only XML allows, becomes `anon-end-..._`.
class RdfXmlParser final : private XmlHandler {
 public:
  RdfXmlParser(InputWindow& window, const ReaderOptions& options,
               const std::function<absl::Status(const Quad&)>& on_quad);

  // Reads everything; call once.
  [[nodiscard]] absl::Status Run();

 private:
  // What an open element may contain.
  enum class Content : uint8_t {
    kDocument,    // the root element
    kNodes,       // of rdf:RDF: node elements
    kProperties,  // of a node: property elements
    kOpen,        // of a property: text, or one node element
    kNothing,     // of a property whose object is known already
    kCollection,  // node elements, items of a list
    kXml,         // a literal
    kTriple       // one node element of one statement
  };
  // What elements inherit.
  struct Scope {
    std::shared_ptr<const BaseIri> base;  // null: none
    std::shared_ptr<const std::string> language;
    Direction direction = Direction::kNone;
    bool version_1_2 = false;
  };
  struct Frame {
    Content content = Content::kDocument;
    size_t scope = 0;
    size_t bytes = 0;  // of the texts below
    // kProperties: the subject. kCollection: the last cell; no label: none yet.
    Term node;
    uint64_t items = 0;  // rdf:li seen
    // Of properties.
    std::string predicate;
    std::string datatype;
    bool typed = false;
    std::string id;  // what rdf:ID names; empty: nothing
    std::vector<Term> reifiers;
    // kTriple: where it begins, and what was found in it.
    Place place;
    bool has_node = false;
    uint64_t statements = 0;
    std::shared_ptr<TripleTerm> triple;
  };

  void StartElement(const XmlName& name,
                    const std::vector<XmlAttribute>& attributes) override;
  void EndElement(const XmlName& name) override;
  void Text(std::string_view text) override;
  void Comment(std::string_view text) override;
  void ProcessingInstruction(std::string_view target,
                             std::string_view data) override;

  // Each false after a failure, whose message is in error_.
  bool StartRdf();
  bool StartNode();
  bool StartProperty();
  bool CheckPropertyAttributes();
  bool Subject(Term& node);
  bool Reifiers(Frame& property);
  bool ParsedProperty(Frame& property);
  bool EmptyProperty(Frame& property);
  bool OpenProperty(Frame& property);
  bool PropertyAttributes(const Term& subject);
  bool EnterScope();
  // Counts bytes that the frame holds.
  bool Hold(size_t bytes);
  bool HoldNames(const Frame& frame);
  bool ResolveIri(std::string_view reference, std::string& iri);
  bool IdTo(std::string_view id, std::string& iri);
  bool NodeIdTo(std::string_view id, Term& node);
  bool MayBegin();
  bool Fail(std::string message, bool exhausted = false);

  void EndOpen(Frame& property);
  void EndXml(Frame& property);
  void EndCollection(Frame& property);
  void EndTriple(Frame& property);
  // Makes `node` the object, or one of them, of what it stands in.
  void Attach(const Term& node);
  void FreshNode(Term& node);

  bool Push(Content content);
  void Pop();
  Frame& top() { return frames_[depth_ - 1]; }
  Frame& parent() { return frames_[depth_ - 2]; }
  Scope& scope() { return scopes_[top().scope]; }

  // Hands out the statement of a property, whose object is in the quad, with
  // what reifies it.
  void EmitProperty(const Frame& property, const Term& subject);
  void Emit(const Quad& quad);
  // Makes quad_.object, whose text is set, a literal in the scope's language.
  void SetLanguage();
  void Report(Place place, LexicalError error);

  const ReaderOptions& options_;
  const std::function<absl::Status(const Quad&)>& on_quad_;
  XmlParser xml_;

  std::deque<Frame> frames_;  // the first depth_ of them are open
  size_t depth_ = 0;
  size_t open_bytes_ = 0;
  std::deque<Scope> scopes_;
  std::vector<size_t> triples_;  // the frames that hold a triple, by depth
  uint64_t skipped_ = 0;         // open elements inside what is skipped

  // The element at hand.
  RdfXmlAttributes attributes_;
  std::string name_;  // its IRI
  Quad quad_;
  Quad about_statement_;
  std::string text_;  // of the property that is open
  bool text_too_long_ = false;
  bool text_reported_ = false;
  CanonicalXml literal_;
  std::string scratch_;

  uint64_t fresh_nodes_ = 0;
  absl::flat_hash_set<std::pair<uint64_t, uint64_t>> ids_;  // hashes
  LexicalError error_;
};

}  // namespace skg::rdf
