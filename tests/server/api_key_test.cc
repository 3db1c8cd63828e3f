#include "auth/api_key.h"

#include <catch2/catch.hpp>
#include <set>

#include "auth/key_ring.h"
#include "support/test_support.h"

namespace skg::server {
namespace {

using Kind = Credential::Kind;

TEST_CASE("generated keys have the documented form and do not repeat") {
  std::set<std::string> keys;
  for (int i = 0; i < 200; ++i) {
    const std::string key = GenerateApiKey();
    CHECK(key.starts_with("skg_prod_"));
    CHECK(key.size() == 49);
    CHECK(key.substr(9).find_first_not_of(
              "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
              "0123456789") == std::string::npos);
    keys.insert(key);
  }
  CHECK(keys.size() == 200);
}

TEST_CASE("a key's hash is its SHA-256") {
  // FIPS 180-2, appendix B.1.
  CHECK(HashApiKey("abc") ==
        "sha256:"
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const auto upper = NormalizeKeyHash(
      "SHA256:"
      "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
  REQUIRE_OK(upper);
  CHECK(*upper == HashApiKey("abc"));
  for (const char* bad : {"", "sha256:", "ba7816", "md5:abc", "sha256:zz"}) {
    CHECK_FALSE(NormalizeKeyHash(bad).ok());
  }
}

TEST_CASE("a record survives its text, and holds no key") {
  const std::string key = GenerateApiKey();
  ApiKeyRecord record = MakeApiKeyRecord(key, "acme");
  record.roles = {"read:triples"};
  record.expires_at = absl::FromUnixSeconds(2'000'000'000);
  record.rate_limit_per_minute = 7;
  const std::string text = ApiKeyRecordToJson(record);
  CHECK_THAT(text, !Catch::Contains(key));
  CHECK_THAT(text, !Catch::Contains(key.substr(12)));
  const auto again = ApiKeyRecordFromJson(text);
  REQUIRE_OK(again);
  CHECK(again->id == record.id);
  CHECK(again->tenant_id == "acme");
  CHECK(again->hash == HashApiKey(key));
  CHECK(again->key_prefix == key.substr(0, 12));
  CHECK(again->roles == record.roles);
  CHECK(again->expires_at == record.expires_at);
  CHECK_FALSE(again->revoked_at.has_value());
  CHECK(again->rate_limit_per_minute == 7u);
}

TEST_CASE("a damaged record is no record") {
  const std::string good = ApiKeyRecordToJson(MakeApiKeyRecord("k"));
  for (const auto& [what, with] :
       {std::pair{"\"lookup\":\"", "\"lookup\":\"0"},
        std::pair{"\"roles\":[", "\"roles\":[7,"},
        std::pair{"\"expires_at\":null", "\"expires_at\":\"soon\""},
        std::pair{"{", "["}}) {
    std::string bad = good;
    const size_t at = bad.find(what);
    REQUIRE(at != std::string::npos);
    bad.replace(at, std::string(what).size(), with);
    INFO(bad);
    CHECK(absl::IsDataLoss(ApiKeyRecordFromJson(bad).status()));
  }
}

TEST_CASE("keys kept in a data directory are found again") {
  const test::TemporaryDirectory directory;
  auto engine = Engine::Open(directory / "data");
  REQUIRE_OK(engine);
  REQUIRE_OK(StoreApiKey(**engine, MakeApiKeyRecord("one", "acme")));
  REQUIRE_OK(StoreApiKey(**engine, MakeApiKeyRecord("two")));
  const auto records = LoadApiKeys(**engine);
  REQUIRE_OK(records);
  std::set<std::string> tenants;
  for (const ApiKeyRecord& record : *records) tenants.insert(record.tenant_id);
  CHECK(tenants == std::set<std::string>{"acme", "public"});
}

TEST_CASE("the first credential that is there counts") {
  CHECK(FindCredential("", "", "").kind == Kind::kNone);
  CHECK(FindCredential("Bearer abc", "x", "y").value == "abc");
  CHECK(FindCredential("bearer  abc ", "", "").value == "abc");
  CHECK(FindCredential("X-Graph-API-Key: abc", "", "").value == "abc");
  CHECK(FindCredential("X-Graph-API-Key: abc", "", "").kind == Kind::kKey);
  CHECK(FindCredential("", "abc", "y").value == "abc");
  CHECK(FindCredential("", "", "abc").value == "abc");
  CHECK(FindCredential("Basic abc", "x", "").kind == Kind::kOther);
}

TEST_CASE("a key ring lets its keys in and says why not") {
  const std::string key = GenerateApiKey();
  const std::string stored = GenerateApiKey();
  const std::string expired = GenerateApiKey();
  const std::string revoked = GenerateApiKey();
  Settings settings;
  settings.api_key_hashes = {HashApiKey(key), HashApiKey("short")};
  std::vector<ApiKeyRecord> records = {MakeApiKeyRecord(stored, "acme"),
                                       MakeApiKeyRecord(expired),
                                       MakeApiKeyRecord(revoked)};
  const absl::Time now = absl::Now();
  records[1].expires_at = now - absl::Seconds(1);
  records[2].revoked_at = now - absl::Seconds(1);
  const KeyRing ring(settings, records);

  const auto ask = [&](const std::string& value, Kind kind = Kind::kBearer) {
    return ring.Verify({kind, value}, now);
  };
  REQUIRE(ask(key).principal != nullptr);
  CHECK(ask(key).principal->tenant_id == "public");
  CHECK(ask(key).principal->HasRole("write:triples"));
  REQUIRE(ask(stored, Kind::kKey).principal != nullptr);
  CHECK(ask(stored, Kind::kKey).principal->tenant_id == "acme");
  CHECK(ask("short").principal != nullptr);

  struct Case {
    std::string value;
    Kind kind;
    const char* detail;
  };
  const Case cases[] = {
      {"", Kind::kNone, "Missing authorization header"},
      {"", Kind::kOther, "Valid API key or OAuth2 token required"},
      {GenerateApiKey(), Kind::kBearer, "Invalid API key"},
      {expired, Kind::kBearer, "Invalid API key"},
      {revoked, Kind::kKey, "Invalid API key"},
      {key.substr(0, 48), Kind::kBearer, "Invalid API key"},
      {key + "x", Kind::kBearer, "Invalid API key"},
      {"skg_prod_short", Kind::kBearer, "Invalid API key format"},
      {"skg_prod_0123456789012345678!", Kind::kBearer,
       "Invalid API key format"},
      {"eyJhbGciOi.x.y", Kind::kBearer, "Invalid token"},
      {"nonsense", Kind::kKey, "Invalid API key format"},
  };
  for (const Case& each : cases) {
    INFO(each.detail);
    const KeyRing::Answer answer = ask(each.value, each.kind);
    CHECK(answer.principal == nullptr);
    CHECK(answer.detail == each.detail);
  }
}

}  // namespace
}  // namespace skg::server
