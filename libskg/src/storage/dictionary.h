// Dictionary: terms without an inline id <-> numbers, for all graphs of a
// store. Numbers are given by a graph's writer only; everybody may look up.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rdf/term.h"
#include "rdf/term_id.h"
#include "storage/kv.h"
#include "storage/term_cache.h"

namespace skg::storage {

using rdf::TermId;

[[nodiscard]] std::string EncodeTripleParts(TermId subject, TermId predicate,
                                            TermId object);

// Rows of a term, as (key, value): that of family `term_ids`, and those of
// family `terms` in the order of their keys.
using TermRowVisitor =
    std::function<absl::Status(std::string_view, std::string_view)>;
[[nodiscard]] std::string TermIdRow(uint64_t number);
[[nodiscard]] absl::Status VisitTermRows(uint32_t graph, TermId id,
                                         std::string_view bytes,
                                         const TermRowVisitor& visit);
// The number in a row of family `term_ids`. Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<uint64_t> DecodeTermNumber(uint32_t graph,
                                                        std::string_view row);

// Thread safety: all methods from any thread.
class Dictionary {
 public:
  // `max_term_bytes`: longer terms are given no numbers.
  Dictionary(const KvStore& kv, size_t cache_bytes,
             size_t max_term_bytes = SIZE_MAX)
      : kv_(kv), cache_(cache_bytes), max_term_bytes_(max_term_bytes) {}

  // kInvalidArgument: the text of the term (rdf::TextBytes) is longer than
  // allowed; the message says both lengths.
  [[nodiscard]] absl::Status CheckSize(const rdf::Term& term) const;
  // The same for what a writer is about to number; doors say which field.
  [[nodiscard]] absl::Status CheckSize(const DictionaryTerm& term) const;
  [[nodiscard]] size_t cache_bytes() const { return cache_.used_bytes(); }

  // All of these read at `at` (null: the present). Terms never change, so one
  // that is remembered may be newer; but a snapshot still shows those of a
  // graph that was dropped since.

  // The id of a dictionary term, unbound if the graph has not numbered it.
  [[nodiscard]] absl::StatusOr<TermId> Find(uint32_t graph, rdf::TermTag tag,
                                            std::string_view encoded,
                                            const KvSnapshot* at = nullptr);
  // The term behind a number. Errors: kDataLoss (no such number, damage).
  [[nodiscard]] absl::StatusOr<DictionaryTerm> Get(
      uint32_t graph, TermId id, const KvSnapshot* at = nullptr);

  // Any term: its inline id, its dictionary id, or unbound.
  [[nodiscard]] absl::StatusOr<TermId> Lookup(uint32_t graph,
                                              const rdf::Term& term,
                                              const KvSnapshot* at = nullptr);
  // Any id but arena ids. Misses of a batch are read together.
  [[nodiscard]] absl::Status Decode(uint32_t graph, std::span<const TermId> ids,
                                    std::vector<rdf::Term>* out,
                                    const KvSnapshot* at = nullptr);

  // Adds the rows of a newly numbered term to a batch.
  void AppendRows(uint32_t graph, TermId id, const DictionaryTerm& term,
                  KvBatch& batch) const;
  // The same for many, in the sequence that the store takes fastest.
  struct NumberedTerm {
    TermId id;
    const DictionaryTerm* term = nullptr;
  };
  void AppendRows(uint32_t graph, std::vector<NumberedTerm> terms,
                  KvBatch& batch) const;
  // Makes a term known that is visible in the store now.
  void Remember(uint32_t graph, TermId id, const DictionaryTerm& term);

 private:
  static void AppendTextRows(uint32_t graph, TermId id,
                             const DictionaryTerm& term, KvBatch& batch);
  // For numbers that ascend and lie close together.
  [[nodiscard]] absl::Status DecodeInPassing(uint32_t graph,
                                             std::span<const TermId> ids,
                                             std::span<const size_t> places,
                                             const KvSnapshot* at,
                                             std::vector<rdf::Term>& out);
  [[nodiscard]] absl::Status DecodeStored(uint32_t graph,
                                          std::span<const TermId> ids,
                                          std::span<const size_t> places,
                                          const KvSnapshot* at,
                                          std::vector<rdf::Term>& out);
  [[nodiscard]] absl::StatusOr<rdf::Term> ToTerm(uint32_t graph, TermId id,
                                                 const DictionaryTerm& term,
                                                 const KvSnapshot* at,
                                                 int depth);
  [[nodiscard]] absl::StatusOr<DictionaryTerm> ReadValue(
      uint32_t graph, TermId id, std::string_view value,
      const KvSnapshot* at) const;

  const KvStore& kv_;
  TermCache cache_;
  const size_t max_term_bytes_;
};

}  // namespace skg::storage
