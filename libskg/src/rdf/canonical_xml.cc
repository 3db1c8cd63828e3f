#include "rdf/canonical_xml.h"

#include <algorithm>
#include <tuple>

#include "rdf/lexical.h"

namespace skg::rdf {
namespace {

// Appends `text` with the replacements that `replace` gives; null: none.
template <typename Replace>
void AppendEscaped(std::string_view text, const Replace& replace,
                   std::string& out) {
  size_t copied = 0;
  for (size_t at = 0; at < text.size(); ++at) {
    const char* const replacement = replace(text[at]);
    if (replacement == nullptr) continue;
    out.append(text, copied, at - copied);
    out.append(replacement);
    copied = at + 1;
  }
  out.append(text, copied);
}

const char* InText(char byte) {
  switch (byte) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '\r':
      return "&#xD;";
    default:
      return nullptr;
  }
}

const char* InValue(char byte) {
  switch (byte) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '"':
      return "&quot;";
    case '\t':
      return "&#x9;";
    case '\n':
      return "&#xA;";
    case '\r':
      return "&#xD;";
    default:
      return nullptr;
  }
}

}  // namespace

void CanonicalXml::Reset() {
  text_.clear();
  declared_.clear();
  declarations_.clear();
  depth_ = 0;
}

bool CanonicalXml::too_long() const { return text_.size() > kMaxTermBytes; }

void CanonicalXml::AppendName(const XmlName& name) {
  if (!name.prefix.empty()) {
    text_.append(name.prefix);
    text_.push_back(':');
  }
  text_.append(name.local);
}

void CanonicalXml::Declare(std::string_view prefix, std::string_view space) {
  if (prefix == "xml" || too_long()) return;
  const auto found = declared_.find(prefix);
  const bool none = found == declared_.end();
  if (none ? space.empty() : found->second == space) return;
  text_.append(prefix.empty() ? " xmlns" : " xmlns:");
  text_.append(prefix);
  text_.append("=\"");
  AppendEscaped(space, InValue, text_);
  text_.push_back('"');
  declarations_.push_back(
      {depth_, std::string(prefix), none ? std::string() : found->second});
  declared_.insert_or_assign(std::string(prefix), std::string(space));
}

void CanonicalXml::StartElement(const XmlName& name,
                                const std::vector<XmlAttribute>& attributes) {
  ++depth_;
  if (too_long()) return;
  text_.push_back('<');
  AppendName(name);
  used_.assign(1, name);
  sorted_.clear();
  for (const XmlAttribute& attribute : attributes) {
    sorted_.push_back(&attribute);
    if (!attribute.name.prefix.empty()) used_.push_back(attribute.name);
  }
  std::sort(used_.begin(), used_.end(), [](const XmlName& a, const XmlName& b) {
    return a.prefix < b.prefix;
  });
  for (const XmlName& used : used_) Declare(used.prefix, used.space);
  std::sort(sorted_.begin(), sorted_.end(),
            [](const XmlAttribute* a, const XmlAttribute* b) {
              return std::tie(a->name.space, a->name.local) <
                     std::tie(b->name.space, b->name.local);
            });
  for (const XmlAttribute* attribute : sorted_) {
    text_.push_back(' ');
    AppendName(attribute->name);
    text_.append("=\"");
    AppendEscaped(attribute->value, InValue, text_);
    text_.push_back('"');
  }
  text_.push_back('>');
}

void CanonicalXml::EndElement(const XmlName& name) {
  while (!declarations_.empty() && declarations_.back().depth == depth_) {
    Declaration& last = declarations_.back();
    if (last.hidden.empty()) {
      declared_.erase(last.prefix);
    } else {
      declared_.insert_or_assign(last.prefix, std::move(last.hidden));
    }
    declarations_.pop_back();
  }
  --depth_;
  if (too_long()) return;
  text_.append("</");
  AppendName(name);
  text_.push_back('>');
}

void CanonicalXml::Text(std::string_view text) {
  if (!too_long()) AppendEscaped(text, InText, text_);
}

void CanonicalXml::Comment(std::string_view text) {
  if (too_long()) return;
  text_.append("<!--");
  text_.append(text);
  text_.append("-->");
}

void CanonicalXml::ProcessingInstruction(std::string_view target,
                                         std::string_view data) {
  if (too_long()) return;
  text_.append("<?");
  text_.append(target);
  if (!data.empty()) {
    text_.push_back(' ');
    text_.append(data);
  }
  text_.append("?>");
}

}  // namespace skg::rdf
