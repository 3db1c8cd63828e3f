// Who a request speaks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"

namespace skg::server {

class TenantMetrics;

struct Principal {
  std::string tenant_id = "public";
  std::vector<std::string> roles;
  // The key's digest in hex; empty where authentication is off.
  std::string key_digest;
  std::optional<uint32_t> rate_limit;
  absl::Time expires_at = absl::InfiniteFuture();
  TenantMetrics* metrics = nullptr;

  // admin:full has every role.
  [[nodiscard]] bool HasRole(std::string_view role) const {
    for (const std::string& own : roles) {
      if (own == role || own == "admin:full") return true;
    }
    return false;
  }
};

}  // namespace skg::server
