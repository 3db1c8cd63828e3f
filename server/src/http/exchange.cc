#include "http/exchange.h"

#include <algorithm>
#include <array>
#include <utility>

namespace skg::server {
namespace {

struct Wanted {
  std::string_view name;  // lower case
  std::string_view RequestHeaders::*field;
};

constexpr std::array<Wanted, 14> kWanted = {{
    {"host", &RequestHeaders::host},
    {"authorization", &RequestHeaders::authorization},
    {"x-api-key", &RequestHeaders::x_api_key},
    {"x-graph-api-key", &RequestHeaders::x_graph_api_key},
    {"x-tenant-id", &RequestHeaders::tenant_id},
    {"x-request-id", &RequestHeaders::request_id},
    {"accept", &RequestHeaders::accept},
    {"accept-encoding", &RequestHeaders::accept_encoding},
    {"content-type", &RequestHeaders::content_type},
    {"content-encoding", &RequestHeaders::content_encoding},
    {"origin", &RequestHeaders::origin},
    {"idempotency-key", &RequestHeaders::idempotency_key},
    {"access-control-request-method", &RequestHeaders::preflight_method},
    {"access-control-request-headers", &RequestHeaders::preflight_headers},
}};

bool EqualsLower(std::string_view text, std::string_view lower) {
  return text.size() == lower.size() &&
         std::equal(text.begin(), text.end(), lower.begin(),
                    [](char a, char b) {
                      return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
                    });
}

}  // namespace

RequestHeaders ReadHeaders(const httplib::Headers& headers) {
  RequestHeaders read;
  for (const auto& [name, value] : headers) {
    for (const Wanted& wanted : kWanted) {
      if (!EqualsLower(name, wanted.name)) continue;
      std::string_view& field = read.*wanted.field;
      if (field.empty()) field = value;  // of repeated ones, the first
      break;
    }
  }
  return read;
}

}  // namespace skg::server
