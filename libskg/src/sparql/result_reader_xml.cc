// SPARQL Query Results XML Format.
#include <expat.h>

#include <memory>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "sparql/result_readers.h"

namespace skg::sparql {
namespace {

constexpr std::string_view kNamespace =
    "http://www.w3.org/2005/sparql-results#|";

// Expat calls back for what it meets; the first error stops it.
class XmlResults {
 public:
  explicit XmlResults(XML_Parser parser) : parser_(parser) {
    XML_SetUserData(parser, this);
    XML_SetElementHandler(parser, &XmlResults::OnStart, &XmlResults::OnEnd);
    XML_SetCharacterDataHandler(parser, &XmlResults::OnText);
    XML_SetStartDoctypeDeclHandler(parser, &XmlResults::OnDoctype);
  }

  absl::StatusOr<ResultSet> Read(std::string_view text) {
    // Expat counts with int.
    while (status_.ok()) {
      const std::string_view piece = text.substr(0, size_t{1} << 30);
      text.remove_prefix(piece.size());
      if (XML_Parse(parser_, piece.data(), static_cast<int>(piece.size()),
                    text.empty() ? 1 : 0) == XML_STATUS_ERROR) {
        if (status_.ok()) Fail(XML_ErrorString(XML_GetErrorCode(parser_)));
      }
      if (text.empty()) break;
    }
    if (!status_.ok()) return status_;
    if (!set_.boolean && !results_)
      return absl::InvalidArgumentError(
          "query results in XML: neither <results> nor <boolean>");
    return std::move(set_);
  }

 private:
  // A term that is not yet whole: of a triple, its parts so far.
  struct Open {
    rdf::Term term;
    bool has_term = false;
    std::vector<rdf::Term> parts;
  };

  static XmlResults& Self(void* self) {
    return *static_cast<XmlResults*>(self);
  }
  static void OnStart(void* self, const XML_Char* name, const XML_Char** more) {
    Self(self).Start(name, more);
  }
  static void OnEnd(void* self, const XML_Char* name) { Self(self).End(name); }
  static void OnText(void* self, const XML_Char* text, int size) {
    Self(self).text_.append(text, static_cast<size_t>(size));
  }
  static void OnDoctype(void* self, const XML_Char*, const XML_Char*,
                        const XML_Char*, int) {
    Self(self).Fail("a document type declaration is not taken");
  }

  void Fail(std::string_view problem) {
    Stop(absl::InvalidArgumentError(absl::StrCat(
        "query results in XML:", XML_GetCurrentLineNumber(parser_), ":",
        XML_GetCurrentColumnNumber(parser_) + 1, ": ", av(problem))));
  }
  void Stop(absl::Status status) {
    if (status_.ok()) status_ = std::move(status);
    XML_StopParser(parser_, XML_FALSE);
  }

  static std::string Attribute(const XML_Char** attributes,
                               std::string_view name) {
    for (; *attributes != nullptr; attributes += 2)
      if (attributes[0] == name) return attributes[1];
    return {};
  }

  void Start(std::string_view name, const XML_Char** attributes) {
    text_.clear();
    if (!name.starts_with(kNamespace)) return;
    name.remove_prefix(kNamespace.size());
    if (name == "variable") {
      const std::string variable = Attribute(attributes, "name");
      places_.emplace(variable, set_.variables.size());
      set_.variables.push_back(variable);
    } else if (name == "results") {
      results_ = true;
    } else if (name == "result") {
      set_.rows.emplace_back(set_.variables.size());
    } else if (name == "binding") {
      StartBinding(Attribute(attributes, "name"));
    } else if (name == "literal") {
      StartLiteral(attributes);
    } else if (name == "triple") {
      if (open_.size() > kMostNesting) return Stop(NestedTooDeep());
      open_.emplace_back();
    }
  }

  void StartBinding(const std::string& variable) {
    const auto found = places_.find(variable);
    if (found == places_.end())
      return Fail(absl::StrCat("<head> has no variable ", variable));
    if (set_.rows.empty()) return Fail("<binding> outside of <result>");
    place_ = found->second;
    open_.assign(1, Open());
  }

  void StartLiteral(const XML_Char** attributes) {
    datatype_ = Attribute(attributes, "datatype");
    language_ =
        Attribute(attributes, "http://www.w3.org/XML/1998/namespace|lang");
    const std::string direction =
        Attribute(attributes, "http://www.w3.org/2005/11/its|dir");
    direction_ = direction == "ltr"   ? rdf::Direction::kLtr
                 : direction == "rtl" ? rdf::Direction::kRtl
                                      : rdf::Direction::kNone;
  }

  void End(std::string_view name) {
    if (!name.starts_with(kNamespace)) return;
    name.remove_prefix(kNamespace.size());
    if (name == "uri") {
      Give(rdf::Term::Iri(std::string(absl::StripAsciiWhitespace(text_))));
    } else if (name == "bnode") {
      Give(
          rdf::Term::BlankNode(std::string(absl::StripAsciiWhitespace(text_))));
    } else if (name == "literal") {
      Give(language_.empty() ? rdf::Term::Literal(std::move(text_), datatype_)
                             : rdf::Term::LanguageString(
                                   std::move(text_), language_, direction_));
    } else if (name == "subject" || name == "predicate" || name == "object") {
      EndPart();
    } else if (name == "triple") {
      EndTriple();
    } else if (name == "binding") {
      EndBinding();
    } else if (name == "boolean") {
      EndBoolean(sv(absl::StripAsciiWhitespace(text_)));
    }
    text_.clear();
  }

  void Give(rdf::Term term) {
    if (open_.empty() || open_.back().has_term)
      return Fail("a term where none is wanted");
    open_.back().term = std::move(term);
    open_.back().has_term = true;
  }

  void EndPart() {
    if (open_.size() < 2 || !open_.back().has_term)
      return Fail("a part of a triple without a term");
    open_.back().parts.push_back(std::move(open_.back().term));
    open_.back().has_term = false;
  }

  void EndTriple() {
    if (open_.size() < 2) return Fail("<triple> outside of <binding>");
    std::vector<rdf::Term> parts = std::move(open_.back().parts);
    open_.pop_back();
    if (parts.size() != 3)
      return Fail("<triple> wants <subject>, <predicate> and <object>");
    Give(rdf::Term::Triple(std::move(parts[0]), std::move(parts[1]),
                           std::move(parts[2])));
  }

  void EndBinding() {
    if (open_.size() != 1 || !open_[0].has_term)
      return Fail("<binding> without a term");
    set_.rows.back()[place_] = std::move(open_[0].term);
    open_.clear();
  }

  void EndBoolean(std::string_view word) {
    if (word != "true" && word != "false")
      return Fail("<boolean> wants true or false");
    set_.boolean = word == "true";
  }

  const XML_Parser parser_;
  absl::Status status_;
  ResultSet set_;
  absl::flat_hash_map<std::string, size_t> places_;
  bool results_ = false;
  size_t place_ = 0;        // of the binding, in its row
  std::vector<Open> open_;  // the binding, and the triples around this place
  std::string text_, datatype_, language_;
  rdf::Direction direction_ = rdf::Direction::kNone;
};

struct FreeParser {
  void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
};

}  // namespace

absl::StatusOr<ResultSet> ReadXmlResults(std::string_view text) {
  const std::unique_ptr<std::remove_pointer_t<XML_Parser>, FreeParser> parser(
      XML_ParserCreateNS(nullptr, '|'));
  if (parser == nullptr)
    return absl::ResourceExhaustedError("query results in XML: no memory");
  return XmlResults(parser.get()).Read(text);
}

}  // namespace skg::sparql
