// SERVICE of SPARQL 1.1 Federated Query: how a program lets queries ask other
// endpoints. Without a ServiceClient none is asked.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/export.h"

namespace skg {

struct ServiceRequest {
  std::string endpoint;  // an absolute IRI
  // A whole SELECT query of SPARQL 1.1, without prologue.
  std::string query;
  // When the answer is of no use any more, as Graph::Query was told.
  absl::Time deadline;
  // A longer answer shall be kResourceExhausted.
  uint64_t most_bytes = 0;
  // To be asked now and then: true once nobody waits for the answer.
  std::function<bool()> cancelled;
};

struct ServiceAnswer {
  enum class Format : uint8_t { kJson, kXml, kCsv, kTsv };
  Format format = Format::kJson;
  std::string body;  // a document of SPARQL query results
};

// Thread safety: Ask is called from any thread, also from two at a time.
class SKG_EXPORT ServiceClient {
 public:
  virtual ~ServiceClient();
  // Sends one query and waits for the answer. An error is the SERVICE
  // pattern's, whose SILENT passes over it, but for kResourceExhausted. It may
  // refuse endpoints (kFailedPrecondition): which ones are asked is its
  // decision alone. Errors besides these, kDeadlineExceeded and kCancelled
  // become kUnknown: the endpoint failed. Must not throw.
  [[nodiscard]] virtual absl::StatusOr<ServiceAnswer> Ask(
      const ServiceRequest& request) = 0;
};

}  // namespace skg
