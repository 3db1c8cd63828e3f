// What a route gets and gives; nothing of the HTTP library is seen here.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/principal.h"
#include "config/settings.h"

namespace skg::server {

struct Services;  // http/services.h

class BodyReader;  // http/body_reader.h

using QueryParameters = std::vector<std::pair<std::string, std::string>>;

struct ApiRequest {
  std::string request_id;
  std::string method;
  const Principal* principal = nullptr;  // never null in a route
  const PathLimits* limits = nullptr;    // of the path's family
  // As sent, decoded; a name may come several times.
  QueryParameters query;
  std::string body;
  // Instead of `body`, for routes that stream it.
  BodyReader* stream = nullptr;
  std::string id;  // what stood for {id} in the path
  // The request's own, absolute and without its query.
  std::string url;
  // What stood for {path...}, as decoded; empty where there is none.
  std::string path;
  std::string content_encoding;
  std::string accept;
  std::string content_type;
  std::string idempotency_key;
  absl::Time received;

  [[nodiscard]] std::optional<std::string> Parameter(
      std::string_view name) const {
    const auto found = std::find_if(
        query.begin(), query.end(),
        [&](const auto& parameter) { return parameter.first == name; });
    if (found == query.end()) return std::nullopt;
    return found->second;
  }
};

struct ApiResponse {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
  std::string note;  // for the log only: why it failed
  // What follows `body`, piece by piece; false: that was all. Such an answer is
  // sent in chunks, and cut off where this fails.
  std::function<absl::StatusOr<bool>(std::string& piece)> more = nullptr;
  // The same for an answer that writes itself, after `body`, on the thread that
  // sends it.
  using Write = std::function<absl::Status(std::string_view bytes)>;
  std::function<absl::Status(const Write& write)> write_rest = nullptr;
};

using Handler = ApiResponse (*)(Services&, const ApiRequest&);

// Who may call a route.
enum class Access { kOpen, kRead, kWrite, kAdmin };

struct Route {
  std::string method;    // GET also answers HEAD
  std::string endpoint;  // the template, without /api/v1
  Access access = Access::kRead;
  // Root form under the v1 limits; else both forms have those of /api/v1.
  bool v1_limits = false;
  Handler handler = nullptr;
  // The body is read by the handler, under Settings::max_upload_bytes; forms
  // with parts are let in.
  bool streams_body = false;
  size_t metric = 0;  // of Metrics::AddEndpoint
};

}  // namespace skg::server
