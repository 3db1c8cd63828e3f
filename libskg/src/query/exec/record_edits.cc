#include "query/exec/record_edits.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "query/exec/metadata_text.h"
#include "query/exec/record_reader.h"
#include "query/iso_time.h"
#include "query/json_value.h"
#include "rdf/name.h"

namespace skg::query::exec {
namespace {

using rdf::Term;
using Field = RecordProperty::Field;

absl::Status BadValue(const RecordProperty& property, const Term& value,
                      std::string_view right) {
  return absl::InvalidArgumentError(
      absl::StrCat("skg:", NameOf(property), " cannot be ",
                   Shorten(rdf::ToNTriples(value)), "; it is ", av(right)));
}

std::optional<absl::Time> TimeOf(const Term& term) {
  absl::Time time;
  if (term.kind != rdf::TermKind::kLiteral ||
      term.datatype != rdf::iri::kXsdDateTime ||
      !ParseIsoTime(term.value, &time)) {
    return std::nullopt;
  }
  return time;
}

absl::Status CheckValue(const RecordProperty& property, const Term& value) {
  switch (property.field) {
    case Field::kWeight:
      return WeightOf(value)
                 ? absl::OkStatus()
                 : BadValue(property, value, "a number from 0 to 1");
    case Field::kValidFrom:
    case Field::kValidTo:
      return TimeOf(value) ? absl::OkStatus()
                           : BadValue(property, value, "an xsd:dateTime");
    case Field::kMetadata:
      return value.kind == rdf::TermKind::kLiteral
                 ? NormalisedMetadata(value.value).status()
                 : BadValue(property, value, "a JSON object");
    case Field::kMetadataMember:
      return JsonOfTerm(value).status();
    default:
      return CheckWritable(property);
  }
}

bool HasTime(const std::optional<absl::Time>& time, const Term& value) {
  return time && TimeOf(value) == time;
}

void Unset(const RecordProperty& property, const Term& value,
           StatementState& statement) {
  storage::Record& record = statement.record;
  switch (property.field) {
    case Field::kWeight:
      if (WeightOf(value) == statement.row.weight) statement.row.weight = 1;
      return;
    case Field::kValidFrom:
      if (HasTime(record.valid_from, value)) record.valid_from.reset();
      return;
    case Field::kValidTo:
      if (HasTime(record.valid_to, value)) record.valid_to.reset();
      return;
    case Field::kMetadata: {
      const auto text = NormalisedMetadata(value.value);
      if (text.ok() && *text == record.metadata) record.metadata.clear();
      return;
    }
    case Field::kMetadataMember: {
      const auto old = FindMember(record.metadata, property.key);
      if (!old) return;
      const auto term = TermOfJson(*old);
      if (term.ok() && *term == value)
        record.metadata = WithMember(record.metadata, property.key, "");
      return;
    }
    default:
      return;
  }
}

absl::Status Set(const RecordProperty& property, const Term& value,
                 StatementState& statement) {
  storage::Record& record = statement.record;
  switch (property.field) {
    case Field::kWeight:
      statement.row.weight = *WeightOf(value);
      return absl::OkStatus();
    case Field::kValidFrom:
      record.valid_from = TimeOf(value);
      return absl::OkStatus();
    case Field::kValidTo:
      record.valid_to = TimeOf(value);
      return absl::OkStatus();
    case Field::kMetadata: {
      SKG_ASSIGN_OR_RETURN(record.metadata, NormalisedMetadata(value.value));
      return absl::OkStatus();
    }
    default: {
      SKG_ASSIGN_OR_RETURN(const std::string text, JsonOfTerm(value));
      record.metadata = WithMember(record.metadata, property.key, text);
      return absl::OkStatus();
    }
  }
}

}  // namespace

absl::Status CheckWritable(const RecordProperty& property) {
  if (property.field != Field::kCreatedAt &&
      property.field != Field::kUpdatedAt) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("skg:", NameOf(property),
                   " cannot be written: it is the time of a commit"));
}

absl::Status RecordEdits::Set(const RecordProperty& property,
                              const Term& value) {
  SKG_RETURN_IF_ERROR(CheckValue(property, value));
  for (const Edit& edit : sets_) {
    if (edit.property != property) continue;
    if (edit.value == value) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "one statement would get two values of skg:", NameOf(property), ": ",
        Shorten(rdf::ToNTriples(edit.value)), " and ",
        Shorten(rdf::ToNTriples(value))));
  }
  sets_.push_back({property, value});
  return absl::OkStatus();
}

void RecordEdits::Unset(const RecordProperty& property, const Term& value) {
  unsets_.push_back({property, value});
}

absl::Status RecordEdits::Apply(StatementState& statement) const {
  for (const Edit& edit : unsets_)
    exec::Unset(edit.property, edit.value, statement);
  // The whole of the metadata before its members.
  for (const bool whole : {true, false}) {
    for (const Edit& edit : sets_) {
      if ((edit.property.field == Field::kMetadata) == whole)
        SKG_RETURN_IF_ERROR(exec::Set(edit.property, edit.value, statement));
    }
  }
  const storage::Record& record = statement.record;
  if (record.valid_from && record.valid_to &&
      *record.valid_from >= *record.valid_to) {
    return absl::InvalidArgumentError(absl::StrCat(
        "skg:validFrom ", TimeTerm(*record.valid_from).value,
        " is not before skg:validTo ", TimeTerm(*record.valid_to).value));
  }
  if (record.metadata.empty()) return absl::OkStatus();
  return NormalisedMetadata(record.metadata).status();
}

}  // namespace skg::query::exec
