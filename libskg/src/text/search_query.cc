#include "text/search_query.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "text/analyzer.h"

namespace skg::text {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

size_t WordCount(std::string_view text) {
  std::vector<ByteRange> words;
  FindWords(text, words);
  return words.size();
}

class Parser {
 public:
  Parser(std::string_view text, const QuerySyntax& syntax)
      : text_(text), syntax_(syntax) {}

  [[nodiscard]] absl::StatusOr<SearchQuery> Parse() {
    while (SkipSpaces()) SKG_RETURN_IF_ERROR(ParseItem());
    const auto is_wanted = [](const QueryClause& clause) {
      return clause.occur != Occur::kMustNot;
    };
    if (!query_.clauses.empty() &&
        std::none_of(query_.clauses.begin(), query_.clauses.end(), is_wanted)) {
      return absl::InvalidArgumentError(
          "search: the query only says what must not be there; add a word "
          "that is to be found");
    }
    return std::move(query_);
  }

 private:
  [[nodiscard]] absl::Status Error(size_t at, std::string_view what) const {
    size_t column = 1;
    for (size_t i = 0; i < at; ++i) {
      if ((static_cast<uint8_t>(text_[i]) & 0xC0) != 0x80) ++column;
    }
    return absl::InvalidArgumentError(
        absl::StrCat("search: column ", column, ": ", av(what)));
  }

  bool SkipSpaces() {
    while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
    return at_ < text_.size();
  }
  [[nodiscard]] bool AtItemEnd() const {
    return at_ == text_.size() || IsSpace(text_[at_]);
  }
  // A character of the text, or the one after a backslash.
  char Take() {
    if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
    return text_[at_++];
  }

  [[nodiscard]] absl::Status ParseItem() {
    QueryClause clause;
    if (syntax_.all_words) clause.occur = Occur::kMust;
    const size_t begin = at_;
    if (text_[at_] == '+' || text_[at_] == '-') {
      clause.occur = text_[at_++] == '+' ? Occur::kMust : Occur::kMustNot;
      if (AtItemEnd()) return absl::OkStatus();
    }
    if (text_[at_] == '"') {
      SKG_RETURN_IF_ERROR(ReadPhrase(&clause));
    } else {
      SKG_RETURN_IF_ERROR(ReadWord(begin, &clause));
    }
    return AddClause(begin, std::move(clause));
  }

  [[nodiscard]] absl::Status ReadPhrase(QueryClause* clause) {
    const size_t begin = at_++;
    while (at_ < text_.size() && text_[at_] != '"') clause->text += Take();
    if (at_ == text_.size()) {
      return Error(begin,
                   "the quotation mark is not closed; close it, or write "
                   "\\\" for one that is meant");
    }
    ++at_;
    if (!AtItemEnd() && (text_[at_] == '*' || text_[at_] == '~')) {
      return Error(at_, "only a word may end with * or ~, not a phrase");
    }
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status ReadWord(size_t begin, QueryClause* clause) {
    while (!AtItemEnd() && text_[at_] != '"') {
      if (text_[at_] == '*' && EndsAfter(at_ + 1)) {
        ++at_;
        clause->kind = QueryClause::Kind::kPrefix;
      } else if (text_[at_] == '~') {
        SKG_RETURN_IF_ERROR(ReadEdits(clause));
      } else {
        clause->text += Take();
      }
    }
    if (clause->kind != QueryClause::Kind::kWords &&
        WordCount(clause->text) > 1) {
      return Error(begin,
                   "only one word may end with * or ~; put a space between "
                   "words");
    }
    return absl::OkStatus();
  }
  [[nodiscard]] bool EndsAfter(size_t at) const {
    return at == text_.size() || IsSpace(text_[at]) || text_[at] == '"';
  }
  // At a tilde: fuzzy only at the end of the word.
  [[nodiscard]] absl::Status ReadEdits(QueryClause* clause) {
    const size_t tilde = at_++;
    size_t end = at_;
    while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
    if (!EndsAfter(end)) {
      clause->text += '~';
      return absl::OkStatus();
    }
    const std::string_view number = text_.substr(at_, end - at_);
    if (!number.empty() && number != "1" && number != "2") {
      return Error(tilde, "a word may be 1 or 2 edits away: ~1 or ~2");
    }
    clause->kind = QueryClause::Kind::kFuzzy;
    clause->edits = number == "2" ? 2 : 1;
    at_ = end;
    return absl::OkStatus();
  }

  [[nodiscard]] absl::Status AddClause(size_t begin, QueryClause clause) {
    if (WordCount(clause.text) == 0) return absl::OkStatus();
    if (query_.clauses.size() == kMaxQueryClauses) {
      return Error(begin, absl::StrCat("a query has at most ", kMaxQueryClauses,
                                       " words and phrases"));
    }
    query_.clauses.push_back(std::move(clause));
    return absl::OkStatus();
  }

  const std::string_view text_;
  const QuerySyntax syntax_;
  size_t at_ = 0;
  SearchQuery query_;
};

SearchQuery PlainQuery(std::string_view text, const QuerySyntax& syntax) {
  std::vector<ByteRange> words;
  FindWords(text, words);
  SearchQuery query;
  for (const ByteRange& word : words) {
    if (query.clauses.size() == kMaxQueryClauses) break;
    QueryClause& clause = query.clauses.emplace_back();
    if (syntax.all_words) clause.occur = Occur::kMust;
    clause.text = text.substr(word.begin, word.end - word.begin);
  }
  return query;
}

}  // namespace

absl::StatusOr<SearchQuery> ParseSearchQuery(std::string_view text,
                                             const QuerySyntax& syntax) {
  if (text.size() > kMaxQueryBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("search: a query of ", text.size(), " bytes; at most ",
                     kMaxQueryBytes, " are read"));
  }
  if (syntax.plain) return PlainQuery(text, syntax);
  return Parser(text, syntax).Parse();
}

}  // namespace skg::text
