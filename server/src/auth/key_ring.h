// The keys that are let in, and the check of the one presented.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "auth/api_key.h"
#include "auth/principal.h"
#include "config/settings.h"

namespace skg::server {

// A credential as the headers carry it.
struct Credential {
  // kBearer may hold an API key or a token; kKey is certainly a key.
  enum class Kind { kNone, kBearer, kKey, kOther };
  Kind kind = Kind::kNone;
  std::string_view value;
};

// The first of Authorization (Bearer, or the scheme X-Graph-API-Key),
// X-API-Key and X-Graph-API-Key that is there; empty means absent.
[[nodiscard]] Credential FindCredential(std::string_view authorization,
                                        std::string_view x_api_key,
                                        std::string_view x_graph_api_key);

// Immutable once made. Thread safety: all methods.
class KeyRing {
 public:
  // Keys of the settings belong to tenant `public` and have every role; stored
  // ones are as their record says. Revoked ones are left out.
  KeyRing(const Settings& settings, const std::vector<ApiKeyRecord>& stored);

  // The key's principal, or the text of the 401. Time does not depend on
  // which key matches, nor on how much of it does: all digests are compared.
  struct Answer {
    const Principal* principal = nullptr;
    std::string_view detail;  // where there is no principal
  };
  [[nodiscard]] Answer Verify(const Credential& credential,
                              absl::Time now) const;

  [[nodiscard]] size_t size() const { return keys_.size(); }
  // For the owner to attach what is resolved once per tenant.
  [[nodiscard]] std::vector<Principal*> principals();

 private:
  using Digest = std::array<unsigned char, 32>;
  struct Key {
    Digest digest;
    Principal principal;
  };
  void Add(const std::string& hex, Principal principal);

  std::vector<Key> keys_;
};

}  // namespace skg::server
