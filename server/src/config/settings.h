// What the daemon is told: from flags, the environment, a TOML file, defaults.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "skg/statement.h"

namespace skg::server {

// The command line's part, as typed: the texts are checked with all others, so
// that a bad value is reported in one manner wherever it stands.
struct FlagValues {
  std::optional<std::string> config_file;  // --config
  std::optional<std::string> data_dir;     // --data
  std::optional<std::string> host;         // --host
  std::optional<std::string> port;         // --port
  std::optional<std::string> rate_limit;   // --rate-limit
  std::optional<std::string> log_level;    // --log-level
  std::optional<std::string> log_format;   // --log-format
  std::optional<std::string> durability;   // --durability
  bool no_auth = false;                    // --no-auth
};

enum class LogFormat { kJson, kConsole };
enum class LogThreshold { kDebug, kInfo, kWarning, kError };
enum class RateLimitAlgorithm { kFixedWindow, kTokenBucket };

// Limits of one family of paths.
struct PathLimits {
  uint32_t max_batch = 0;
  uint64_t max_results = 0;
  uint32_t max_subject_length = 0;  // in code points, as the two below
  uint32_t max_predicate_length = 0;
  uint32_t max_object_length = 0;
  bool plain_names_only = false;
};

struct Settings {
  // Process.
  std::string environment = "development";
  std::string api_version = "2.0.0";
  std::string data_dir;
  Durability durability = Durability::kSync;
  uint64_t memory_budget_bytes = 0;  // 0: a quarter of the machine
  // How long superseded states can be shown; zero: for ever.
  absl::Duration history_kept_for = absl::ZeroDuration();
  // What is kept of each graph's change log; 0 bytes: no cap.
  absl::Duration change_log_kept_for = absl::Hours(7 * 24);
  uint64_t change_log_max_bytes = uint64_t{1} << 30;

  // Listening.
  std::string host = "127.0.0.1";
  uint16_t port = 7777;  // 0: any free one
  uint32_t max_connections = 4096;
  // Threads that run handlers; they come with load and go when idle.
  uint32_t max_workers = 256;
  absl::Duration idle_timeout = absl::Seconds(75);
  // For a request's head, and between two reads of its body.
  absl::Duration read_timeout = absl::Seconds(10);
  // For a whole request, its body included.
  absl::Duration request_timeout = absl::Seconds(120);
  absl::Duration write_timeout = absl::Seconds(10);
  absl::Duration shutdown_timeout = absl::Seconds(10);
  std::vector<std::string> allowed_hosts = {"localhost", "127.0.0.1", "[::1]"};
  std::vector<std::string> cors_origins = {};

  // Who may do what.
  bool enable_auth = true;
  std::vector<std::string> api_key_hashes;  // "sha256:<hex>", lower case

  // Rates, per minute; 0: off.
  uint32_t rate_limit = 100;
  uint32_t rate_limit_burst = 20;  // the token bucket's capacity
  absl::Duration rate_limit_backoff = absl::Seconds(60);
  RateLimitAlgorithm rate_limit_algorithm = RateLimitAlgorithm::kFixedWindow;

  // Sizes.
  uint64_t max_body_bytes = 16u << 20;
  uint64_t max_upload_bytes = uint64_t{1} << 30;  // of documents of a graph
  PathLimits v1 = {.max_batch = 100,
                   .max_results = 1000,
                   .max_subject_length = 500,
                   .max_predicate_length = 100,
                   .max_object_length = 500,
                   .plain_names_only = true};
  PathLimits v2 = {.max_batch = 1000,
                   .max_results = 10000,
                   .max_subject_length = 5000,
                   .max_predicate_length = 5000,
                   .max_object_length = 5000};
  uint32_t max_traversal_depth = 10;
  absl::Duration query_timeout = absl::Seconds(30);
  // Endpoints that SERVICE may ask; none: it is refused.
  std::vector<std::string> service_endpoints = {};

  // What is on.
  bool enable_batch_ops = true;
  bool enable_metrics = true;
  bool enable_vector_search = true;

  // Telling.
  LogThreshold log_level = LogThreshold::kInfo;
  LogFormat log_format = LogFormat::kJson;
};

// The value of a variable of the environment, if it is set.
using Environment =
    std::function<std::optional<std::string>(const std::string& name)>;
[[nodiscard]] Environment ProcessEnvironment();

// Each setting from its flag, else the environment (names of
// libskg/docs/http-api.md, the SKG_ form first, a secret also from the file
// that NAME_FILE names), else the TOML file, else its default.
// Errors: kInvalidArgument; the message names the source of the bad value.
[[nodiscard]] absl::StatusOr<Settings> LoadSettings(
    const FlagValues& flags,
    const Environment& environment = ProcessEnvironment());

// Whether only this machine can reach a server that listens on `host`.
[[nodiscard]] bool IsLoopback(std::string_view host);

// Refuses what must not start: neither a key nor --no-auth (`stored_keys`
// tells how many the data directory holds), and --no-auth beyond loopback.
[[nodiscard]] absl::Status CheckStart(const Settings& settings,
                                      size_t stored_keys);

}  // namespace skg::server
