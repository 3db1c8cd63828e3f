// Options that several verbs have, and checks of their values.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cli/verbs.h"
#include "skg/time_travel.h"

namespace skg::cli {

// The verb that was asked for; set while parsing.
using Chosen = std::function<int()>;

inline constexpr char kFormats[] =
    "turtle, ntriples, nquads, trig, rdfxml, tsv, csv, json";

// Checks give what is wrong with a text, or nothing.
[[nodiscard]] std::string CheckFormat(const std::string& text);
[[nodiscard]] std::string CheckSeconds(const std::string& text);
[[nodiscard]] std::string CheckTime(const std::string& text);
[[nodiscard]] std::string CheckNotEmpty(const std::string& text);
[[nodiscard]] std::string CheckCountingNumber(const std::string& text);
// 1, 2, ...; 0: `text` is no such number.
[[nodiscard]] uint64_t CountingNumberOf(const std::string& text);
[[nodiscard]] CLI::Validator OneOf(const std::vector<std::string>& choices);
[[nodiscard]] CLI::Validator Checked(
    std::string (*check)(const std::string& text));

// The parts of a list "a,b,c". (CLI11's own lists would also take the words
// that follow: the files.)
[[nodiscard]] std::vector<std::string> Split(const std::string& text);

CLI::App* AddVerb(CLI::App& app, const char* name, const char* description,
                  const char* footer);
void AddTarget(CLI::App& verb, Target& target);
void AddReadOnly(CLI::App& verb, bool& read_only);
CLI::Option* AddPoint(CLI::App& verb, const char* name,
                      std::function<void(PointInTime)> set,
                      const char* description);
void AddAsOf(CLI::App& verb, std::optional<PointInTime>& point);
void AddResults(CLI::App& verb, ResultFormat& results,
                const std::string& what =
                    "Form of the answer [table on a terminal, else json]",
                const std::vector<std::string>& names = {"json", "csv", "tsv",
                                                         "table"});
void AddCountingNumber(CLI::App& verb, const char* name, uint64_t& number,
                       const char* description);

}  // namespace skg::cli
