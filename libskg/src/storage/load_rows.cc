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

absl::StatusOr<LoadRows::Reader> LoadRows::Read() const {
  SKG_ASSIGN_OR_RETURN(auto plain, plain_.Read());
  SKG_ASSIGN_OR_RETURN(auto full, full_.Read());
  Reader reader(std::move(plain), std::move(full));
  SKG_RETURN_IF_ERROR(reader.Next());
  return reader;
}

absl::Status LoadRows::Reader::Next() {
  valid_ = plain_.valid() || full_.valid();
  if (!valid_) return absl::OkStatus();
  Terms terms;
  if (!full_.valid()) {
    terms = TermsOf(plain_.row());
  } else {
    terms = full_.row().terms;
    if (plain_.valid()) terms = std::min(terms, TermsOf(plain_.row()));
  }
  triple_.key = TripleOf(terms);
  triple_.plain = 0;
  triple_.full.clear();
  while (plain_.valid() && TermsOf(plain_.row()) == terms) {
    ++triple_.plain;
    SKG_RETURN_IF_ERROR(plain_.Next());
  }
  while (full_.valid() && full_.row().terms == terms) {
    triple_.full.push_back(full_.row());
    SKG_RETURN_IF_ERROR(full_.Next());
  }
  return absl::OkStatus();
}

}  // namespace skg::storage
