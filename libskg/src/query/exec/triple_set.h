// TripleSet: the triples that a graph answer has given already.
#pragma once

#include <tuple>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "query/values/term_space.h"
#include "rdf/term.h"

namespace skg::query::exec {

// Not thread-safe.
class TripleSet {
 public:
  // Holds at most `most_bytes`, computed terms not counted; charged as those
  // are, until their end.
  TripleSet(TermSpace& terms, size_t most_bytes)
      : terms_(terms), most_(most_bytes / kBytesPerTriple) {}

  // Whether it is new. Errors: kResourceExhausted, kDataLoss.
  [[nodiscard]] absl::StatusOr<bool> Add(const rdf::TripleTerm& triple) {
    SKG_ASSIGN_OR_RETURN(const rdf::TermId s, terms_.IdOf(triple.subject));
    SKG_ASSIGN_OR_RETURN(const rdf::TermId p, terms_.IdOf(triple.predicate));
    SKG_ASSIGN_OR_RETURN(const rdf::TermId o, terms_.IdOf(triple.object));
    return Add(s, p, o);
  }
  // The same of ids of the term space.
  [[nodiscard]] absl::StatusOr<bool> Add(rdf::TermId s, rdf::TermId p,
                                         rdf::TermId o) {
    if (!triples_.emplace(s, p, o).second) return false;
    if (triples_.size() > most_) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "the query's answer has more than ", most_,
          " triples, and it must remember them to give each once; ask for "
          "less, or allow the query more memory"));
    }
    SKG_RETURN_IF_ERROR(terms_.Reserve(kBytesPerTriple));
    return true;
  }

 private:
  static constexpr size_t kBytesPerTriple = 56;
  TermSpace& terms_;
  const size_t most_;
  absl::flat_hash_set<std::tuple<rdf::TermId, rdf::TermId, rdf::TermId>>
      triples_;
};

}  // namespace skg::query::exec
