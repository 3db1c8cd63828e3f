// Reading the SPARQL Query Results XML Format, with Expat.
#include <expat.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "sparql/results_rows.h"
#include "sparql/results_writers.h"

namespace skg::sparql {
namespace {

// Expat joins namespace and name with it; neither has it.
constexpr char kJoint = ' ';
constexpr std::string_view kXmlNamespace =
    "http://www.w3.org/XML/1998/namespace";

class XmlReader {
 public:
  explicit XmlReader(ResultRows& rows)
      : rows_(rows), parser_(XML_ParserCreateNS("UTF-8", kJoint)) {}
  ~XmlReader() { XML_ParserFree(parser_); }
  XmlReader(const XmlReader&) = delete;
  XmlReader& operator=(const XmlReader&) = delete;

  void Read(std::string_view text);

 private:
  void Start(std::string_view name, const char** attributes);
  void End();
  bool EndTerm();
  bool EndHead();
  [[nodiscard]] bool In(std::string_view name) const {
    return !open_.empty() && open_.back() == name;
  }
  // Makes Expat return.
  void StopIf(bool failed) {
    if (failed) XML_StopParser(parser_, XML_FALSE);
  }

  ResultRows& rows_;
  XML_Parser parser_;
  std::vector<std::string> open_;  // local names
  size_t foreign_ = 0;  // open elements of other namespaces, and those in them
  std::string text_;
  std::vector<std::string> variables_;
  std::string binding_;
  std::vector<TermParts> terms_;  // those that are open
  bool done_ = false;             // there was a result of either kind
};

// The value of attribute `name` of a namespace, or none.
const char* Attribute(const char** attributes, std::string_view space,
                      std::string_view name) {
  const std::string joined =
      space.empty() ? std::string(name)
                    : absl::StrCat(av(space), std::string(1, kJoint), av(name));
  for (; *attributes != nullptr; attributes += 2) {
    if (joined == attributes[0]) return attributes[1];
  }
  return nullptr;
}

void SetIf(const char* value, std::optional<std::string>& out) {
  if (value != nullptr) out = value;
}

bool IsTerm(std::string_view name) {
  return name == "uri" || name == "bnode" || name == "literal" ||
         name == "triple";
}

void XmlReader::Start(std::string_view name, const char** attributes) {
  if (!rows_.status().ok()) return;  // Expat may call once more
  const size_t joint = name.find(kJoint);
  if (foreign_ > 0 || joint == std::string_view::npos ||
      name.substr(0, joint) != kResultsNamespace) {
    ++foreign_;
    return;
  }
  const std::string_view local = name.substr(joint + 1);
  text_.clear();
  if (local == "variable" || local == "binding") {
    const char* const variable = Attribute(attributes, {}, "name");
    if (variable == nullptr)
      return StopIf(!rows_.Fail(absl::StrCat("<", av(local), "> has no name")));
    if (local == "variable") {
      variables_.emplace_back(variable);
    } else {
      binding_ = variable;
    }
  } else if (local == "results") {
    done_ = true;
    StopIf(!EndHead());
  } else if (IsTerm(local)) {
    if (terms_.size() == kMaxResultNesting) return StopIf(!rows_.FailNesting());
    TermParts& term = terms_.emplace_back();
    term.type = local;
    SetIf(Attribute(attributes, {}, "datatype"), term.datatype);
    SetIf(Attribute(attributes, kXmlNamespace, "lang"), term.language);
    SetIf(Attribute(attributes, kItsNamespace, "dir"), term.direction);
  }
  open_.emplace_back(local);
}

bool XmlReader::EndHead() {
  if (rows_.has_variables()) return rows_.Fail("there is more than one result");
  return rows_.SetVariables(std::move(variables_));
}

void XmlReader::End() {
  if (!rows_.status().ok()) return;
  if (foreign_ > 0) {
    --foreign_;
    return;
  }
  const std::string name = std::move(open_.back());
  open_.pop_back();
  if (IsTerm(name)) {
    StopIf(!EndTerm());
  } else if (name == "result") {
    StopIf(rows_.has_variables()
               ? !rows_.EndRow()
               : !rows_.Fail("<result> is outside <results>"));
  } else if (name == "boolean") {
    const bool answer = text_ == "true" || text_ == "1";
    if (!answer && text_ != "false" && text_ != "0")
      return StopIf(!rows_.Fail("<boolean> holds neither true nor false"));
    done_ = true;
    StopIf(!rows_.Boolean(answer));
  }
}

bool XmlReader::EndTerm() {
  TermParts parts = std::move(terms_.back());
  terms_.pop_back();
  if (parts.type != "triple") parts.value = std::move(text_);
  rdf::Term term;
  if (!rows_.MakeTerm(std::move(parts), term)) return false;
  if (In("binding")) return rows_.Bind(binding_, std::move(term));
  if (terms_.empty()) return rows_.Fail("a term is outside <binding>");
  TermParts& triple = terms_.back();
  if (In("subject")) {
    triple.subject = std::move(term);
  } else if (In("predicate")) {
    triple.predicate = std::move(term);
  } else if (In("object")) {
    triple.object = std::move(term);
  } else {
    return rows_.Fail("a term is outside <binding>");
  }
  return true;
}

void XmlReader::Read(std::string_view text) {
  XML_SetUserData(parser_, this);
  XML_SetElementHandler(
      parser_,
      [](void* self, const XML_Char* name, const XML_Char** attributes) {
        static_cast<XmlReader*>(self)->Start(name, attributes);
      },
      [](void* self, const XML_Char*) {
        static_cast<XmlReader*>(self)->End();
      });
  XML_SetCharacterDataHandler(
      parser_, [](void* self, const XML_Char* data, int size) {
        auto* reader = static_cast<XmlReader*>(self);
        if (reader->foreign_ == 0)
          reader->text_.append(data, static_cast<size_t>(size));
      });
  // Entities of a document could grow without bound, and none needs them.
  XML_SetStartDoctypeDeclHandler(
      parser_,
      [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
        auto* reader = static_cast<XmlReader*>(self);
        reader->StopIf(
            !reader->rows_.Fail("a document type declaration is refused"));
      });
  constexpr size_t kPiece = size_t{1} << 20;
  for (bool last = false; !last;) {
    const std::string_view piece = text.substr(0, kPiece);
    text.remove_prefix(piece.size());
    last = text.empty();
    const auto size = static_cast<int>(piece.size());
    if (XML_Parse(parser_, piece.data(), size, last ? 1 : 0) == XML_STATUS_OK)
      continue;
    if (rows_.status().ok()) {
      rows_.Fail(absl::StrCat("not XML at line ",
                              XML_GetCurrentLineNumber(parser_), ", column ",
                              XML_GetCurrentColumnNumber(parser_) + 1, ": ",
                              XML_ErrorString(XML_GetErrorCode(parser_))));
    }
    return;
  }
  if (!done_) rows_.Fail("there is neither <results> nor <boolean>");
}

}  // namespace

void ReadXmlResults(std::string_view text, ResultRows& rows) {
  XmlReader(rows).Read(text);
}

}  // namespace skg::sparql
