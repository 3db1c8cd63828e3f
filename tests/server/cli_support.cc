#include "server/cli_support.h"

#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

namespace skg::test {

size_t LineCount(const std::string& text) {
  return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
}

bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

void WriteFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

void WriteGzipFile(const std::string& path, const std::string& text) {
  gzFile file = gzopen(path.c_str(), "wb");
  REQUIRE(file != nullptr);
  REQUIRE(gzwrite(file, text.data(), static_cast<unsigned>(text.size())) ==
          static_cast<int>(text.size()));
  REQUIRE(gzclose(file) == Z_OK);
}

std::string ReadText(const std::string& path) {
  auto text = ReadFile(path);
  REQUIRE_OK(text);
  return *text;
}

std::string MustRun(const Arguments& arguments, const ProcessOptions& options) {
  const ProcessResult result = RunSkg(arguments, options);
  INFO(result.err);
  REQUIRE(result.status == 0);
  CHECK(result.err.empty());
  return result.out;
}

std::string MustFail(const Arguments& arguments,
                     const ProcessOptions& options) {
  const ProcessResult result = RunSkg(arguments, options);
  INFO(result.out << result.err);
  CHECK(result.status == 1);
  CHECK(result.out.empty());
  CHECK(LineCount(result.err) == 1);
  CHECK(result.err.rfind(arguments[0] == "serve" ? "skg serve: " : "skg: ",
                         0) == 0);
  return result.err;
}

std::string CliPlace::File(const std::string& name,
                           const std::string& text) const {
  const std::string path = directory / name;
  if (name.ends_with(".gz")) {
    WriteGzipFile(path, text);
  } else {
    WriteFile(path, text);
  }
  return path;
}

nlohmann::json CliPlace::Stats(const Arguments& more) const {
  Arguments arguments = {"stats", "--data", data, "--results", "json"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return nlohmann::json::parse(MustRun(arguments));
}

uint64_t CliPlace::Statements(const std::string& graph) const {
  return Stats({"--graph", graph})["graphs"][0]["statements"].get<uint64_t>();
}

}  // namespace skg::test
