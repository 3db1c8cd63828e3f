// Cases of SPARQL Query.
#pragma once

#include <filesystem>
#include <string>

#include "nlohmann/json.hpp"

namespace skg::test {

// Runs a case that has a text of a query: those of syntax are accepted or
// rejected as they must be, those of evaluation have the expected answer, also
// once it is written in the format of the expected one. Empty: it passes; else
// why not.
[[nodiscard]] std::string RunQueryCase(const std::filesystem::path& folder,
                                       const nlohmann::json& test_case);

}  // namespace skg::test
