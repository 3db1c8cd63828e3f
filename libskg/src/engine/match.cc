#include "engine/match.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "engine/cursor_next.h"
#include "engine/row_sorter.h"
#include "skg/field_error.h"

namespace skg::engine {
namespace {

// offset + limit, or the greatest number.
uint64_t RowsNeeded(const MatchOptions& options) {
  const uint64_t room = std::numeric_limits<uint64_t>::max() - options.offset;
  return options.limit > room ? std::numeric_limits<uint64_t>::max()
                              : options.offset + options.limit;
}

bool Streams(const MatchOptions& options) {
  return options.order_by == OrderField::kKey && !options.descending;
}

void CheckWeights(const StatementPattern& pattern,
                  std::vector<FieldError>& errors) {
  const auto check = [&errors](const char* field, float weight) {
    // Written so that NaN fails too.
    if (weight >= 0.0f && weight <= 1.0f) return;
    errors.push_back(
        {{field}, absl::StrCat(weight, " is outside [0, 1]"), "out_of_range"});
  };
  check("weight_min", pattern.weight_min);
  check("weight_max", pattern.weight_max);
  if (pattern.weight_min > pattern.weight_max) {
    errors.push_back(
        {{"weight_min"},
         absl::StrCat(pattern.weight_min, " is above weight_max, ",
                      pattern.weight_max, ": no weight is in that range"),
         "out_of_range"});
  }
}

}  // namespace

absl::StatusOr<ResolvedPattern> ResolvePattern(
    const StatementPattern& pattern, const rdf::NameSpace& names,
    const std::function<absl::StatusOr<rdf::TermId>(const rdf::Term&)>& id_of) {
  std::vector<FieldError> errors;
  CheckWeights(pattern, errors);
  const auto read = [&](const char* field,
                        const std::optional<std::string>& name) {
    std::optional<rdf::Term> read_term;
    if (!name) return read_term;
    absl::StatusOr<rdf::Term> term = names.ToTerm(*name);
    if (term.ok()) {
      read_term = *std::move(term);
    } else {
      errors.push_back(
          {{field}, std::string(sv(term.status().message())), "malformed"});
    }
    return read_term;
  };
  const bool named_graph = pattern.graph && !pattern.graph->empty();
  const std::optional<rdf::Term> subject = read("subject", pattern.subject);
  const std::optional<rdf::Term> predicate =
      read("predicate", pattern.predicate);
  const std::optional<rdf::Term> object = read("object", pattern.object);
  const std::optional<rdf::Term> graph =
      named_graph ? read("graph", pattern.graph) : std::optional<rdf::Term>();
  if (!errors.empty()) return FieldErrorStatus(errors);

  ResolvedPattern resolved;
  resolved.weight_min = pattern.weight_min;
  resolved.weight_max = pattern.weight_max;
  resolved.valid_at = pattern.valid_at;
  if (named_graph) {
    resolved.scan.scope = storage::GraphScope::kOne;
  } else if (pattern.graph) {
    resolved.scan.scope = storage::GraphScope::kDefault;
  }
  const auto resolve = [&](const std::optional<rdf::Term>& term,
                           rdf::TermId& id) {
    if (!term) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(id, id_of(*term));
    if (!id.bound()) resolved.matches_nothing = true;
    return absl::OkStatus();
  };
  SKG_RETURN_IF_ERROR(resolve(subject, resolved.scan.subject));
  SKG_RETURN_IF_ERROR(resolve(predicate, resolved.scan.predicate));
  SKG_RETURN_IF_ERROR(resolve(object, resolved.scan.object));
  SKG_RETURN_IF_ERROR(resolve(graph, resolved.scan.graph));
  return resolved;
}

absl::StatusOr<bool> ResolvedPattern::Takes(
    const storage::ReadView& view, const storage::StatementRow& row) const {
  if (row.weight < weight_min || row.weight > weight_max) return false;
  if (!valid_at) return true;
  return view.HoldsAt(row, *valid_at);
}

absl::StatusOr<Uuid> ParseStatementId(std::string_view id) {
  if (const std::optional<Uuid> uuid = ParseUuid(id)) return *uuid;
  return absl::InvalidArgumentError(
      absl::StrCat("id \"", absl::CHexEscape(av(id.substr(0, 80))),
                   "\" is not a UUID; give one such as "
                   "123e4567-e89b-12d3-a456-426614174000"));
}

absl::StatusOr<MatchScan> MatchScan::Open(const storage::ReadView& view,
                                          const ResolvedPattern& pattern,
                                          const Cancellation* cancellation) {
  if (pattern.matches_nothing) return MatchScan(view, nullptr, pattern);
  SKG_ASSIGN_OR_RETURN(
      auto cursor,
      view.Scan(pattern.scan, {.order = {}, .cancellation = cancellation}));
  return MatchScan(view, std::move(cursor), pattern);
}

absl::StatusOr<bool> MatchScan::Next(std::vector<storage::StatementRow>& rows) {
  rows.clear();
  if (cursor_ == nullptr) return false;
  while (rows.empty()) {
    SKG_ASSIGN_OR_RETURN(const bool more, cursor_->Next(batch_));
    if (!more) return false;
    for (size_t i = 0; i < batch_.size(); ++i) {
      if (!pattern_.takes_all_rows()) {
        SKG_ASSIGN_OR_RETURN(const bool taken,
                             pattern_.Takes(*view_, batch_.Row(i)));
        if (!taken) continue;
      }
      if (pattern_.distinct_triples()) {
        // Equal triples of several graphs are neighbours in every order.
        if (last_ && last_->subject == batch_.subject[i] &&
            last_->predicate == batch_.predicate[i] &&
            last_->object == batch_.object[i]) {
          continue;
        }
        last_ = {
            {}, batch_.subject[i], batch_.predicate[i], batch_.object[i], 0};
      }
      rows.push_back(batch_.Row(i));
    }
  }
  return true;
}

CursorImpl::CursorImpl(MatchSource source, const MatchOptions& options)
    : source_(std::move(source)),
      options_(options),
      cancellation_(
          std::make_unique<Cancellation>(options.deadline, options.stop)),
      decoder_(*source_.view, *source_.names,
               {.metadata = options.include_metadata,
                .identity = options.include_identity}),
      to_skip_(options.offset),
      to_give_(options.limit) {}

absl::StatusOr<std::unique_ptr<CursorImpl>> CursorImpl::Open(
    MatchSource source, const ResolvedPattern& pattern,
    const MatchOptions& options) {
  std::unique_ptr<CursorImpl> cursor(
      new CursorImpl(std::move(source), options));
  SKG_RETURN_IF_ERROR(cursor->cancellation_->Check());
  SKG_ASSIGN_OR_RETURN(MatchScan scan,
                       MatchScan::Open(*cursor->source_.view, pattern,
                                       cursor->cancellation_.get()));
  cursor->scan_.emplace(std::move(scan));
  return cursor;
}

absl::StatusOr<bool> CursorImpl::Next(std::vector<Statement>& batch) {
  return NextBatchOrFailure(failed_, batch, [&] { return NextBatch(batch); });
}

absl::StatusOr<bool> CursorImpl::NextBatch(std::vector<Statement>& batch) {
  if (source_.still_valid) SKG_RETURN_IF_ERROR(source_.still_valid());
  SKG_RETURN_IF_ERROR(cancellation_->Check());
  std::vector<storage::StatementRow> rows;
  while (to_give_ > 0) {
    SKG_ASSIGN_OR_RETURN(const bool more, NextRows(rows));
    if (!more) break;
    const auto skipped =
        static_cast<size_t>(std::min<uint64_t>(to_skip_, rows.size()));
    to_skip_ -= skipped;
    if (skipped == rows.size()) continue;
    const auto given = static_cast<size_t>(
        std::min<uint64_t>(to_give_, rows.size() - skipped));
    to_give_ -= given;
    SKG_RETURN_IF_ERROR(
        decoder_.Decode(std::span(rows).subspan(skipped, given), batch));
    return true;
  }
  scan_.reset();
  return false;
}

absl::StatusOr<bool> CursorImpl::NextRows(
    std::vector<storage::StatementRow>& rows) {
  if (Streams(options_)) {
    if (!scan_) return false;
    return scan_->Next(rows);
  }
  if (!sorted_) SKG_RETURN_IF_ERROR(Sort());
  rows.clear();
  const size_t count = std::min(storage::StatementBatch::kBatchRows,
                                sorted_rows_.size() - next_sorted_);
  const auto begin =
      sorted_rows_.begin() + static_cast<std::ptrdiff_t>(next_sorted_);
  rows.assign(begin, begin + static_cast<std::ptrdiff_t>(count));
  next_sorted_ += count;
  return count > 0;
}

absl::Status CursorImpl::Sort() {
  const uint64_t rows_needed = RowsNeeded(options_);
  size_t budget = source_.sort_budget_bytes;
  if (source_.memory != nullptr) {
    const size_t most = std::min(budget, RowSorter::BytesFor(rows_needed));
    SKG_ASSIGN_OR_RETURN(
        sort_memory_,
        source_.memory->ReserveShare("sorting", most,
                                     std::min(most, RowSorter::BytesFor(0))));
    budget = sort_memory_.bytes();
  }
  RowSorter sorter(*source_.view, *source_.names, options_.order_by,
                   options_.descending, rows_needed, budget);
  std::vector<storage::StatementRow> rows;
  while (scan_) {
    SKG_ASSIGN_OR_RETURN(const bool more, scan_->Next(rows));
    if (!more) break;
    SKG_RETURN_IF_ERROR(sorter.Add(rows, *cancellation_));
  }
  scan_.reset();
  SKG_ASSIGN_OR_RETURN(sorted_rows_, sorter.Finish(*cancellation_));
  sorted_ = true;
  return absl::OkStatus();
}

absl::StatusOr<uint64_t> CountMatches(const storage::ReadView& view,
                                      const ResolvedPattern& pattern) {
  if (pattern.matches_nothing) return 0;
  if (pattern.takes_all_rows()) {
    if (!pattern.distinct_triples()) {
      SKG_ASSIGN_OR_RETURN(const storage::Counts counts,
                           view.Count(pattern.scan));
      return counts.statements;
    }
    // Without named graphs in the range each triple is counted once already.
    storage::ScanPattern named = pattern.scan;
    named.scope = storage::GraphScope::kNamed;
    SKG_ASSIGN_OR_RETURN(const auto cursor, view.Scan(named));
    storage::StatementBatch batch;
    SKG_ASSIGN_OR_RETURN(const bool any_named, cursor->Next(batch));
    if (!any_named) {
      SKG_ASSIGN_OR_RETURN(const storage::Counts counts,
                           view.Count(pattern.scan));
      return counts.triples;
    }
  }
  SKG_ASSIGN_OR_RETURN(MatchScan scan, MatchScan::Open(view, pattern, nullptr));
  std::vector<storage::StatementRow> rows;
  uint64_t count = 0;
  while (true) {
    SKG_ASSIGN_OR_RETURN(const bool more, scan.Next(rows));
    if (!more) return count;
    count += rows.size();
  }
}

}  // namespace skg::engine
