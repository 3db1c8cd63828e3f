#include "sparql/parse_state.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "rdf/characters.h"
#include "rdf/input_window.h"
#include "rdf/lexical.h"

namespace skg::sparql {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

size_t FirstByte(std::string_view text) {
  return text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
}

size_t FirstInvalidByte(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  char32_t ignored;
  while (p < end && rdf::DecodeUtf8(p, end, ignored)) {
  }
  return static_cast<size_t>(p - text.data());
}

}  // namespace

ParseState::ParseState(std::string_view text, const ParseOptions& options)
    : text_(text),
      options_(options),
      lexer_(text, FirstByte(text), text.size()) {
  if (text.size() > options.max_text_bytes) {
    token_ = Token::kError;
    status_ = absl::ResourceExhaustedError(
        absl::StrCat("SPARQL: the text has ", text.size(),
                     " bytes; the limit is ", options.max_text_bytes));
    return;
  }
  if (!rdf::IsUtf8(text)) {
    Fail(FirstInvalidByte(text), "a byte is not UTF-8; the text must be UTF-8");
    return;
  }
  base_text_ = options.base_iri;
  if (!base_text_.empty()) {
    if (!rdf::IsAbsoluteIri(base_text_)) {
      Fail(0, absl::StrCat("the base '", base_text_,
                           "' that came with the text is no absolute IRI"));
      return;
    }
    base_ = rdf::BaseIri(base_text_);
  }
  for (const auto& [prefix, iri] : options.prefixes)
    prefixes_[prefix].iri = iri;
  Advance();
}

bool ParseState::IsKeyword(std::string_view keyword) const {
  return token_ == Token::kWord &&
         absl::EqualsIgnoreCase(av(text()), av(keyword));
}

void ParseState::Advance() {
  if (!ok()) return;
  last_end_ = lexer_.end();
  lexer_.Advance();
  token_ = lexer_.token();
  if (token_ == Token::kError) Fail(lexer_.error_offset(), lexer_.message());
}

bool ParseState::Accept(Token token) {
  if (!Is(token)) return false;
  Advance();
  return true;
}

bool ParseState::AcceptKeyword(std::string_view keyword) {
  if (!IsKeyword(keyword)) return false;
  Advance();
  return true;
}

bool ParseState::Expect(Token token, std::string_view what) {
  return Accept(token) || Unexpected(what);
}

bool ParseState::ExpectKeyword(std::string_view keyword) {
  return AcceptKeyword(keyword) || Unexpected(keyword);
}

bool ParseState::Fail(size_t offset, std::string_view message,
                      absl::StatusCode code) {
  if (!ok()) return false;
  rdf::InputWindow window(text_);
  const rdf::Place place =
      window.PlaceOf(text_.data() + std::min(offset, text_.size()));
  status_ = absl::Status(code, absl::StrCat("SPARQL ", place.line, ":",
                                            place.column, ": ", av(message)));
  token_ = Token::kError;
  return false;
}

void ParseState::DescribeToken(std::string& out) const {
  if (Is(Token::kEnd)) {
    out = "the end of the text";
    return;
  }
  constexpr size_t kMost = 40;
  std::string_view shown = lexer_.raw();
  const bool cut = shown.size() > kMost;
  if (cut) {
    size_t end = kMost;
    while (end > 0 && (static_cast<uint8_t>(shown[end]) & 0xC0) == 0x80) --end;
    shown = shown.substr(0, end);
  }
  out = absl::StrCat("'", av(shown), cut ? "...'" : "'");
}

bool ParseState::Unexpected(std::string_view expected) {
  if (!ok()) return false;
  std::string found;
  DescribeToken(found);
  return Fail(offset(),
              absl::StrCat("found ", found, "; expected ", av(expected)));
}

bool ParseState::Enter() {
  ++nesting_;
  if (nesting_ <= options_.max_nesting) return true;
  return Fail(offset(),
              absl::StrCat("nested more than ", options_.max_nesting,
                           " levels deep, which is the limit"),
              absl::StatusCode::kResourceExhausted);
}

bool ParseState::CheckDepth(uint32_t depth) {
  if (depth <= options_.max_depth) return true;
  return Fail(offset(),
              absl::StrCat("more than ", options_.max_depth,
                           " operators stand one above the other, which is "
                           "the limit; shorten the chain"),
              absl::StatusCode::kResourceExhausted);
}

bool ParseState::Charge(size_t bytes) {
  memory_ += bytes;
  if (memory_ <= options_.max_memory_bytes) return true;
  return Fail(
      offset(),
      absl::StrCat("the request takes more than ", options_.max_memory_bytes,
                   " bytes of memory, which is the limit; send it in "
                   "parts"),
      absl::StatusCode::kResourceExhausted);
}

bool ParseState::ReadVariable(Variable& variable) {
  if (!Is(Token::kVariable)) return Unexpected("a variable, like ?x");
  variable = VariableOf(text());
  Advance();
  return ok();
}

Variable ParseState::VariableOf(std::string_view name) {
  const auto found = variables_.find(name);
  if (found != variables_.end()) return found->second;
  const auto variable = static_cast<Variable>(table_.names.size());
  table_.names.emplace_back(name);
  variables_.emplace(std::string(name), variable);
  Charge(2 * (name.size() + sizeof(std::string)));
  return variable;
}

Variable ParseState::NewVariable(char kind) {
  const auto variable = static_cast<Variable>(table_.names.size());
  table_.names.push_back(
      absl::StrCat(".", av(std::string_view(&kind, 1)), ++new_variables_));
  Charge(sizeof(std::string));
  return variable;
}

bool ParseState::BlankNodeVariable(std::string_view label, size_t offset,
                                   Variable& out) {
  const auto found = labels_.find(label);
  if (found == labels_.end()) {
    out = NewVariable('b');
    labels_.emplace(std::string(label), LabelUse{bgp_, out});
    return Charge(label.size() + sizeof(LabelUse));
  }
  out = found->second.variable;
  if (found->second.bgp == bgp_) return true;
  return Fail(offset, absl::StrCat("_:", av(label),
                                   " is also in another basic graph pattern; "
                                   "use a variable for what both share"));
}

std::string ParseState::FreshLabel() {
  return absl::StrCat("anon-", ++fresh_labels_);
}

std::string ParseState::TemplateLabel(std::string_view label) {
  constexpr std::string_view kFresh = "anon-";
  if (!label.starts_with(kFresh)) return std::string(label);
  return absl::StrCat("anon-doc-", av(label.substr(kFresh.size())));
}

bool ParseState::CheckDataLabel(std::string_view label, size_t offset) {
  const auto [use, is_new] =
      data_labels_.try_emplace(std::string(label), operation_);
  if (is_new) return Charge(label.size() + sizeof(std::string));
  if (use->second == operation_) return true;
  return Fail(offset, absl::StrCat("_:", av(label),
                                   " is also in another INSERT DATA; each "
                                   "needs labels of its own"));
}

}  // namespace skg::sparql
