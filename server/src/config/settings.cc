#include "config/settings.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "auth/api_key.h"
#include "config/toml_values.h"

namespace skg::server {
namespace {

using Setter = std::function<absl::Status(Settings&, const std::string&)>;

// One setting. `names` are those of the environment, the first that is set
// wins; `toml` is the key in the file.
struct Row {
  const char* toml;
  std::vector<const char*> names;
  bool secret;
  Setter set;
};

absl::Status Expected(absl::string_view what, const std::string& text) {
  return absl::InvalidArgumentError(
      absl::StrCat("expected ", what, ", got \"", text, "\""));
}

absl::StatusOr<uint64_t> ParseNumber(const std::string& text, uint64_t min,
                                     uint64_t max) {
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < min ||
      value > max) {
    return Expected(absl::StrCat("a whole number from ", min, " to ", max),
                    text);
  }
  return value;
}

template <typename T>
Setter Number(T Settings::*field, uint64_t min, uint64_t max) {
  return [=](Settings& settings, const std::string& text) {
    auto value = ParseNumber(text, min, max);
    if (value.ok()) settings.*field = static_cast<T>(*value);
    return value.status();
  };
}

template <typename T>
Setter Limit(PathLimits Settings::*family, T PathLimits::*field, uint64_t max) {
  return [=](Settings& settings, const std::string& text) {
    auto value = ParseNumber(text, 1, max);
    if (value.ok()) settings.*family.*field = static_cast<T>(*value);
    return value.status();
  };
}

// Seconds, also with a fraction.
Setter Seconds(absl::Duration Settings::*field, double min, double max) {
  return [=](Settings& settings, const std::string& text) -> absl::Status {
    double value = 0;
    if (!absl::SimpleAtod(text, &value) || !(value >= min) || !(value <= max)) {
      return Expected(absl::StrCat("seconds from ", min, " to ", max), text);
    }
    settings.*field = absl::Seconds(value);
    return absl::OkStatus();
  };
}

Setter Flag(bool Settings::*field) {
  return [=](Settings& settings, const std::string& text) -> absl::Status {
    if (!absl::SimpleAtob(text, &(settings.*field))) {
      return Expected("true or false", text);
    }
    return absl::OkStatus();
  };
}

Setter Text(std::string Settings::*field, size_t max) {
  return [=](Settings& settings, const std::string& text) -> absl::Status {
    if (text.empty() || text.size() > max ||
        std::any_of(text.begin(), text.end(), absl::ascii_iscntrl)) {
      return Expected(absl::StrCat("a text of 1 to ", max, " characters"),
                      text);
    }
    settings.*field = text;
    return absl::OkStatus();
  };
}

template <typename T>
Setter OneOf(T Settings::*field,
             std::vector<std::pair<std::string, T>> choices) {
  return [=](Settings& settings, const std::string& text) -> absl::Status {
    const std::string lower = absl::AsciiStrToLower(text);
    std::vector<std::string> names;
    for (const auto& [name, value] : choices) {
      if (name == lower) {
        settings.*field = value;
        return absl::OkStatus();
      }
      names.push_back(name);
    }
    return Expected(absl::StrCat("one of ", absl::StrJoin(names, ", ")), text);
  };
}

// A JSON array of strings or a comma list.
std::vector<std::string> SplitList(const std::string& text) {
  std::vector<std::string> items;
  const auto json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_array() && std::all_of(json.begin(), json.end(), [](auto& item) {
        return item.is_string();
      })) {
    for (const auto& item : json) items.push_back(item.get<std::string>());
    return items;
  }
  for (absl::string_view item : absl::StrSplit(text, ',')) {
    item = absl::StripAsciiWhitespace(item);
    if (!item.empty()) items.emplace_back(item);
  }
  return items;
}

Setter List(std::vector<std::string> Settings::*field) {
  return [=](Settings& settings, const std::string& text) {
    settings.*field = SplitList(text);
    return absl::OkStatus();
  };
}

// The value is not repeated in the message: it may be a key by mistake.
absl::Status SetKeyHashes(Settings& settings, const std::string& text) {
  for (const std::string& item : SplitList(text)) {
    auto hash = NormalizeKeyHash(item);
    if (!hash.ok()) return hash.status();
    settings.api_key_hashes.push_back(*std::move(hash));
  }
  return absl::OkStatus();
}

absl::Status SetGraphKey(Settings& settings, const std::string& text) {
  settings.api_key_hashes.push_back(HashApiKey(text));
  return absl::OkStatus();
}

absl::Status SetStringLength(Settings& settings, const std::string& text) {
  auto value = ParseNumber(text, 1, 1u << 20);
  if (!value.ok()) return value.status();
  settings.v2.max_subject_length = static_cast<uint32_t>(*value);
  settings.v2.max_predicate_length = static_cast<uint32_t>(*value);
  settings.v2.max_object_length = static_cast<uint32_t>(*value);
  return absl::OkStatus();
}

// "100", "100/minute", "100 per minute".
absl::Status SetRateLimit(Settings& settings, const std::string& text) {
  absl::string_view number = text;
  for (const char* unit : {"/minute", "/min", " per minute"}) {
    if (absl::ConsumeSuffix(&number, unit)) break;
  }
  auto value = ParseNumber(std::string(number), 0, 100'000'000);
  if (value.ok()) settings.rate_limit = static_cast<uint32_t>(*value);
  return value.status();
}

absl::Status SetWorkers(Settings& settings, const std::string& text) {
  auto value = ParseNumber(text, 0, 4096);
  if (!value.ok()) return value.status();
  if (*value != 0) settings.max_workers = static_cast<uint32_t>(*value);
  return absl::OkStatus();
}

std::vector<Row> ProcessRows() {
  return {
      {"environment",
       {"SKG_ENVIRONMENT", "ENVIRONMENT"},
       false,
       Text(&Settings::environment, 64)},
      {"version",
       {"SKG_VERSION", "VERSION"},
       false,
       Text(&Settings::api_version, 64)},
      {"data",
       {"SKG_DB_PATH", "SKG_DATA_DIR", "DATA_DIR", "SQLITE_PATH"},
       false,
       Text(&Settings::data_dir, 4096)},
      {"durability",
       {"SKG_DURABILITY"},
       false,
       OneOf<Durability>(&Settings::durability, {{"sync", Durability::kSync},
                                                 {"group", Durability::kGroup},
                                                 {"none", Durability::kNone}})},
      {"memory_budget_bytes",
       {"SKG_MEMORY_BUDGET_BYTES"},
       false,
       Number(&Settings::memory_budget_bytes, 0, uint64_t{1} << 50)},
      {"history_kept_for",
       {"SKG_HISTORY_KEPT_FOR"},
       false,
       Seconds(&Settings::history_kept_for, 0, 1e10)},
      {"change_log_kept_for",
       {"SKG_CHANGE_LOG_KEPT_FOR"},
       false,
       Seconds(&Settings::change_log_kept_for, 0, 1e10)},
      {"change_log_max_bytes",
       {"SKG_CHANGE_LOG_MAX_BYTES"},
       false,
       Number(&Settings::change_log_max_bytes, 0, uint64_t{1} << 50)},
      {"log_level",
       {"SKG_LOG_LEVEL", "LOG_LEVEL"},
       false,
       OneOf<LogThreshold>(&Settings::log_level,
                           {{"debug", LogThreshold::kDebug},
                            {"info", LogThreshold::kInfo},
                            {"warning", LogThreshold::kWarning},
                            {"error", LogThreshold::kError}})},
      {"log_format",
       {"SKG_LOG_FORMAT", "LOG_FORMAT"},
       false,
       OneOf<LogFormat>(
           &Settings::log_format,
           {{"json", LogFormat::kJson}, {"console", LogFormat::kConsole}})},
      {"enable_batch_ops",
       {"SKG_ENABLE_BATCH_OPS", "ENABLE_BATCH_OPS"},
       false,
       Flag(&Settings::enable_batch_ops)},
      {"enable_metrics",
       {"SKG_ENABLE_METRICS", "ENABLE_METRICS"},
       false,
       Flag(&Settings::enable_metrics)},
      {"enable_vector_search",
       {"SKG_ENABLE_VECTOR_SEARCH", "ENABLE_VECTOR_SEARCH",
        "VECTOR_SEARCH_ENABLED"},
       false,
       Flag(&Settings::enable_vector_search)},
  };
}

std::vector<Row> ListeningRows() {
  return {
      {"host", {"SKG_HOST", "HOST"}, false, Text(&Settings::host, 255)},
      {"port", {"SKG_PORT", "PORT"}, false, Number(&Settings::port, 0, 65535)},
      {"workers", {"SKG_WORKERS", "WORKERS"}, false, SetWorkers},
      {"max_connections",
       {"SKG_MAX_CONNECTIONS"},
       false,
       Number(&Settings::max_connections, 1, 1'000'000)},
      {"idle_timeout",
       {"SKG_IDLE_TIMEOUT"},
       false,
       Seconds(&Settings::idle_timeout, 0.1, 86400)},
      {"read_timeout",
       {"SKG_READ_TIMEOUT"},
       false,
       Seconds(&Settings::read_timeout, 0.1, 3600)},
      {"request_timeout",
       {"SKG_REQUEST_TIMEOUT"},
       false,
       Seconds(&Settings::request_timeout, 0.1, 86400)},
      {"write_timeout",
       {"SKG_WRITE_TIMEOUT"},
       false,
       Seconds(&Settings::write_timeout, 0.1, 3600)},
      {"shutdown_timeout",
       {"SKG_SHUTDOWN_TIMEOUT"},
       false,
       Seconds(&Settings::shutdown_timeout, 0, 3600)},
      {"allowed_hosts",
       {"SKG_ALLOWED_HOSTS", "ALLOWED_HOSTS"},
       false,
       List(&Settings::allowed_hosts)},
      {"service_endpoints",
       {"SKG_SERVICE_ENDPOINTS"},
       false,
       List(&Settings::service_endpoints)},
      {"cors_origins",
       {"SKG_CORS_ORIGINS", "CORS_ORIGINS"},
       false,
       List(&Settings::cors_origins)},
  };
}

std::vector<Row> AccessRows() {
  return {
      {"enable_auth",
       {"SKG_ENABLE_AUTH", "ENABLE_AUTH"},
       false,
       Flag(&Settings::enable_auth)},
      {"api_key_hash", {"SKG_API_KEY_HASH"}, true, SetKeyHashes},
      {"graph_api_key", {"GRAPH_API_KEY", "KUZU_API_KEY"}, true, SetGraphKey},
      {"rate_limit", {"SKG_RATE_LIMIT", "RATE_LIMIT"}, false, SetRateLimit},
      {"rate_limit_burst",
       {"SKG_RATE_LIMIT_BURST", "RATE_LIMIT_BURST"},
       false,
       Number(&Settings::rate_limit_burst, 1, 1'000'000)},
      {"rate_limit_backoff",
       {"SKG_RATE_LIMIT_BACKOFF", "RATE_LIMIT_BACKOFF"},
       false,
       Seconds(&Settings::rate_limit_backoff, 1, 86400)},
      {"rate_limit_algorithm",
       {"SKG_RATE_LIMIT_ALGORITHM"},
       false,
       OneOf<RateLimitAlgorithm>(
           &Settings::rate_limit_algorithm,
           {{"fixed_window", RateLimitAlgorithm::kFixedWindow},
            {"token_bucket", RateLimitAlgorithm::kTokenBucket}})},
  };
}

std::vector<Row> SizeRows() {
  constexpr uint64_t kMaxCount = 1'000'000;
  return {
      {"max_body_bytes",
       {"SKG_MAX_BODY_BYTES"},
       false,
       Number(&Settings::max_body_bytes, 1024, uint64_t{1} << 32)},
      {"max_upload_bytes",
       {"SKG_MAX_UPLOAD_BYTES"},
       false,
       Number(&Settings::max_upload_bytes, 1024, uint64_t{1} << 40)},
      {"v1.max_batch_size",
       {"SKG_MAX_BATCH_SIZE"},
       false,
       Limit(&Settings::v1, &PathLimits::max_batch, kMaxCount)},
      {"v1.max_results",
       {"SKG_MAX_RESULTS"},
       false,
       Limit(&Settings::v1, &PathLimits::max_results, kMaxCount)},
      {"max_batch_size",
       {"MAX_BATCH_SIZE"},
       false,
       Limit(&Settings::v2, &PathLimits::max_batch, kMaxCount)},
      {"max_query_results",
       {"SKG_MAX_QUERY_RESULTS", "MAX_QUERY_RESULTS"},
       false,
       Limit(&Settings::v2, &PathLimits::max_results, kMaxCount)},
      {"max_string_length",
       {"SKG_MAX_STRING_LENGTH", "MAX_STRING_LENGTH"},
       false,
       SetStringLength},
      {"max_traversal_depth",
       {"SKG_MAX_TRAVERSAL_DEPTH", "MAX_TRAVERSAL_DEPTH"},
       false,
       Number(&Settings::max_traversal_depth, 1, 1000)},
      {"query_timeout",
       {"SKG_QUERY_TIMEOUT", "QUERY_TIMEOUT"},
       false,
       Seconds(&Settings::query_timeout, 0.01, 86400)},
  };
}

const std::vector<Row>& AllRows() {
  static const auto* rows = [] {
    auto* all = new std::vector<Row>;
    for (auto group :
         {ProcessRows(), ListeningRows(), AccessRows(), SizeRows()}) {
      std::move(group.begin(), group.end(), std::back_inserter(*all));
    }
    return all;
  }();
  return *rows;
}

absl::Status From(const std::string& source, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(
      absl::StrCat(source, ": ", status.message()));
}

// A value and where it stands.
struct Sourced {
  std::string source;
  std::string text;
};

absl::StatusOr<std::string> ReadSecretFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(4096, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<size_t>(file.gcount()));
  absl::StripAsciiWhitespace(&text);
  if (text.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the file \"", path, "\" cannot be read or is empty"));
  }
  return text;
}

absl::StatusOr<std::optional<Sourced>> FromEnvironment(
    const Row& row, const Environment& environment) {
  for (const std::string name : row.names) {
    // An empty variable counts as absent: compose files often set them so.
    if (auto text = environment(name); text.has_value() && !text->empty()) {
      return Sourced{absl::StrCat("environment variable ", name), *text};
    }
    if (!row.secret) continue;
    const std::string file_name = name + "_FILE";
    if (auto path = environment(file_name);
        path.has_value() && !path->empty()) {
      auto text = ReadSecretFile(*path);
      const std::string source =
          absl::StrCat("environment variable ", file_name);
      if (!text.ok()) return From(source, text.status());
      return Sourced{source, *std::move(text)};
    }
  }
  return std::nullopt;
}

std::map<std::string, Sourced> FlagTexts(const FlagValues& flags) {
  std::map<std::string, Sourced> texts;
  const std::pair<const char*, const std::optional<std::string>*> all[] = {
      {"data", &flags.data_dir},
      {"host", &flags.host},
      {"port", &flags.port},
      {"rate_limit", &flags.rate_limit},
      {"log_level", &flags.log_level},
      {"log_format", &flags.log_format},
      {"durability", &flags.durability}};
  for (const auto& [key, value] : all) {
    if (!value->has_value()) continue;
    std::string flag = absl::StrCat("--", key);
    std::replace(flag.begin(), flag.end(), '_', '-');
    texts[key] = {flag, **value};
  }
  if (flags.no_auth) texts["enable_auth"] = {"--no-auth", "false"};
  return texts;
}

absl::StatusOr<std::map<std::string, Sourced>> FileTexts(
    const std::optional<std::string>& path) {
  std::map<std::string, Sourced> texts;
  if (!path.has_value()) return texts;
  auto values = ReadTomlValues(*path);
  if (!values.ok()) return values.status();
  for (TomlValue& value : *values) {
    const bool known =
        std::any_of(AllRows().begin(), AllRows().end(),
                    [&](const Row& row) { return value.key == row.toml; });
    const std::string source =
        absl::StrCat(*path, ":", value.line, ": ", value.key);
    if (!known) {
      return absl::InvalidArgumentError(absl::StrCat(
          source, ": no such setting (libskg/docs/http-api.md lists them)"));
    }
    texts[value.key] = {source, std::move(value.text)};
  }
  return texts;
}

}  // namespace

Environment ProcessEnvironment() {
  return [](const std::string& name) -> std::optional<std::string> {
    // Read at start, before there are threads that could change it.
    // NOLINTNEXTLINE(concurrency-mt-unsafe)
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

absl::StatusOr<Settings> LoadSettings(const FlagValues& flags,
                                      const Environment& environment) {
  const auto from_flags = FlagTexts(flags);
  const auto from_file = FileTexts(flags.config_file);
  if (!from_file.ok()) return from_file.status();

  Settings settings;
  for (const Row& row : AllRows()) {
    std::optional<Sourced> value;
    if (auto found = from_flags.find(row.toml); found != from_flags.end()) {
      value = found->second;
    }
    if (!value.has_value()) {
      auto found = FromEnvironment(row, environment);
      if (!found.ok()) return found.status();
      value = *std::move(found);
    }
    if (!value.has_value()) {
      if (auto found = from_file->find(row.toml); found != from_file->end()) {
        value = found->second;
      }
    }
    if (!value.has_value()) continue;
    const absl::Status set =
        From(value->source, row.set(settings, value->text));
    if (!set.ok()) return set;
  }
  return settings;
}

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host == "[::1]" ||
         (host.starts_with("127.") &&
          host.find_first_not_of("0123456789.") == std::string_view::npos);
}

absl::Status CheckStart(const Settings& settings, size_t stored_keys) {
  if (settings.enable_auth) {
    if (stored_keys > 0 || !settings.api_key_hashes.empty()) {
      return absl::OkStatus();
    }
    return absl::FailedPreconditionError(
        "no API key: run `skg keys create --data DIR`, or set "
        "SKG_API_KEY_HASH to a key's hash, or give --no-auth");
  }
  if (IsLoopback(settings.host)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("--no-auth works on loopback only, not on \"", settings.host,
                   "\": listen on 127.0.0.1 or use an API key"));
}

}  // namespace skg::server
