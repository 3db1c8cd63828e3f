#include "http/host_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace skg::server {
namespace {

// "[::1]:7777" -> "[::1]", "Localhost:80" -> "localhost".
std::string HostName(std::string_view header) {
  size_t end = header.find(':');
  if (header.starts_with('[')) {
    const size_t bracket = header.find(']');
    end = bracket == std::string_view::npos ? bracket : bracket + 1;
  }
  std::string name(header.substr(0, end));
  absl::AsciiStrToLower(&name);
  return name;
}

}  // namespace

HostCheck::HostCheck(const std::vector<std::string>& allowed,
                     const std::string& bound) {
  for (std::string name : allowed) {
    absl::AsciiStrToLower(&name);
    all_ = all_ || name == "*";
    names_.push_back(std::move(name));
  }
  if (bound.empty() || bound == "0.0.0.0" || bound == "::" || bound == "[::]") {
    return;
  }
  const bool bare_ipv6 =
      bound.find(':') != std::string::npos && !bound.starts_with('[');
  names_.push_back(bare_ipv6 ? "[" + bound + "]"
                             : absl::AsciiStrToLower(bound));
}

bool HostCheck::Allows(std::string_view host_header) const {
  if (all_) return true;
  const std::string host = HostName(host_header);
  return std::any_of(names_.begin(), names_.end(),
                     [&](const std::string& name) {
                       if (name.starts_with("*."))
                         return host.ends_with(name.substr(1));
                       return host == name;
                     });
}

OriginCheck::OriginCheck(const std::vector<std::string>& allowed)
    : origins_(allowed),
      all_(std::find(allowed.begin(), allowed.end(), "*") != allowed.end()) {}

bool OriginCheck::Allows(std::string_view origin) const {
  return !origin.empty() && (all_ || std::find(origins_.begin(), origins_.end(),
                                               origin) != origins_.end());
}

}  // namespace skg::server
