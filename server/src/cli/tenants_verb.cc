// skg tenants: who has graphs here, and how much they may hold.
#include <nlohmann/json.hpp>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/result_text.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string LimitText(const std::optional<uint64_t>& limit) {
  return limit ? WithSeparators(*limit) : "";
}

Json LimitJson(const std::optional<uint64_t>& limit) {
  return limit ? Json(*limit) : Json();
}

std::string JsonText(const Json& document) { return document.dump(2) + "\n"; }

std::string ListText(const std::vector<TenantInfo>& tenants) {
  ResultTable table{.columns = {"tenant", "graphs", "statements",
                                "max statements", "max bytes"}};
  for (const TenantInfo& tenant : tenants) {
    table.rows.push_back({tenant.name, WithSeparators(tenant.graphs),
                          WithSeparators(tenant.statements),
                          LimitText(tenant.limits.max_statements),
                          LimitText(tenant.limits.max_bytes)});
  }
  return AlignedText(table);
}

std::string ListJson(const std::vector<TenantInfo>& tenants) {
  Json list = Json::array();
  for (const TenantInfo& tenant : tenants) {
    list.push_back({{"tenant", tenant.name},
                    {"graphs", tenant.graphs},
                    {"statements", tenant.statements},
                    {"max_statements", LimitJson(tenant.limits.max_statements)},
                    {"max_bytes", LimitJson(tenant.limits.max_bytes)}});
  }
  return JsonText({{"tenants", list}});
}

bool IsGraph(const std::string& name) {
  return name.find('/') != std::string::npos;
}

absl::StatusOr<Quota> QuotaOf(const Engine& engine, const std::string& name) {
  return IsGraph(name) ? engine.GraphQuota(name) : engine.TenantQuota(name);
}

// Limits that are not named stay as they are.
absl::Status Change(const TenantsVerb& verb, Engine& engine,
                    QuotaLimits limits) {
  if (verb.max_statements) limits.max_statements = verb.max_statements->value;
  if (verb.max_bytes) limits.max_bytes = verb.max_bytes->value;
  return IsGraph(verb.name) ? engine.SetGraphQuota(verb.name, limits)
                            : engine.SetTenantQuota(verb.name, limits);
}

std::string QuotaText(const TenantsVerb& verb, const Quota& quota) {
  if (verb.json) {
    return JsonText({{IsGraph(verb.name) ? "graph" : "tenant", verb.name},
                     {"statements", quota.statements},
                     {"max_statements", LimitJson(quota.limits.max_statements)},
                     {"bytes", quota.bytes},
                     {"max_bytes", LimitJson(quota.limits.max_bytes)}});
  }
  const auto line = [](uint64_t present, const std::optional<uint64_t>& limit,
                       const char* unit) {
    return absl::StrCat(WithSeparators(present), unit,
                        limit ? absl::StrCat(" of ", WithSeparators(*limit))
                              : std::string(", no limit"));
  };
  return absl::StrCat(
      Printable(verb.name), ": ",
      line(quota.statements, quota.limits.max_statements, " statements"), "; ",
      line(quota.bytes, quota.limits.max_bytes, " bytes"), "\n");
}

absl::StatusOr<std::string> Answer(const TenantsVerb& verb,
                                   const std::string& directory) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenEngine(directory, /*create=*/false);
  if (!engine.ok()) return engine.status();
  if (verb.action == TenantsVerb::Action::kList) {
    const auto tenants = (*engine)->ListTenants();
    if (!tenants.ok()) return tenants.status();
    return verb.json ? ListJson(*tenants) : ListText(*tenants);
  }
  absl::StatusOr<Quota> quota = QuotaOf(**engine, verb.name);
  if (!quota.ok()) return quota.status();
  if (verb.max_statements || verb.max_bytes) {
    if (absl::Status changed = Change(verb, **engine, quota->limits);
        !changed.ok()) {
      return changed;
    }
    quota = QuotaOf(**engine, verb.name);
    if (!quota.ok()) return quota.status();
  }
  return QuotaText(verb, *quota);
}

}  // namespace

int RunTenants(const TenantsVerb& verb) {
  const absl::StatusOr<std::string> directory = DataDirectoryOf(verb.data);
  if (!directory.ok())
    return FailUsage("tenants", std::string(directory.status().message()));
  ExitOnInterrupt();
  const absl::StatusOr<std::string> answer = Answer(verb, *directory);
  return answer.ok() ? PrintResult(*answer) : Fail(answer.status());
}

}  // namespace skg::cli
