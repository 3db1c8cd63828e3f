// JSON from callers: query documents, statements and batches. Any bytes give a
// value or a status, and what is accepted keeps the rules; query documents are
// also run, on a small graph and with small limits.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/time/clock.h"
#include "query/patterns/pattern_query.h"
#include "query/term_json.h"
#include "rdf/name.h"
#include "skg/field_error.h"
#include "skg/pattern_query.h"
#include "skg/statement_json.h"
#include "storage/memory_kv.h"
#include "storage/store.h"

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

// Some statements of few terms, in two graphs and with parallel edges.
class SmallGraph {
 public:
  SmallGraph() {
    auto store = skg::storage::Store::Open(skg::storage::MakeMemoryKv(), {});
    Require(store.ok());
    store_ = *std::move(store);
    const skg::storage::Store::CreateOptions create;
    auto graph = store_->OpenGraph("public", "main", &create);
    Require(graph.ok());
    Fill(*graph);
    auto view = graph->Latest();
    Require(view.ok());
    view_.emplace(*std::move(view));
  }
  [[nodiscard]] const skg::storage::ReadView& view() const { return *view_; }
  [[nodiscard]] const skg::rdf::NameSpace& names() const { return names_; }

 private:
  void Fill(skg::storage::GraphStore& graph) const {
    constexpr const char* kTerms[] = {"Curie",   "knows",  "field",
                                      "Physics", "people", "\"1879\""};
    skg::storage::CommitRequest request;
    std::vector<skg::rdf::TermId> ids;
    for (const char* text : kTerms) {
      auto term = names_.ToTerm(text);
      Require(term.ok());
      ids.push_back(skg::rdf::TermId::Make(skg::rdf::TermTag::kArena,
                                           request.new_terms.size()));
      request.new_terms.push_back(*std::move(term));
    }
    for (uint32_t i = 0; i < 60; ++i) {
      skg::storage::WriteOperation operation;
      operation.key = {i % 4 == 0 ? ids[4] : skg::rdf::TermId{}, ids[i % 5],
                       ids[1 + i % 2], ids[(i / 5) % 6], i % 3};
      operation.weight = static_cast<float>(i % 5) / 4;
      request.operations.push_back(operation);
    }
    Require(graph.Commit(request).ok());
  }

  std::unique_ptr<skg::storage::Store> store_;
  std::optional<skg::storage::ReadView> view_;
  skg::rdf::NameSpace names_ = *skg::rdf::NameSpace::Make("urn:skg:");
};

void RunQuery(const skg::query::PatternQuery& query) {
  static const SmallGraph graph;
  const auto result =
      skg::query::RunPatternQuery(graph.view(), graph.names(), query,
                                  {.profile = true,
                                   .deadline = absl::Now() + absl::Seconds(1),
                                   .memory_bytes = 4 << 20});
  if (!result.ok()) {
    const absl::StatusCode code = result.status().code();
    Require(code == absl::StatusCode::kInvalidArgument ||
            code == absl::StatusCode::kDeadlineExceeded ||
            code == absl::StatusCode::kResourceExhausted);
    return;
  }
  Require(result->statements.size() <= query.limit);
  Require(result->bindings.size() <= query.limit);
  Require(result->edges.size() <= query.limit);
  for (const auto& row : result->bindings)
    Require(row.size() == result->variables.size());
  Require(!skg::PatternResultJson(*result, true).empty());
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
  RunQuery(*query);
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
