#include "conformance/result_xml.h"

#include <cstdlib>
#include <memory>
#include <string_view>
#include <utility>

namespace skg::test {
namespace {

struct Element {
  std::string name, text;
  std::map<std::string, std::string> attributes;
  std::vector<Element> children;

  [[nodiscard]] const Element* Child(std::string_view wanted) const {
    for (const Element& child : children) {
      if (child.name == wanted) return &child;
    }
    return nullptr;
  }
  [[nodiscard]] std::string Attribute(const std::string& wanted) const {
    const auto found = attributes.find(wanted);
    return found == attributes.end() ? "" : found->second;
  }
};

void AppendUtf8(unsigned long code, std::string* out) {
  const auto byte = [&](unsigned long b) {
    out->push_back(static_cast<char>(b));
  };
  if (code < 0x80) {
    byte(code);
  } else if (code < 0x800) {
    byte(0xC0 | code >> 6);
    byte(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    byte(0xE0 | code >> 12);
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  } else {
    byte(0xF0 | code >> 18);
    byte(0x80 | (code >> 12 & 0x3F));
    byte(0x80 | (code >> 6 & 0x3F));
    byte(0x80 | (code & 0x3F));
  }
}

// Well-formed documents only; anything else gives a wrong tree or none.
class XmlParser {
 public:
  explicit XmlParser(std::string_view text) : text_(text) {}

  // False: there is no element.
  bool Parse(Element* root) {
    SkipProlog();
    return ParseElement(root);
  }

 private:
  bool Starts(std::string_view with) const {
    return text_.substr(at_).starts_with(with);
  }
  void SkipPast(std::string_view end) {
    const size_t found = text_.find(end, at_);
    at_ = found == std::string_view::npos ? text_.size() : found + end.size();
  }
  void SkipSpace() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) !=
                                     std::string_view::npos) {
      ++at_;
    }
  }
  void SkipProlog() {
    for (;;) {
      SkipSpace();
      if (Starts("<?")) {
        SkipPast("?>");
      } else if (Starts("<!--")) {
        SkipPast("-->");
      } else if (Starts("<!") || Starts("\xEF\xBB\xBF")) {
        Starts("<!") ? SkipPast(">") : void(at_ += 3);
      } else {
        return;
      }
    }
  }
  std::string Name() {
    const size_t begin = at_;
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n/>=").find(text_[at_]) ==
               std::string_view::npos) {
      ++at_;
    }
    return std::string(text_.substr(begin, at_ - begin));
  }
  static std::string Unescape(std::string_view raw) {
    static const std::map<std::string_view, char> kNames = {
        {"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}};
    std::string out;
    for (size_t i = 0; i < raw.size(); ++i) {
      const size_t end = raw.find(';', i);
      if (raw[i] != '&' || end == std::string_view::npos) {
        out.push_back(raw[i]);
        continue;
      }
      const std::string_view name = raw.substr(i + 1, end - i - 1);
      if (name.starts_with("#")) {
        const bool hex = name.size() > 1 && name[1] == 'x';
        AppendUtf8(std::strtoul(std::string(name.substr(hex ? 2 : 1)).c_str(),
                                nullptr, hex ? 16 : 10),
                   &out);
      } else if (kNames.contains(name)) {
        out.push_back(kNames.at(name));
      }
      i = end;
    }
    return out;
  }
  bool ParseElement(Element* element) {
    if (!Starts("<")) return false;
    ++at_;
    element->name = Name();
    const size_t colon = element->name.find(':');
    if (colon != std::string::npos) element->name.erase(0, colon + 1);
    for (SkipSpace(); at_ < text_.size() && !Starts(">") && !Starts("/>");
         SkipSpace()) {
      const std::string name = Name();
      SkipPast("=");
      SkipSpace();
      if (at_ >= text_.size()) return false;
      const char quote = text_[at_++];
      const size_t end = text_.find(quote, at_);
      if (end == std::string_view::npos) return false;
      element->attributes[name] = Unescape(text_.substr(at_, end - at_));
      at_ = end + 1;
    }
    if (Starts("/>")) {
      at_ += 2;
      return true;
    }
    ++at_;
    return ParseContent(element);
  }
  bool ParseContent(Element* element) {
    while (at_ < text_.size()) {
      if (Starts("</")) {
        SkipPast(">");
        return true;
      }
      if (Starts("<!--")) {
        SkipPast("-->");
      } else if (Starts("<![CDATA[")) {
        at_ += 9;
        const size_t end = text_.find("]]>", at_);
        if (end == std::string_view::npos) return false;
        element->text += text_.substr(at_, end - at_);
        at_ = end + 3;
      } else if (Starts("<")) {
        if (!ParseElement(&element->children.emplace_back())) return false;
      } else {
        const size_t end = std::min(text_.find('<', at_), text_.size());
        element->text += Unescape(text_.substr(at_, end - at_));
        at_ = end;
      }
    }
    return false;
  }

  std::string_view text_;
  size_t at_ = 0;
};

std::optional<rdf::Term> TermOf(const Element& holder) {
  if (holder.children.empty()) return std::nullopt;
  const Element& value = holder.children[0];
  if (value.name == "uri") return rdf::Term::Iri(value.text);
  if (value.name == "bnode") return rdf::Term::BlankNode(value.text);
  if (value.name == "literal") {
    const std::string language = value.Attribute("xml:lang");
    return language.empty()
               ? rdf::Term::Literal(value.text, value.Attribute("datatype"))
               : rdf::Term::LanguageString(value.text, language);
  }
  if (value.name != "triple") return std::nullopt;
  const Element *s = value.Child("subject"), *p = value.Child("predicate"),
                *o = value.Child("object");
  if (s == nullptr || p == nullptr || o == nullptr) return std::nullopt;
  const auto subject = TermOf(*s), predicate = TermOf(*p), object = TermOf(*o);
  if (!subject || !predicate || !object) return std::nullopt;
  return rdf::Term::Triple(*subject, *predicate, *object);
}

}  // namespace

absl::StatusOr<QueryResult> ReadXmlResult(const std::string& text) {
  Element root;
  if (!XmlParser(text).Parse(&root))
    return absl::InvalidArgumentError("a result that is not well-formed XML");
  QueryResult result;
  if (const Element* boolean = root.Child("boolean")) {
    result.boolean = boolean->text.find("true") != std::string::npos;
    return result;
  }
  const Element *head = root.Child("head"), *results = root.Child("results");
  if (head == nullptr || results == nullptr)
    return absl::InvalidArgumentError("a result without head or results");
  for (const Element& variable : head->children) {
    if (variable.name == "variable")
      result.variables.push_back(variable.Attribute("name"));
  }
  for (const Element& solution : results->children) {
    auto& row = result.rows.emplace_back();
    for (const Element& binding : solution.children) {
      const auto term = TermOf(binding);
      if (!term)
        return absl::InvalidArgumentError("a binding of no known form");
      row[binding.Attribute("name")] = *term;
    }
  }
  return result;
}

}  // namespace skg::test
