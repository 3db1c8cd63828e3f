#include "query/exec/service_query.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "rdf/name.h"

namespace skg::query::exec {
namespace {

using rdf::TermId;
using rdf::TermKind;

constexpr std::string_view kSelect = "SELECT * WHERE";

// Whether SPARQL 1.1 can write it, and it means the same elsewhere.
bool MayTravel(const rdf::Term& term) {
  return term.kind == TermKind::kIri ||
         (term.kind == TermKind::kLiteral &&
          term.direction == rdf::Direction::kNone);
}

// Which of the columns may be told.
absl::StatusOr<std::vector<size_t>> Told(
    size_t columns, const std::vector<ServiceBlocks::Tuple>& tuples,
    Context& context) {
  std::vector<size_t> told;
  std::vector<rdf::Term> terms;
  for (size_t c = 0; c < columns; ++c) {
    bool all = true;
    for (size_t i = 0; i < tuples.size() && all; ++i) {
      all = tuples[i][c].bound();
      if (!all) break;
      SKG_RETURN_IF_ERROR(context.Tick());
      SKG_RETURN_IF_ERROR(context.terms.Decode({&tuples[i][c], 1}, &terms));
      all = MayTravel(terms[0]) &&
            rdf::TextBytes(terms[0]) < ServiceBlocks::kMostTextBytes;
    }
    if (all) told.push_back(c);
  }
  return told;
}

}  // namespace

absl::StatusOr<ServiceBlocks> ServiceBlocks::Make(
    const std::vector<Variable>& columns, std::vector<Tuple> tuples,
    Context& context) {
  ServiceBlocks blocks;
  blocks.any_ = !tuples.empty();
  SKG_ASSIGN_OR_RETURN(const std::vector<size_t> told,
                       Told(columns.size(), tuples, context));
  if (tuples.empty() || told.empty()) return blocks;
  for (const size_t c : told) blocks.columns_.push_back(columns[c]);
  for (Tuple& tuple : tuples) {
    Tuple kept;
    for (const size_t c : told) kept.push_back(tuple[c]);
    tuple = std::move(kept);
  }
  std::sort(tuples.begin(), tuples.end());
  tuples.erase(std::unique(tuples.begin(), tuples.end()), tuples.end());
  blocks.tuples_ = std::move(tuples);
  return blocks;
}

absl::StatusOr<bool> ServiceBlocks::Next(std::string_view query,
                                         Context& context, std::string& text) {
  if (unrestricted()) {
    const bool first = std::exchange(any_, false);
    if (first) text = query;
    return first;
  }
  begin_ = end_;
  if (begin_ == tuples_.size()) return false;
  text = absl::StrCat(av(kSelect), " { VALUES (");
  for (const Variable v : columns_)
    absl::StrAppend(&text, "?", context.NameOf(v), " ");
  absl::StrAppend(&text, ") {");
  std::vector<rdf::Term> terms;
  while (end_ < tuples_.size() && end_ - begin_ < kMostTuples &&
         text.size() < kMostTextBytes) {
    SKG_RETURN_IF_ERROR(context.terms.Decode(tuples_[end_++], &terms));
    absl::StrAppend(&text, " (");
    for (const rdf::Term& term : terms)
      absl::StrAppend(&text, rdf::ToNTriples(term), " ");
    absl::StrAppend(&text, ")");
  }
  absl::StrAppend(&text, " }", av(query.substr(kSelect.size())), " }");
  return true;
}

}  // namespace skg::query::exec
