// GraphRestorer: the rows of a graph file become those of a new graph, which
// nobody sees until they are all there.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/bytes.h"
#include "base/cancellation.h"
#include "storage/dictionary.h"
#include "storage/graph_file.h"
#include "storage/kv.h"
#include "storage/quota.h"
#include "storage/row_spill.h"
#include "storage/rows.h"
#include "storage/run.h"
#include "storage/saved_log.h"
#include "storage/store.h"

namespace skg::storage {

// Writes the file's rows under the number of `description`; never its rows in
// the catalog. Whatever the file holds, what it writes decodes; whether it also
// is a graph (orders, counts, signs) is for CheckGraph to say. Not thread-safe.
class GraphRestorer {
 public:
  // Asked before rows are written: how many statements those until now come to.
  using Admit = std::function<absl::Status(const QuotaGrowth&)>;

  // All must outlive it. `file`: Begin() has been called.
  GraphRestorer(KvStore& kv, Dictionary& dictionary, GraphFileReader& file,
                const GraphFileDescription& described,
                const GraphDescription& description, const RestoreWork& work,
                Admit admit);
  ~GraphRestorer();
  GraphRestorer(const GraphRestorer&) = delete;
  GraphRestorer& operator=(const GraphRestorer&) = delete;

  // Reads the file to its end. Errors: kDataLoss, kCancelled, those of the
  // source and of the store; then some rows may be there.
  [[nodiscard]] absl::StatusOr<GraphFileTotals> Run();

 private:
  // A run of each kind, and the sorters of the orders but the first.
  struct Builders;

  [[nodiscard]] absl::Status Tell(RestoreStage stage);
  [[nodiscard]] absl::Status WriteIfLarge(size_t limit);

  [[nodiscard]] absl::Status ReadChunks();
  [[nodiscard]] absl::Status ReadChunk(const GraphFileReader::Chunk& chunk);
  [[nodiscard]] absl::Status ReadTerms(std::string_view payload);
  [[nodiscard]] absl::Status ReadTermPart(std::string_view payload);
  [[nodiscard]] absl::Status AddTerm(const DictionaryTerm& term);
  [[nodiscard]] absl::Status ReadRows(std::string_view payload, bool past);
  [[nodiscard]] absl::Status AskQuota();
  [[nodiscard]] absl::Status CheckRow(const RunRow& row, bool past);
  [[nodiscard]] bool IsTerm(TermId id) const;
  void Count(const RunRow& row);
  void PutNamedGraphCounts();
  [[nodiscard]] absl::Status AddStatementId(const StatementKey& key);
  [[nodiscard]] absl::Status WriteStatementIds();
  [[nodiscard]] bool large() const {
    return totals_.rows + totals_.past_rows >= work_.large_rows;
  }
  [[nodiscard]] absl::Status ReadRecords(std::string_view payload);
  [[nodiscard]] absl::Status FinishReading();
  [[nodiscard]] absl::Status BuildOrders();
  [[nodiscard]] absl::Status FinishRows();

  KvStore& kv_;
  Dictionary& dictionary_;
  GraphFileReader& file_;
  const GraphFileDescription& described_;
  const GraphDescription& description_;
  const RestoreWork& work_;
  const Admit admit_;
  const uint32_t number_;

  std::unique_ptr<KvBatch> batch_;
  std::unique_ptr<Builders> builders_;
  GraphFileTotals totals_;
  DictionaryTerm long_term_;                        // whose parts are coming
  uint64_t long_term_bytes_ = 0;                    // 0: none
  std::array<std::optional<RowKey>, 2> last_rows_;  // live, past
  std::optional<RowKey> last_record_;
  Head head_;
  uint64_t admitted_statements_ = 0, admitted_bytes_ = 0;
  absl::flat_hash_map<TermId, Counts> predicates_;
  TermId named_graph_;  // whose rows are coming
  Counts named_counts_;
  std::vector<rdf::Term> terms_;  // of one statement
  SavedLogReader log_;
};

}  // namespace skg::storage
