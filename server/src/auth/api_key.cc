#include "auth/api_key.h"

#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "http/request_id.h"

namespace skg::server {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kScheme = "sha256:";
constexpr std::string_view kStoredKeys = "api_key/";
constexpr size_t kDigestDigits = size_t{2} * SHA256_DIGEST_LENGTH;
constexpr size_t kShownPrefix = 12;

std::string Sha256Hex(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         digest.data());
  return absl::BytesToHexString(absl::string_view(
      reinterpret_cast<const char*>(digest.data()), digest.size()));
}

Json TimeToJson(const std::optional<absl::Time>& time) {
  if (!time.has_value()) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", *time, absl::UTCTimeZone());
}

// Null and absence are no time; false: something else that is no time.
bool ReadTime(const Json& document, const char* field,
              std::optional<absl::Time>& time) {
  const auto found = document.find(field);
  if (found == document.end() || found->is_null()) return true;
  absl::Time parsed;
  if (!found->is_string() ||
      !absl::ParseTime(absl::RFC3339_full, found->get<std::string>(), &parsed,
                       nullptr)) {
    return false;
  }
  time = parsed;
  return true;
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("stored API key: ", what));
}

}  // namespace

std::string GenerateApiKey() {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  // Bytes from here on are thrown away: each character is equally likely.
  constexpr unsigned kUsable = 256 / kAlphabet.size() * kAlphabet.size();
  std::string key = "skg_prod_";
  const size_t length = key.size() + 40;
  while (key.size() < length) {
    std::array<unsigned char, 64> bytes;
    // It fails only where the system has no randomness to give at all.
    if (RAND_bytes(bytes.data(), bytes.size()) != 1) continue;
    for (const unsigned char byte : bytes) {
      if (byte >= kUsable || key.size() == length) continue;
      key += kAlphabet[byte % kAlphabet.size()];
    }
  }
  return key;
}

std::string HashApiKey(std::string_view key) {
  return std::string(kScheme) + Sha256Hex(key);
}

absl::StatusOr<std::string> NormalizeKeyHash(std::string_view hash) {
  std::string lower(hash);
  absl::AsciiStrToLower(&lower);
  const std::string_view digest =
      std::string_view(lower).substr(std::min(kScheme.size(), lower.size()));
  if (!lower.starts_with(kScheme) || digest.size() != kDigestDigits ||
      digest.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
    return absl::InvalidArgumentError(
        "an API key hash is \"sha256:\" and 64 hex digits (skg keys create "
        "prints one)");
  }
  return lower;
}

ApiKeyRecord MakeApiKeyRecord(std::string_view key, std::string_view tenant_id,
                              absl::Time now) {
  ApiKeyRecord record;
  record.id = RandomUuid();
  record.tenant_id = tenant_id;
  record.lookup = Sha256Hex(key);
  record.hash = std::string(kScheme) + record.lookup;
  record.key_prefix = key.substr(0, kShownPrefix);
  record.created_at = now;
  return record;
}

std::string ApiKeyRecordToJson(const ApiKeyRecord& record) {
  Json document = {{"id", record.id},
                   {"tenant_id", record.tenant_id},
                   {"lookup", record.lookup},
                   {"hash", record.hash},
                   {"key_prefix", record.key_prefix},
                   {"roles", record.roles},
                   {"created_at", TimeToJson(record.created_at)},
                   {"expires_at", TimeToJson(record.expires_at)},
                   {"revoked_at", TimeToJson(record.revoked_at)}};
  document["rate_limit_per_minute"] = record.rate_limit_per_minute.has_value()
                                          ? Json(*record.rate_limit_per_minute)
                                          : Json(nullptr);
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

absl::StatusOr<ApiKeyRecord> ApiKeyRecordFromJson(std::string_view text) {
  const Json document = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object()) return Damaged("not a JSON object");
  ApiKeyRecord record;
  for (const auto& [field, target] :
       {std::pair{"id", &record.id}, std::pair{"tenant_id", &record.tenant_id},
        std::pair{"lookup", &record.lookup}, std::pair{"hash", &record.hash},
        std::pair{"key_prefix", &record.key_prefix}}) {
    const auto found = document.find(field);
    if (found == document.end() || !found->is_string()) {
      return Damaged(absl::StrCat(field, " is missing"));
    }
    *target = found->get<std::string>();
  }
  const auto hash = NormalizeKeyHash(record.hash);
  if (!hash.ok() || *hash != std::string(kScheme) + record.lookup) {
    return Damaged("hash and lookup disagree");
  }
  const auto roles = document.find("roles");
  if (roles == document.end() || !roles->is_array()) {
    return Damaged("roles are missing");
  }
  record.roles.clear();
  for (const Json& role : *roles) {
    if (!role.is_string()) return Damaged("a role is not a string");
    record.roles.push_back(role.get<std::string>());
  }
  std::optional<absl::Time> created;
  // A key must not come back to life because its end cannot be read.
  if (!ReadTime(document, "created_at", created) || !created.has_value() ||
      !ReadTime(document, "expires_at", record.expires_at) ||
      !ReadTime(document, "revoked_at", record.revoked_at)) {
    return Damaged("a time is missing or malformed");
  }
  record.created_at = *created;
  const auto limit = document.find("rate_limit_per_minute");
  if (limit != document.end() && limit->is_number_unsigned()) {
    record.rate_limit_per_minute = limit->get<uint32_t>();
  }
  return record;
}

absl::Status StoreApiKey(Engine& engine, const ApiKeyRecord& record) {
  return engine.PutSetting(std::string(kStoredKeys) + record.lookup,
                           ApiKeyRecordToJson(record));
}

absl::StatusOr<std::vector<ApiKeyRecord>> LoadApiKeys(const Engine& engine) {
  auto names = engine.ListSettings(kStoredKeys);
  if (!names.ok()) return names.status();
  std::vector<ApiKeyRecord> records;
  for (const std::string& name : *names) {
    auto text = engine.GetSetting(name);
    if (!text.ok()) return text.status();
    auto record = ApiKeyRecordFromJson(*text);
    if (!record.ok()) return record.status();
    records.push_back(*std::move(record));
  }
  return records;
}

}  // namespace skg::server
