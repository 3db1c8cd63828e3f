#include "query/exec/record_reader.h"

#include <array>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "base/uuid.h"
#include "query/exec/metadata_text.h"
#include "query/values/value.h"

namespace skg::query::exec {
namespace {

using rdf::Term;
using rdf::TermId;
using Field = RecordProperty::Field;

constexpr std::string_view kRdfJson =
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#JSON";
// What a cache of few values may hold.
constexpr size_t kMostCached = 4096;

Term Json(std::string text) {
  return Term::Literal(std::move(text), std::string(kRdfJson));
}

}  // namespace

Term WeightTerm(float weight) {
  std::array<char, 128> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(),
                                 weight, std::chars_format::fixed)
                       .ptr;
  std::string text(digits.data(), end);
  if (text.find('.') == std::string::npos) text += ".0";
  return Term::Literal(std::move(text), std::string(rdf::iri::kXsdDecimal));
}

std::optional<float> NumberOf(const Term& term) {
  if (term.kind != rdf::TermKind::kLiteral || !ValueOf(term).numeric())
    return std::nullopt;
  const auto number = ParseDouble(term.value);
  if (!number) return std::nullopt;
  return static_cast<float>(*number);
}

std::optional<float> WeightOf(const Term& term) {
  const std::optional<float> number = NumberOf(term);
  if (!number || !(*number >= 0 && *number <= 1)) return std::nullopt;
  return number;
}

Term TimeTerm(absl::Time time) {
  return Term::Literal(
      absl::FormatTime("%E4Y-%m-%dT%H:%M:%E*SZ", time, absl::UTCTimeZone()),
      std::string(rdf::iri::kXsdDateTime));
}

std::optional<Uuid> StatementIdOf(const Term& reifier) {
  if (reifier.kind != rdf::TermKind::kIri ||
      !reifier.value.starts_with(kReifierPrefix)) {
    return std::nullopt;
  }
  return ParseUuid(
      std::string_view(reifier.value).substr(kReifierPrefix.size()));
}

void RecordReader::Begin(const storage::StatementRow& row) {
  row_ = row;
  record_.reset();
}

absl::StatusOr<const storage::Record*> RecordReader::Record() {
  if (!record_) {
    SKG_ASSIGN_OR_RETURN(record_, context_.view.ReadRecord(row_));
  }
  return &*record_;
}

absl::StatusOr<TermId> RecordReader::TimeOf(uint64_t commit) {
  const auto known = commit_times_.find(commit);
  if (known != commit_times_.end()) return known->second;
  TermId id;
  const absl::StatusOr<absl::Time> time = context_.view.TimeOfCommit(commit);
  if (time.ok()) {
    SKG_ASSIGN_OR_RETURN(id, context_.terms.IdOf(TimeTerm(*time)));
  } else if (!absl::IsOutOfRange(time.status())) {
    return time.status();
  }
  // Else a transaction's own change, which has no time yet.
  if (commit_times_.size() < kMostCached) commit_times_.emplace(commit, id);
  return id;
}

absl::StatusOr<TermId> RecordReader::TimeOf(
    const std::optional<absl::Time>& time) {
  if (!time) return TermId{};
  return context_.terms.IdOf(TimeTerm(*time));
}

absl::StatusOr<TermId> RecordReader::Read(const RecordProperty& property) {
  if (property.field == Field::kWeight) {
    const auto [at, is_new] = weights_.try_emplace(row_.weight);
    if (!is_new) return at->second;
    const absl::StatusOr<TermId> id =
        context_.terms.IdOf(WeightTerm(row_.weight));
    if (id.ok() && weights_.size() < kMostCached) {
      at->second = *id;
    } else {
      weights_.erase(at);
    }
    return id;
  }
  if (property.field == Field::kUpdatedAt) return TimeOf(row_.commit);
  SKG_ASSIGN_OR_RETURN(const storage::Record* const record, Record());
  switch (property.field) {
    case Field::kCreatedAt:
      return TimeOf(record->created_commit);
    case Field::kValidFrom:
      return TimeOf(record->valid_from);
    case Field::kValidTo:
      return TimeOf(record->valid_to);
    case Field::kMetadata:
      if (record->metadata.empty()) return TermId{};
      return context_.terms.IdOf(Json(record->metadata));
    default:
      break;
  }
  const auto member = FindMember(record->metadata, property.key);
  if (!member) return TermId{};
  SKG_ASSIGN_OR_RETURN(const Term term, TermOfJson(*member));
  return context_.terms.IdOf(term);
}

absl::StatusOr<TermId> RecordReader::Reifier() {
  SKG_ASSIGN_OR_RETURN(const Uuid id, context_.view.StatementId(row_.key));
  return context_.terms.IdOf(
      Term::Iri(absl::StrCat(av(kReifierPrefix), id.ToString())));
}

absl::StatusOr<TermId> RecordReader::Reified() {
  std::vector<Term> terms;
  const std::array<TermId, 3> ids = {row_.key.subject, row_.key.predicate,
                                     row_.key.object};
  SKG_RETURN_IF_ERROR(context_.view.Decode(ids, &terms));
  return context_.terms.IdOf(Term::Triple(
      std::move(terms[0]), std::move(terms[1]), std::move(terms[2])));
}

}  // namespace skg::query::exec
