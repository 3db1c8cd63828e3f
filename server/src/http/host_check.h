// Which Host headers, and which origins of scripts, are let in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace skg::server {

// Refusing foreign names in Host stops web pages that rebind their own name to
// this address. Immutable.
class HostCheck {
 public:
  // `allowed`: names without port, "*.example.com", or "*" for all. The
  // address that is listened on is allowed too, unless it means any.
  HostCheck(const std::vector<std::string>& allowed, const std::string& bound);
  [[nodiscard]] bool Allows(std::string_view host_header) const;

 private:
  std::vector<std::string> names_;
  bool all_ = false;
};

// Immutable.
class OriginCheck {
 public:
  explicit OriginCheck(const std::vector<std::string>& allowed);
  [[nodiscard]] bool Allows(std::string_view origin) const;
  // Whether an answer depends on the origin at all.
  [[nodiscard]] bool any() const { return !origins_.empty(); }

 private:
  std::vector<std::string> origins_;
  bool all_ = false;
};

}  // namespace skg::server
