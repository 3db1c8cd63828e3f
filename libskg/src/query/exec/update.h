// Updates: what their operations change in a transaction.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/cancellation.h"
#include "query/exec/query_options.h"
#include "query/request.h"
#include "rdf/term.h"
#include "storage/store.h"

namespace skg::query {

// Where LOAD finds documents. Thread safety: all methods from any thread.
class DocumentSource {
 public:
  using Visitor = std::function<absl::Status(const rdf::Quad&)>;
  virtual ~DocumentSource() = default;
  // Reads all of a document; a status of `visit` ends it and is returned. Blank
  // node labels are the document's. Bounded by `cancellation` (may be null).
  [[nodiscard]] virtual absl::Status Read(const std::string& iri,
                                          const Cancellation* cancellation,
                                          const Visitor& visit) = 0;
};

// Labels under which the store keeps blank nodes.
struct BlankNodeLabels {
  // One that no node has yet.
  std::function<std::string()> next;
  // Whether a label denotes a node of the store wherever it is written; other
  // labels are local to the document that has them.
  std::function<bool(std::string_view)> lasting;
};

struct UpdateExecution {
  BlankNodeLabels labels;
  // Deadline and cancellation; may be null.
  const Cancellation* cancellation = nullptr;
  // Half of it for what WHERE needs, half for the changes of all operations.
  size_t memory_bytes = size_t{256} << 20;
  // The default graph of WHERE is all graphs, each triple once, unless the
  // operation says what it is (WITH, USING).
  bool union_default_graph = false;
  // USING and USING NAMED for operations that have none (SPARQL 1.1 Protocol,
  // 2.2.3); with one that has, or has WITH, kInvalidArgument.
  DatasetClause dataset;
  ServiceClient* services = nullptr;  // see QueryOptions
  uint64_t max_service_rows = UINT64_MAX;
  DocumentSource* documents = nullptr;    // null: LOAD is kFailedPrecondition
  absl::Time now = absl::InfinitePast();  // that: when ApplyUpdate is called
};

// Makes the operations' changes in `transaction`, each seeing those of the ones
// before it; all of an operation is read before any of it is changed. Named
// graphs are there while they have statements: CREATE of one that is there is
// kAlreadyExists, DROP of one that is not, or ADD, MOVE and COPY from it,
// kNotFound, unless SILENT. INSERT leaves a statement that is there as it is,
// with its record; ADD, MOVE and COPY take the records along.
// After an error the transaction must be given up. Errors: those above,
// kInvalidArgument, kDeadlineExceeded, kCancelled, kResourceExhausted,
// kFailedPrecondition, kDataLoss; of several operations messages begin with
// the place of the one that failed.
[[nodiscard]] absl::Status ApplyUpdate(const Update& update,
                                       storage::Transaction& transaction,
                                       const UpdateExecution& execution);

}  // namespace skg::query
