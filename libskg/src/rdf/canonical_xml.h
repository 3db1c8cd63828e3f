// Exclusive canonical XML of an element's content, with comments: the lexical
// form of rdf:parseType="Literal".
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/strings.h"
#include "rdf/xml_parser.h"

namespace skg::rdf {

// Takes the events of the content and makes text of them. Once the text is
// longer than a term may be, nothing is added any more.
// Source: Exclusive XML Canonicalization 1.0, without a list of inclusive
// prefixes: a namespace is declared by the outermost elements that use it.
class CanonicalXml {
 public:
  // Begins the next literal.
  void Reset();

  void StartElement(const XmlName& name,
                    const std::vector<XmlAttribute>& attributes);
  void EndElement(const XmlName& name);
  void Text(std::string_view text);
  void Comment(std::string_view text);
  void ProcessingInstruction(std::string_view target, std::string_view data);

  // Elements that are open.
  [[nodiscard]] size_t depth() const { return depth_; }
  [[nodiscard]] bool too_long() const;
  [[nodiscard]] std::string& text() { return text_; }

 private:
  // A declaration that an open element made, and what it hides.
  struct Declaration {
    size_t depth;
    std::string prefix;
    std::string hidden;
  };

  void Declare(std::string_view prefix, std::string_view space);
  void AppendName(const XmlName& name);

  std::string text_;
  size_t depth_ = 0;
  // What the open elements declare: prefix -> namespace; no entry: none.
  absl::flat_hash_map<std::string, std::string, StringHash, StringEqual>
      declared_;
  std::vector<Declaration> declarations_;
  std::vector<XmlName> used_;
  std::vector<const XmlAttribute*> sorted_;
};

}  // namespace skg::rdf
