// BulkCollector: the statements of one load on their way into a bulk load.
#pragma once

#include <cstddef>

#include "engine/bulk_rows.h"
#include "engine/load_collector.h"
#include "engine/load_input.h"
#include "rdf/name.h"
#include "storage/bulk_load.h"

namespace skg::engine {

// Not thread-safe. What it is made of must outlive it.
class BulkCollector final : public LoadCollector {
 public:
  // `memory_limit`: for what stands between two marks.
  BulkCollector(storage::BulkLoad& load, const BulkRows& rows,
                const rdf::NameSpace& names, LoadInput& input,
                size_t memory_limit)
      : load_(load),
        rows_(rows),
        names_(names),
        input_(input),
        memory_limit_(memory_limit) {}

  [[nodiscard]] absl::Status Add(const rdf::Quad& quad) override;
  [[nodiscard]] absl::Status Add(NewStatement& statement,
                                 bool if_absent) override;
  [[nodiscard]] absl::StatusOr<size_t> Mark() override;
  void MakeIfAbsentSince(size_t mark) override;
  // Hands over what is left.
  [[nodiscard]] absl::Status Finish();

 private:
  [[nodiscard]] absl::Status Counted();
  [[nodiscard]] absl::Status FlushIfLarge();

  storage::BulkLoad& load_;
  const BulkRows& rows_;
  const rdf::NameSpace& names_;
  LoadInput& input_;
  const size_t memory_limit_;
  storage::LoadBlockBuilder builder_;
  bool marked_ = false;  // what follows a mark stays until the next one
  rdf::Quad quad_;
};

}  // namespace skg::engine
