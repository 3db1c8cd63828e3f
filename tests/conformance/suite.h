// The conformance suites of the shared folder, and what is expected of them.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "nlohmann/json.hpp"

namespace skg::test {

// Empty: the case passes; else why it fails.
using RunCase = std::function<std::string(const std::filesystem::path& folder,
                                          const nlohmann::json& test_case)>;
using CaseFilter = std::function<bool(const nlohmann::json& test_case)>;

// Runs every case of `suite`, prints `suite passed/total`, and fails the Catch2
// case if a case fails that expectations.json does not list, passes although it
// is listed, if fewer pass than recorded there, or if the suite is missing
// though the shared folder is there. Without a shared folder it says so in one
// line and runs nothing. `aspect` is what of the suite is looked at, if not the
// whole: `suite aspect` is its name then in the output and in
// expectations.json. Cases that require what is listed there as not supported
// are skipped, and counted with the reason. `applies`: the cases that are of
// that aspect, if not all.
void RunSuite(const std::string& suite, const RunCase& run,
              const std::string& aspect = "",
              const CaseFilter& applies = nullptr);

}  // namespace skg::test
