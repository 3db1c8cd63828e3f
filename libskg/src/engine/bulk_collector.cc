#include "engine/bulk_collector.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "skg/field_error.h"

namespace skg::engine {
namespace {

constexpr size_t kBlockBytes = size_t{2} << 20;

void ReadTerm(const rdf::NameSpace& names, const std::string& name,
              const char* field, rdf::Term& out,
              std::vector<FieldError>& errors) {
  absl::StatusOr<rdf::Term> term = names.ToTerm(name);
  if (term.ok()) {
    out = *std::move(term);
  } else {
    errors.push_back(
        {{field}, std::string(sv(term.status().message())), "malformed"});
  }
}

}  // namespace

absl::Status BulkCollector::Add(const rdf::Quad& quad) {
  quad_ = quad;
  SKG_RETURN_IF_ERROR(rows_.Add(quad_, builder_));
  return Counted();
}

absl::Status BulkCollector::Add(NewStatement& statement, bool if_absent) {
  std::vector<FieldError> errors;
  rdf::Quad quad;
  ReadTerm(names_, statement.subject, "subject", quad.subject, errors);
  ReadTerm(names_, statement.predicate, "predicate", quad.predicate, errors);
  ReadTerm(names_, statement.object, "object", quad.object, errors);
  if (!statement.graph.empty())
    ReadTerm(names_, statement.graph, "graph", quad.graph, errors);
  const StatementDetails details = ReadDetails(statement, errors);
  if (!errors.empty()) return FieldErrorStatus(errors);
  SKG_RETURN_IF_ERROR(rows_.Add(quad, details, if_absent, builder_));
  return Counted();
}

absl::Status BulkCollector::Counted() {
  input_.CountStatement();
  if (!marked_) return FlushIfLarge();
  if (builder_.memory_bytes() <= memory_limit_) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      input_.name(),
      ": one JSON document is held in memory until it ends; after ",
      input_.statements(), " statements it has reached the ",
      memory_limit_ >> 20,
      " MiB that it may take here; give one statement a line, or several "
      "documents"));
}

absl::Status BulkCollector::FlushIfLarge() {
  // Documents between marks need room before the limit is reached.
  return builder_.memory_bytes() < std::min(kBlockBytes, memory_limit_ / 2)
             ? absl::OkStatus()
             : Finish();
}

absl::Status BulkCollector::Finish() {
  SKG_RETURN_IF_ERROR(load_.Add(builder_.block()));
  builder_.Clear();
  return absl::OkStatus();
}

absl::StatusOr<size_t> BulkCollector::Mark() {
  marked_ = true;
  SKG_RETURN_IF_ERROR(FlushIfLarge());
  return builder_.block().full.size();
}

void BulkCollector::MakeIfAbsentSince(size_t mark) {
  std::vector<storage::LoadBlock::Full>& full = builder_.block().full;
  for (size_t i = mark; i < full.size(); ++i)
    full[i].kind = storage::WriteOperation::Kind::kAddIfAbsent;
}

}  // namespace skg::engine
