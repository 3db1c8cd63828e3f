#include "storage/quota.h"

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "storage/rows.h"

namespace skg {
namespace {

// Owner with its length, resource, limit, present, wanted: varints.
constexpr char kPayloadUrl[] = "type.skg/quota-exceeded";

}  // namespace

std::optional<QuotaExceeded> QuotaExceededOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kPayloadUrl);
  if (!payload.has_value()) return std::nullopt;
  const std::string bytes(*payload);
  ByteReader in(bytes);
  QuotaExceeded exceeded;
  exceeded.owner = std::string(in.Bytes(in.Varint()));
  const uint64_t resource = in.Varint();
  exceeded.limit = in.Varint();
  exceeded.present = in.Varint();
  exceeded.wanted = in.Varint();
  if (!in.ok() || resource > 1) return std::nullopt;
  exceeded.resource = static_cast<QuotaExceeded::Resource>(resource);
  return exceeded;
}

namespace storage {

absl::Status QuotaExceededStatus(const QuotaExceeded& exceeded) {
  const char* unit = exceeded.resource == QuotaExceeded::Resource::kStatements
                         ? " statements"
                         : " bytes";
  absl::Status status = absl::ResourceExhaustedError(absl::StrCat(
      "the quota of ", exceeded.owner, " is ", exceeded.limit, unit,
      "; there are ", exceeded.present, " and this commit would add ",
      exceeded.wanted, "; remove something or raise the quota"));
  std::string payload;
  AppendVarint(exceeded.owner.size(), payload);
  payload += exceeded.owner;
  AppendVarint(static_cast<uint64_t>(exceeded.resource), payload);
  AppendVarint(exceeded.limit, payload);
  AppendVarint(exceeded.present, payload);
  AppendVarint(exceeded.wanted, payload);
  status.SetPayload(kPayloadUrl, absl::Cord(payload));
  return status;
}

// Each limit plus one; 0: there is none.
std::string EncodeQuotaLimits(const QuotaLimits& limits) {
  std::string out(1, kPlainFormat);
  for (const auto& limit : {limits.max_statements, limits.max_bytes})
    AppendVarint(limit ? *limit + 1 : 0, out);
  return out;
}

absl::StatusOr<QuotaLimits> DecodeQuotaLimits(std::string_view bytes) {
  const auto damaged = absl::DataLossError("damaged quota row in the catalog");
  if (bytes.empty() || bytes.front() != kPlainFormat) return damaged;
  ByteReader in(bytes.substr(1));
  QuotaLimits limits;
  for (auto* limit : {&limits.max_statements, &limits.max_bytes}) {
    const uint64_t stored = in.Varint();
    if (stored > 0) *limit = stored - 1;
  }
  if (!in.ok() || !in.empty()) return damaged;
  return limits;
}

}  // namespace storage
}  // namespace skg
