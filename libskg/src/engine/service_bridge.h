// ServiceBridge: a caller's ServiceClient, as the executor asks it.
#pragma once

#include <string>

#include "absl/time/time.h"
#include "query/exec/query_options.h"
#include "skg/service.h"

namespace skg::engine {

// Thread safety: as the client's. The client outlives it.
class ServiceBridge final : public query::ServiceClient {
 public:
  ServiceBridge(skg::ServiceClient& client, absl::Time deadline)
      : client_(client), deadline_(deadline) {}

  [[nodiscard]] absl::Status Select(
      const std::string& endpoint, const std::string& query,
      const Cancellation* cancellation, size_t most_bytes,
      const query::ServiceHandler& handler) override;

 private:
  skg::ServiceClient& client_;
  const absl::Time deadline_;
};

}  // namespace skg::engine
