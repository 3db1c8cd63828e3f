// Cases of SPARQL Update.
#pragma once

#include <filesystem>
#include <string>

#include "nlohmann/json.hpp"

namespace skg {
class Engine;
}

namespace skg::test {

// Runs a case that has a text of an update: those of syntax are accepted or
// rejected as they must be, those of evaluation leave the expected dataset in a
// graph of `engine` that is theirs alone. Empty: it passes; else why not.
[[nodiscard]] std::string RunUpdateCase(Engine& engine,
                                        const std::filesystem::path& folder,
                                        const nlohmann::json& test_case);

}  // namespace skg::test
