// API keys: how they look, how they are hashed, how they are kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "skg/engine.h"

namespace skg::server {

// "skg_prod_" and 40 random letters and digits (238 bits).
[[nodiscard]] std::string GenerateApiKey();

// "sha256:" and the lower-case hex digest of the whole key.
[[nodiscard]] std::string HashApiKey(std::string_view key);

// Lower case; the prefix "sha256:" and 64 hex digits are required.
[[nodiscard]] absl::StatusOr<std::string> NormalizeKeyHash(
    std::string_view hash);

// What is kept of a key; never the key itself. `lookup` is the hex digest and
// the record's name in the store.
struct ApiKeyRecord {
  std::string id;  // UUID
  std::string tenant_id = "public";
  std::string lookup;
  std::string hash;        // scheme and digest: "sha256:<hex>"
  std::string key_prefix;  // the first 12 characters, to tell keys apart
  std::vector<std::string> roles = {"read:triples", "write:triples"};
  absl::Time created_at;
  std::optional<absl::Time> expires_at;
  std::optional<absl::Time> revoked_at;
  // Overrides the server's limit; 0: no limit.
  std::optional<uint32_t> rate_limit_per_minute;
};

// A record of a key made now.
[[nodiscard]] ApiKeyRecord MakeApiKeyRecord(
    std::string_view key, std::string_view tenant_id = "public",
    absl::Time now = absl::Now());

[[nodiscard]] std::string ApiKeyRecordToJson(const ApiKeyRecord& record);
// Errors: kDataLoss.
[[nodiscard]] absl::StatusOr<ApiKeyRecord> ApiKeyRecordFromJson(
    std::string_view text);

// Keeps the record in the data directory, durably.
[[nodiscard]] absl::Status StoreApiKey(Engine& engine,
                                       const ApiKeyRecord& record);
[[nodiscard]] absl::StatusOr<std::vector<ApiKeyRecord>> LoadApiKeys(
    const Engine& engine);

}  // namespace skg::server
