#include "storage/load_rows.h"

#include <algorithm>

#include "base/status.h"

namespace skg::storage {

namespace {

using Terms = std::array<uint64_t, 4>;

Terms TermsOf(const PlainRow& row) { return {0, row[0], row[1], row[2]}; }

Terms TermsOf(const StatementKey& key) {
  return {key.graph.bits, key.subject.bits, key.predicate.bits,
          key.object.bits};
}

StatementKey TripleOf(const Terms& terms) {
  return {TermId{terms[0]}, TermId{terms[1]}, TermId{terms[2]},
          TermId{terms[3]}, 0};
}

}  // namespace

absl::Status LoadRows::Sort() {
  SKG_RETURN_IF_ERROR(plain_.Sort());
  return full_.Sort();
}

absl::StatusOr<bool> LoadRows::Touches(const StatementKey& triple) const {
  const Terms terms = TermsOf(triple);
  if (!triple.graph.bound()) {
    SKG_ASSIGN_OR_RETURN(const bool found,
                         plain_.Contains(
                             terms,
                             [](const PlainRow& row, const Terms& key) {
                               return TermsOf(row) < key;
                             },
                             [](const PlainRow& row, const Terms& key) {
                               return TermsOf(row) > key;
                             }));
    if (found) return true;
  }
  return full_.Contains(
      terms,
      [](const FullRow& row, const Terms& key) { return row.terms < key; },
      [](const FullRow& row, const Terms& key) { return row.terms > key; });
}

absl::StatusOr<LoadRows::Mark> LoadRows::SortAndMark() {
  Mark mark;
  SKG_ASSIGN_OR_RETURN(mark.plain, plain_.SortAndMark());
  SKG_ASSIGN_OR_RETURN(mark.full, full_.SortAndMark());
  return mark;
}

absl::StatusOr<LoadRows::Reader> LoadRows::Read(Mark from) const {
  SKG_ASSIGN_OR_RETURN(auto plain, plain_.Read(from.plain));
  SKG_ASSIGN_OR_RETURN(auto full, full_.Read(from.full));
  Reader reader(std::move(plain), std::move(full));
  SKG_RETURN_IF_ERROR(reader.Open());
  return reader;
}

absl::Status LoadRows::Reader::Next() {
  while (row() != nullptr) SKG_RETURN_IF_ERROR(NextRow());
  return Open();
}

absl::Status LoadRows::Reader::Open() {
  valid_ = plain_.valid() || full_.valid();
  if (!valid_) return absl::OkStatus();
  if (!full_.valid()) {
    terms_ = TermsOf(plain_.row());
  } else {
    terms_ = full_.row().terms;
    if (plain_.valid()) terms_ = std::min(terms_, TermsOf(plain_.row()));
  }
  triple_ = TripleOf(terms_);
  for (plain_count_ = 0; plain_.valid() && TermsOf(plain_.row()) == terms_;
       ++plain_count_)
    SKG_RETURN_IF_ERROR(plain_.Next());
  return absl::OkStatus();
}

}  // namespace skg::storage
