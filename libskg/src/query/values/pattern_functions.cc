// REGEX and REPLACE (17.4.3.14 and 15).
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "query/values/functions.h"
#include "rdf/characters.h"
#include "rdf/lexical.h"

namespace skg::query {
namespace {

using Kind = Value::Kind;

// Null: not a pattern.
const Regex* PatternOf(Call& call, size_t pattern, size_t flags) {
  if (!call[0].stringy() || call[pattern].kind != Kind::kString) return nullptr;
  if (call.size() <= flags)
    return call.state.regexes().Find(call[pattern].text, "");
  if (call[flags].kind != Kind::kString) return nullptr;
  return call.state.regexes().Find(call[pattern].text, call[flags].text);
}

Value RegexMatches(Call& call) {
  const Regex* const regex = PatternOf(call, 1, 2);
  if (regex == nullptr) return {};
  call.status = call.state.Work(call[0].text.size());
  if (!call.status.ok()) return {};
  return Value::Boolean(regex->Matches(call[0].text));
}

// A replacement, taken apart: text, then a group, and so on.
struct Piece {
  std::string text;
  size_t group = 0;
  bool has_group = false;
};

// fn:replace: `$N` is a group (as many digits as make the number of one), `\$`
// and `\\` are themselves, all else of the two is an error.
std::optional<std::vector<Piece>> ParseReplacement(std::string_view text,
                                                   const Regex& regex) {
  std::vector<Piece> pieces(1);
  if (regex.literal()) {
    pieces[0].text = text;
    return pieces;
  }
  while (!text.empty()) {
    const char byte = text.front();
    text.remove_prefix(1);
    if (byte == '\\') {
      if (text.empty() || (text.front() != '\\' && text.front() != '$'))
        return std::nullopt;
      pieces.back().text += text.front();
      text.remove_prefix(1);
    } else if (byte == '$') {
      if (text.empty() || !rdf::Is(text.front(), rdf::kDigitByte))
        return std::nullopt;
      size_t group = 0;
      do {
        const size_t longer =
            group * 10 + static_cast<size_t>(text.front() - '0');
        if (group != 0 && longer > regex.groups()) break;
        group = longer;
        text.remove_prefix(1);
      } while (group != 0 && !text.empty() &&
               rdf::Is(text.front(), rdf::kDigitByte));
      pieces.back().group = group;
      pieces.back().has_group = group <= regex.groups();
      pieces.emplace_back();
    } else {
      pieces.back().text += byte;
    }
  }
  return pieces;
}

// Appends to a text that may be no longer than a term.
class Output {
 public:
  explicit Output(Call& call) : call_(call) {}
  bool Add(std::string_view text) {
    if (text.size() > rdf::kMaxTermBytes - text_.size()) {
      call_.status = absl::ResourceExhaustedError(
          absl::StrCat("REPLACE makes a string of more than ",
                       rdf::kMaxTermBytes, " bytes"));
      return false;
    }
    call_.status = call_.state.Charge(text.size());
    if (!call_.status.ok()) return false;
    text_ += text;
    return true;
  }
  std::string Take() { return std::move(text_); }

 private:
  Call& call_;
  std::string text_;
};

Value Replace(Call& call) {
  const Regex* const regex = PatternOf(call, 1, 3);
  if (regex == nullptr || call[2].kind != Kind::kString) return {};
  // A pattern that matches nothing at all is an error (FORX0003).
  if (regex->Matches("")) return {};
  const auto pieces = ParseReplacement(call[2].text, *regex);
  if (!pieces) return {};
  const std::string_view text = call[0].text;
  Output out(call);
  std::vector<std::string_view> groups;
  size_t from = 0;
  while (regex->Find(text, from, &groups)) {
    const auto begin = static_cast<size_t>(groups[0].data() - text.data());
    // An assertion such as \b can still match nothing.
    if (groups[0].empty()) return {};
    if (!out.Add(text.substr(from, begin - from))) return {};
    for (const Piece& piece : *pieces) {
      if (!out.Add(piece.text)) return {};
      if (piece.has_group && !out.Add(groups[piece.group])) return {};
    }
    const size_t end = begin + groups[0].size();
    call.status = call.state.Work(end - from + 64);
    from = end;
    if (!call.status.ok()) return {};
  }
  if (!out.Add(text.substr(from))) return {};
  return StringLike(call[0], out.Take());
}

}  // namespace

FunctionEntry FindPatternFunction(Function function) {
  switch (function) {
    case Function::kRegex:
      return {RegexMatches, 2, 3};
    case Function::kReplace:
      return {Replace, 3, 4};
    default:
      return {};
  }
}

}  // namespace skg::query
