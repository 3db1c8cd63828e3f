// Asks SPARQL endpoints by HTTP, those of a list and no others.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/service.h"

namespace skg::server {

// Sends queries by POST; follows no redirects. A request of it waits at most a
// minute, whatever the query's deadline.
class HttpServiceClient final : public ServiceClient {
 public:
  // `endpoints`: absolute http and https URLs. Errors: kInvalidArgument.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<HttpServiceClient>> Make(
      const std::vector<std::string>& endpoints);

  // Errors: kFailedPrecondition (an endpoint that is not of the list),
  // kUnavailable (it did not answer, or with another status than 200),
  // kDeadlineExceeded, kCancelled, kResourceExhausted (a longer answer).
  [[nodiscard]] absl::StatusOr<ServiceAnswer> Ask(
      const ServiceRequest& request) override;

 private:
  struct Endpoint {
    std::string url;
    std::string origin;  // "https://host:port"
    std::string target;  // path and query
  };
  std::vector<Endpoint> endpoints_;
};

}  // namespace skg::server
