// The formats by name and by file name.
#include <array>
#include <cctype>
#include <string>

#include "skg/load.h"

namespace skg {
namespace {

struct FormatNames {
  Format format;
  std::string_view name;
  std::array<std::string_view, 3> others;  // also file name endings
};

constexpr FormatNames kFormats[] = {
    {Format::kNTriples, "ntriples", {"nt", "n-triples", ""}},
    {Format::kNQuads, "nquads", {"nq", "n-quads", ""}},
    {Format::kTurtle, "turtle", {"ttl", "", ""}},
    {Format::kTriG, "trig", {"", "", ""}},
    {Format::kRdfXml, "rdfxml", {"rdf", "owl", "rdf-xml"}},
    {Format::kTsv, "tsv", {"tab", "", ""}},
    {Format::kCsv, "csv", {"", "", ""}},
    {Format::kJson, "json", {"ndjson", "jsonl", ""}},
};

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

}  // namespace

std::optional<Format> FormatFromName(std::string_view name) {
  if (name.empty()) return std::nullopt;
  const std::string lower = LowerCase(name);
  for (const FormatNames& entry : kFormats) {
    if (lower == entry.name) return entry.format;
    for (const std::string_view other : entry.others) {
      if (lower == other) return entry.format;
    }
  }
  return std::nullopt;
}

std::optional<Format> FormatFromPath(std::string_view path) {
  std::string name = LowerCase(path.substr(path.find_last_of('/') + 1));
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  const size_t dot = name.find_last_of('.');
  // A name that only begins with a dot has no ending.
  if (dot == std::string::npos || dot == 0) return std::nullopt;
  return FormatFromName(std::string_view(name).substr(dot + 1));
}

std::string_view FormatName(Format format) {
  for (const FormatNames& entry : kFormats) {
    if (entry.format == format) return entry.name;
  }
  return "unknown";
}

}  // namespace skg
