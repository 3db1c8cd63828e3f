// JSON from callers: query documents, statements and batches. Any bytes give a
// value or a status, and what is accepted keeps the rules.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "query/pattern_query.h"
#include "query/term_json.h"
#include "skg/field_error.h"
#include "skg/pattern_query.h"
#include "skg/statement_json.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckStatus(const absl::Status& status) {
  Require(status.code() == absl::StatusCode::kInvalidArgument);
  Require(!status.message().empty());
}

void CheckStatement(const skg::NewStatement& statement) {
  Require(statement.weight >= 0.0f && statement.weight <= 1.0f);
  for (const std::string* term :
       {&statement.subject, &statement.predicate, &statement.object}) {
    Require(skg::query::ParseTermText(*term).ok());
  }
}

void FuzzQuery(std::string_view text) {
  const auto query = skg::query::ParsePatternQuery(text, {});
  if (!query.ok()) return CheckStatus(query.status());
  Require(query->limit >= 1 && query->limit <= 10000);
  for (const auto& pattern : query->patterns) {
    Require(pattern.weight_min <= pattern.weight_max);
    for (const auto& term : pattern.terms) {
      if (term.kind == skg::query::TextTerm::Kind::kTerm) {
        Require(skg::query::ParseTermText(term.text).ok());
      }
    }
  }
}

void FuzzStatements(std::string_view text,
                    const skg::StatementJsonLimits& limits) {
  if (const auto statement = skg::ParseStatementJson(text, limits);
      statement.ok()) {
    CheckStatement(*statement);
  } else {
    CheckStatus(statement.status());
  }
  const auto batch = skg::ParseBatchJson(text, limits);
  if (!batch.ok()) return CheckStatus(batch.status());
  Require(batch->statements.size() == batch->positions.size());
  Require(batch->invalid == 0 || !batch->errors.empty());
  for (const skg::NewStatement& statement : batch->statements)
    CheckStatement(statement);
}

// The bytes as every text of an answer.
void FuzzAnswer(std::string_view text) {
  skg::PatternResult result;
  result.form = skg::PatternResult::Form::kPatterns;
  result.include_metadata = true;
  skg::Statement statement;
  statement.subject = statement.object = statement.metadata = std::string(text);
  result.statements = {statement};
  result.variables = {std::string(text)};
  result.bindings = {{std::string(text)}};
  Require(!skg::PatternResultJson(result, true).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  FuzzQuery(text);
  FuzzStatements(text, {});
  FuzzStatements(text, {.max_batch = 100, .plain_names_only = true});
  FuzzAnswer(text);
  return 0;
}
