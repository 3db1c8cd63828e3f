// LoadTripleTerms: the triple terms of one load. The dictionary holds them as
// the ids of their parts, so that they are numbered after those, from the
// innermost outwards.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "storage/dictionary.h"
#include "storage/graph_state.h"
#include "storage/load_terms.h"

namespace skg::storage {

// Not thread-safe. Memory: all distinct triple terms of the load.
class LoadTripleTerms {
 public:
  // More than `memory_bytes` of them are kResourceExhausted.
  LoadTripleTerms(GraphState& graph, size_t memory_bytes)
      : graph_(graph), most_(memory_bytes / kBytesEach) {}

  // A triple term of a part, whose parts' ids are local ones (arena ids) or
  // inline; of one part in the order of their local numbers.
  [[nodiscard]] absl::Status Add(size_t part, uint32_t local,
                                 std::string_view parts);
  [[nodiscard]] bool empty() const { return terms_.empty(); }

  // Finds or gives all numbers and writes the dictionary rows. `ids_of` fills
  // in the final ids of a part's other terms. Leaves the last reservation with
  // the writer.
  using IdsOfPart = std::function<absl::Status(size_t, std::vector<TermId>*)>;
  [[nodiscard]] absl::Status Number(const IdsOfPart& ids_of);
  // Adds what Number has found out.
  void FillIn(size_t part, std::vector<TermId>* ids) const;

 private:
  static constexpr size_t kBytesEach = 160;
  using Parts = std::array<TermId, 3>;
  struct Term {
    size_t part;
    uint32_t local;
    Parts local_parts;
    TermId id;  // once it is known
  };

  [[nodiscard]] absl::StatusOr<std::vector<Parts>> FindLevel(
      const IdsOfPart& ids_of);
  [[nodiscard]] absl::Status NumberLevel(const std::vector<Parts>& unknown,
                                         uint64_t next_term);

  GraphState& graph_;
  const size_t most_;
  std::vector<Term> terms_;
  absl::flat_hash_map<Parts, TermId> known_;
};

}  // namespace skg::storage
