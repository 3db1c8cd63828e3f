// The statements of a view on their way out: which of them, in which order,
// with their terms.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "rdf/term.h"
#include "skg/load.h"
#include "storage/read_view.h"

namespace skg::engine {

// Calls `on_batch` for the statements of one part of the dataset, sorted by
// subject, predicate and object. A status from there ends the scan.
[[nodiscard]] absl::Status ScanBatches(
    const storage::ReadView& view, const storage::ScanPattern& pattern,
    const std::function<absl::Status(const storage::StatementBatch&)>&
        on_batch);

[[nodiscard]] absl::StatusOr<bool> HasNamedGraphs(
    const storage::ReadView& view);
// Sorted. Cost: a scan of all statements in named graphs.
[[nodiscard]] absl::StatusOr<std::vector<rdf::TermId>> NamedGraphs(
    const storage::ReadView& view);

// Terms of a view, decoded in batches and remembered within a bound.
// Not thread-safe. The view must outlive it.
class TermCache {
 public:
  explicit TermCache(const storage::ReadView& view) : view_(view) {}

  // After this and until the next call, Get knows every term of `batch`.
  [[nodiscard]] absl::Status Load(const storage::StatementBatch& batch);
  [[nodiscard]] absl::Status Load(std::span<const rdf::TermId> ids);
  [[nodiscard]] const rdf::Term& Get(rdf::TermId id) const {
    return known_.find(id.bits)->second;
  }

 private:
  void Want(rdf::TermId id);
  absl::Status DecodeWanted();

  const storage::ReadView& view_;
  absl::flat_hash_map<uint64_t, rdf::Term> known_;
  std::vector<rdf::TermId> wanted_;
  size_t bytes_ = 0;
};

// Counts what was written and tells the caller.
class ExportMeter {
 public:
  ExportMeter(const ExportSink& sink, const ExportOptions& options)
      : sink_(sink), progress_(options.progress) {}

  [[nodiscard]] absl::Status Write(std::string_view bytes);
  // Errors: kCancelled.
  [[nodiscard]] absl::Status AddStatements(uint64_t count);
  [[nodiscard]] const ExportResult& result() const { return result_; }

 private:
  const ExportSink& sink_;
  const std::function<bool(uint64_t statements)>& progress_;
  ExportResult result_;
};

}  // namespace skg::engine
