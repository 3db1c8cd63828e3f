// What the readers of result formats share: terms from their parts, rows from
// bindings, and messages that name the row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "base/strings.h"
#include "rdf/iri.h"
#include "rdf/term.h"
#include "sparql/results.h"

namespace skg::sparql {

inline constexpr size_t kMaxResultNesting = 200;

// A term as JSON and XML write it.
struct TermParts {
  std::string type;  // uri, bnode, literal, typed-literal, triple
  std::optional<std::string> value, datatype, language, direction;
  std::optional<rdf::Term> subject, predicate, object;
};

// Not thread-safe.
class ResultRows {
 public:
  // All must outlive this.
  ResultRows(const ResultHandler& handler, std::string_view base_iri);

  // All return false after a failure, which status() has.
  bool SetVariables(std::vector<std::string> variables);
  bool Bind(std::string_view variable, rdf::Term term);
  // Place i of the row; `term` may be unbound.
  void Set(size_t i, std::optional<rdf::Term> term) {
    row_[i] = std::move(term);
  }
  // Hands out the row, and begins another.
  bool EndRow();
  bool Boolean(bool answer);
  bool MakeTerm(TermParts parts, rdf::Term& term);
  // An error in the row at hand.
  bool Fail(std::string_view message);
  bool FailNesting();

  [[nodiscard]] bool has_variables() const { return has_variables_; }
  [[nodiscard]] size_t width() const { return row_.size(); }
  [[nodiscard]] const absl::Status& status() const { return status_; }

 private:
  bool Accept(absl::Status status);
  bool MakeLiteral(TermParts parts, rdf::Term& term);
  bool MakeIri(std::string_view reference, std::string& iri);

  const ResultHandler& handler_;
  rdf::BaseIri base_;
  absl::flat_hash_map<std::string, size_t, StringHash, StringEqual> columns_;
  std::vector<std::optional<rdf::Term>> row_;
  bool has_variables_ = false;
  uint64_t rows_ = 0;
  absl::Status status_;
};

// The readers behind ReadResults; what they find is in `rows` when they return.
void ReadJsonResults(std::string_view text, ResultRows& rows);
void ReadXmlResults(std::string_view text, ResultRows& rows);
void ReadCsvResults(std::string_view text, ResultRows& rows);
void ReadTsvResults(std::string_view text, ResultRows& rows);

}  // namespace skg::sparql
