#include "auth/key_ring.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"

namespace skg::server {
namespace {

constexpr std::string_view kScheme = "sha256:";

// A key has 20 to 128 of these characters after its prefix.
bool HasKeyForm(std::string_view key) {
  for (const std::string_view prefix : {"skg_prod_", "skg_test_", "kg_"}) {
    if (!key.starts_with(prefix)) continue;
    key.remove_prefix(prefix.size());
    break;
  }
  return key.size() >= 20 && key.size() <= 128 &&
         std::all_of(key.begin(), key.end(), [](char c) {
           return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
                  c == '_' || c == '-';
         });
}

bool HasKeyPrefix(std::string_view value) {
  return value.starts_with("skg_prod_") || value.starts_with("skg_test_") ||
         value.starts_with("kg_") || value.starts_with("graph_api_");
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// What follows `scheme` and a blank; the scheme's case does not matter.
std::optional<std::string_view> AfterScheme(std::string_view header,
                                            std::string_view scheme) {
  if (header.size() <= scheme.size()) return std::nullopt;
  const std::string_view begin = header.substr(0, scheme.size());
  if (!absl::EqualsIgnoreCase(
          absl::string_view(begin.data(), begin.size()),
          absl::string_view(scheme.data(), scheme.size()))) {
    return std::nullopt;
  }
  return Trim(header.substr(scheme.size()));
}

}  // namespace

Credential FindCredential(std::string_view authorization,
                          std::string_view x_api_key,
                          std::string_view x_graph_api_key) {
  using Kind = Credential::Kind;
  authorization = Trim(authorization);
  if (!authorization.empty()) {
    if (auto value = AfterScheme(authorization, "Bearer ")) {
      return {Kind::kBearer, *value};
    }
    // An odd notation that clients of the graph API have in print.
    if (auto value = AfterScheme(authorization, "X-Graph-API-Key:")) {
      return {Kind::kKey, *value};
    }
    return {Kind::kOther, {}};
  }
  for (const std::string_view header : {x_api_key, x_graph_api_key}) {
    if (!Trim(header).empty()) return {Kind::kKey, Trim(header)};
  }
  return {};
}

KeyRing::KeyRing(const Settings& settings,
                 const std::vector<ApiKeyRecord>& stored) {
  for (const std::string& hash : settings.api_key_hashes) {
    Principal principal;
    principal.roles = {"read:triples", "write:triples", "admin:full"};
    Add(hash.substr(kScheme.size()), std::move(principal));
  }
  for (const ApiKeyRecord& record : stored) {
    if (record.revoked_at.has_value()) continue;
    Principal principal;
    principal.tenant_id = record.tenant_id;
    principal.roles = record.roles;
    principal.rate_limit = record.rate_limit_per_minute;
    principal.expires_at = record.expires_at.value_or(absl::InfiniteFuture());
    Add(record.lookup, std::move(principal));
  }
}

void KeyRing::Add(const std::string& hex, Principal principal) {
  const std::string bytes = absl::HexStringToBytes(hex);
  Key key;
  std::copy_n(bytes.begin(), key.digest.size(),
              reinterpret_cast<char*>(key.digest.data()));
  principal.key_digest = hex;
  key.principal = std::move(principal);
  keys_.push_back(std::move(key));
}

KeyRing::Answer KeyRing::Verify(const Credential& credential,
                                absl::Time now) const {
  using Kind = Credential::Kind;
  if (credential.kind == Kind::kNone) {
    return {nullptr, "Missing authorization header"};
  }
  if (credential.kind == Kind::kOther) {
    return {nullptr, "Valid API key or OAuth2 token required"};
  }
  Digest presented;
  SHA256(reinterpret_cast<const unsigned char*>(credential.value.data()),
         credential.value.size(), presented.data());
  const Principal* match = nullptr;
  for (const Key& key : keys_) {
    const bool same = CRYPTO_memcmp(key.digest.data(), presented.data(),
                                    presented.size()) == 0;
    match = same ? &key.principal : match;
  }
  if (match != nullptr && now < match->expires_at) return {match, {}};
  if (credential.kind == Kind::kBearer && !HasKeyPrefix(credential.value)) {
    return {nullptr, "Invalid token"};
  }
  if (!HasKeyForm(credential.value)) {
    return {nullptr, "Invalid API key format"};
  }
  return {nullptr, "Invalid API key"};
}

std::vector<Principal*> KeyRing::principals() {
  std::vector<Principal*> all;
  all.reserve(keys_.size());
  for (Key& key : keys_) all.push_back(&key.principal);
  return all;
}

}  // namespace skg::server
