// ParseState: what all parts of the parser share while they read one request:
// the token at hand, names that are declared, variables, limits, and the first
// error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "base/strings.h"
#include "query/algebra.h"
#include "query/request.h"
#include "rdf/iri.h"
#include "rdf/lexical.h"
#include "sparql/lexer.h"
#include "sparql/parser.h"

namespace skg::sparql {

using query::Variable;
using VariableSet = absl::flat_hash_set<Variable>;
template <typename Value>
using StringMap =
    absl::flat_hash_map<std::string, Value, StringHash, StringEqual>;

// An algebra or an expression with the number of operators on its longest way
// down.
struct ParsedExpression {
  query::Expression expression;
  uint32_t depth = 1;
};

// After an error the token is kError, which nothing accepts, and only the first
// error is kept: whoever parses may go on until it next asks ok().
class ParseState {
 public:
  // Reads the first token. Both must outlive this.
  ParseState(std::string_view text, const ParseOptions& options);
  ParseState(const ParseState&) = delete;
  ParseState& operator=(const ParseState&) = delete;

  [[nodiscard]] bool ok() const { return status_.ok(); }
  [[nodiscard]] const absl::Status& status() const { return status_; }

  // The token at hand.
  [[nodiscard]] bool Is(Token token) const { return token_ == token; }
  [[nodiscard]] Token token() const { return token_; }
  [[nodiscard]] std::string_view text() const { return lexer_.text(); }
  [[nodiscard]] size_t offset() const { return lexer_.start(); }
  // Where the token before the one at hand ended.
  [[nodiscard]] size_t last_end() const { return last_end_; }
  [[nodiscard]] std::string_view request_text() const { return text_; }
  // Keywords are given in upper case.
  [[nodiscard]] bool IsKeyword(std::string_view keyword) const;
  [[nodiscard]] bool IsVerbA() const {
    return token_ == Token::kWord && text() == "a";
  }
  void Advance();
  bool Accept(Token token);
  bool AcceptKeyword(std::string_view keyword);
  // Errors if it is something else; `what` says what would be right.
  bool Expect(Token token, std::string_view what);
  bool ExpectKeyword(std::string_view keyword);

  // Return false, for use in return statements.
  bool Fail(size_t offset, std::string_view message,
            absl::StatusCode code = absl::StatusCode::kInvalidArgument);
  bool Unexpected(std::string_view expected);

  // Limits. Enter counts a level of nesting until Leave.
  bool Enter();
  void Leave() { --nesting_; }
  bool CheckDepth(uint32_t depth);
  bool Charge(size_t bytes);
  // Charges a node of an expression, with a term's text.
  bool ChargeExpression(size_t text_bytes = 0) {
    return Charge(sizeof(query::Expression) + text_bytes);
  }

  // Names. The token at hand is what they read, and pass.
  bool ReadPrologue();
  bool ReadIri(std::string& out);  // kIri or kPrefixedName
  bool ReadString(std::string& out);
  [[nodiscard]] bool AtIri() const {
    return Is(Token::kIri) || Is(Token::kPrefixedName);
  }
  [[nodiscard]] const rdf::BaseIri& base() const { return base_; }
  [[nodiscard]] const std::string& base_text() const { return base_text_; }
  [[nodiscard]] std::vector<std::pair<std::string, std::string>>
  TakePrefixes() {
    return std::move(declared_);
  }
  // The IRI of a token, of this lexer or of another over the same text.
  bool DecodeIri(const Lexer& lexer, std::string& out);

  // Variables.
  bool ReadVariable(Variable& variable);
  Variable VariableOf(std::string_view name);
  // A new one that no text can name; `kind` is a letter.
  Variable NewVariable(char kind);
  [[nodiscard]] std::string Name(Variable variable) const {
    return "?" + table_.names[variable];
  }
  [[nodiscard]] const query::VariableTable& table() const { return table_; }
  [[nodiscard]] query::VariableTable TakeTable() { return std::move(table_); }

  // Blank nodes of patterns are variables; a label belongs to one basic graph
  // pattern.
  [[nodiscard]] uint32_t bgp() const { return bgp_; }
  void set_bgp(uint32_t bgp) { bgp_ = bgp; }
  void NewBgp() { bgp_ = ++last_bgp_; }
  bool BlankNodeVariable(std::string_view label, size_t offset, Variable& out);

  // Blank nodes of templates and of data are terms. Those without a label get
  // anon-1, anon-2 ...
  [[nodiscard]] std::string FreshLabel();
  [[nodiscard]] static std::string TemplateLabel(std::string_view label);
  // A label of data belongs to one operation.
  bool CheckDataLabel(std::string_view label, size_t offset);
  void NewOperation() { ++operation_; }

  // How many SERVICE groups the token at hand is in.
  uint32_t services = 0;

 private:
  void DescribeToken(std::string& out) const;
  bool Resolve(std::string_view reference, size_t offset, std::string& out);
  bool FailLexically(size_t offset, const rdf::LexicalError& error);
  bool ReadBase();
  bool ReadPrefix();
  bool ReadVersion();

  std::string_view text_;
  const ParseOptions& options_;
  Lexer lexer_;
  Token token_ = Token::kEnd;
  size_t last_end_ = 0;
  absl::Status status_;

  uint32_t nesting_ = 0;
  size_t memory_ = 0;

  rdf::BaseIri base_;
  std::string base_text_;
  struct Prefix {
    std::string iri;
    size_t declared = kNotDeclared;  // its place in declared_
  };
  static constexpr size_t kNotDeclared = SIZE_MAX;
  StringMap<Prefix> prefixes_;
  std::vector<std::pair<std::string, std::string>> declared_;

  query::VariableTable table_;
  StringMap<Variable> variables_;
  uint32_t new_variables_ = 0;

  struct LabelUse {
    uint32_t bgp;
    Variable variable;
  };
  StringMap<LabelUse> labels_;
  uint32_t bgp_ = 0;
  uint32_t last_bgp_ = 0;
  StringMap<uint32_t> data_labels_;
  uint32_t operation_ = 0;
  uint64_t fresh_labels_ = 0;
};

// A level of nesting for the time of a scope.
class Level {
 public:
  explicit Level(ParseState& state) : state_(state), ok_(state.Enter()) {}
  ~Level() { state_.Leave(); }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  ParseState& state_;
  bool ok_;
};

}  // namespace skg::sparql
