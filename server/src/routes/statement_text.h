// Statements and their parts as the routes show them.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "skg/statement.h"

namespace skg::server {

// The shortest decimal that gives the float back: 0.9, not 0.8999999761.
[[nodiscard]] nlohmann::ordered_json WeightJson(float weight);

// "2024-01-15T10:30:00Z", with a fraction where there is one.
[[nodiscard]] std::string TimeText(absl::Time time);

// The whole record; metadata only where asked for.
[[nodiscard]] nlohmann::ordered_json StatementJson(const Statement& statement,
                                                   bool metadata);

// One version of a statement, as its history lists them.
[[nodiscard]] nlohmann::ordered_json VersionJson(const Change& change);

// Empty and "*" stand for everything.
[[nodiscard]] std::optional<std::string> Wildcard(
    std::optional<std::string> text);

// "weight_desc" and such. False: no such order.
[[nodiscard]] bool ReadOrder(std::string_view text, MatchOptions& options);

}  // namespace skg::server
