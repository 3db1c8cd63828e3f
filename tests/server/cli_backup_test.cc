// `skg backup` and `skg restore`.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "server/cli_support.h"
#include "skg/backup.h"
#include "skg/engine.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

namespace fs = std::filesystem;
std::vector<std::string> NamesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

struct Place {
  Place() { Load("one"); }
  void Load(const std::string& object) const {
    const std::string file = directory / "in.ttl";
    std::ofstream(file) << "@prefix : <urn:skg:> .\n:a :p :" << object
                        << " .\n";
    MustRun({"load", "--data", data, file});
  }
  [[nodiscard]] static std::string Export(const std::string& from,
                                          const std::string& graph = "main") {
    return MustRun({"export", "--data", from, "--graph", graph});
  }

  TemporaryDirectory directory;
  std::string data = directory / "data";
  std::string backups = directory / "backups";
};

TEST_CASE("skg backup --to and skg restore --from") {
  const Place place;
  const std::string first =
      MustRun({"backup", "--data", place.data, "--to", place.backups});
  CHECK(Contains(first, "backup 1: "));
  const std::string one = Place::Export(place.data);
  place.Load("two");
  MustRun({"backup", "--data", place.data, "--to", place.backups});

  const std::string table =
      MustRun({"backup", "--to", place.backups, "--list"});
  CHECK(std::count(table.begin(), table.end(), '\n') == 3);
  const auto json = nlohmann::json::parse(MustRun(
      {"backup", "--to", place.backups, "--list", "--results", "json"}));
  REQUIRE(json["backups"].size() == 2);
  CHECK(json["backups"][1]["number"] == 2);
  CHECK(json["backups"][1]["bytes"] >= json["backups"][1]["new_bytes"]);
  CHECK(Contains(MustRun({"backup", "--to", place.backups, "--verify"}),
                 "no problem found"));

  const std::string target = place.directory / "restored";
  MustRun(
      {"restore", "--from", place.backups, "--number", "1", "--data", target});
  CHECK(Place::Export(target) == one);
  const ProcessResult again =
      RunSkg({"restore", "--from", place.backups, "--data", target});
  CHECK(again.status == 1);
  CHECK(Contains(again.err, "not empty"));
  const std::string newest = place.directory / "newest";
  MustRun({"restore", "--from", place.backups, "--data", newest});
  CHECK(Place::Export(newest) == Place::Export(place.data));
  MustRun({"check", "--data", newest, "--deep"});

  MustRun(
      {"backup", "--data", place.data, "--to", place.backups, "--keep", "1"});
  CHECK(ListBackups(place.backups)->size() == 1);
}

TEST_CASE("skg backup --verify tells what is damaged") {
  const Place place;
  MustRun({"backup", "--data", place.data, "--to", place.backups});
  for (const auto& entry :
       fs::recursive_directory_iterator(place.backups + "/000001.files")) {
    std::ofstream(entry.path(), std::ios::app) << "x";
    break;
  }
  const ProcessResult result =
      RunSkg({"backup", "--to", place.backups, "--verify"});
  CHECK(result.status == 1);
  CHECK(Contains(result.out, "backup 1: "));
  CHECK(Contains(result.err, "1 damaged file"));
  const ProcessResult restore = RunSkg(
      {"restore", "--from", place.backups, "--data", place.directory / "x"});
  CHECK(restore.status == 1);
  CHECK_FALSE(fs::exists(place.directory / "x"));
}

TEST_CASE("skg backup --output and skg restore --input") {
  const Place place;
  place.Load("two");
  for (const std::string name : {"graph.skg", "graph.skg.gz"}) {
    const std::string file = place.directory / name;
    CHECK(Contains(MustRun({"backup", "--data", place.data, "--output", file}),
                   "commit 2, "));
    const std::string other = place.directory / ("other-" + name);
    CHECK(Contains(MustRun({"restore", "--data", other, "--graph", "acme/copy",
                            "--input", file}),
                   "acme/copy: restored 2 statements (commit 2)"));
    CHECK(Place::Export(other, "acme/copy") == Place::Export(place.data));
    CHECK(MustRun({"export", "--data", other, "--graph", "acme/copy", "--as-of",
                   "1"}) ==
          MustRun({"export", "--data", place.data, "--as-of", "1"}));
    MustRun({"check", "--data", other, "--deep"});
  }
  // Through a pipe, as of a past commit, with ids of its own.
  ProcessOptions piped;
  piped.output_path = place.directory / "piped.skg";
  std::ofstream(piped.output_path).flush();
  MustRun({"backup", "--data", place.data, "--as-of", "1", "--output", "-"},
          piped);
  const auto bytes = ReadFile(piped.output_path);
  REQUIRE_OK(bytes);
  ProcessOptions input;
  input.input = *bytes;
  CHECK(Contains(MustRun({"restore", "--data", place.data, "--graph", "then",
                          "--new-uuid", "--no-check", "--input", "-"},
                         input),
                 "public/then: restored 1 statement (commit 1)"));
  const ProcessResult taken = RunSkg(
      {"restore", "--data", place.data, "--graph", "then", "--input", "-"},
      input);
  CHECK(taken.status == 1);
  CHECK(Contains(taken.err, "already"));
}

TEST_CASE("a damaged or foreign file is one line on standard error") {
  const Place place;
  const std::string file = place.directory / "graph.skg";
  MustRun({"backup", "--data", place.data, "--output", file});
  fs::resize_file(file, fs::file_size(file) - 3);
  const std::string foreign = place.directory / "in.ttl";
  for (const std::string& input : {file, foreign}) {
    const ProcessResult result = RunSkg(
        {"restore", "--data", place.data, "--graph", "copy", "--input", input});
    INFO(result.err);
    CHECK(result.status == 1);
    CHECK(std::count(result.err.begin(), result.err.end(), '\n') == 1);
  }
  CHECK(RunSkg({"restore", "--data", place.directory / "none", "--graph",
                "copy", "--input", place.directory / "no-such-file"})
            .status == 1);
  CHECK_FALSE(fs::exists(place.directory / "none"));
  CHECK(RunSkg({"export", "--data", place.data, "--graph", "copy"}).status ==
        1);
}

TEST_CASE("wrong options of backup and restore are status 2") {
  const Place place;
  const std::vector<Arguments> cases = {
      {"backup", "--data", place.data},
      {"backup", "--data", place.data, "--to", "b", "--output", "f"},
      {"backup", "--data", place.data, "--to", ""},
      {"backup", "--data", place.data, "--to", "b", "--graph", "main"},
      {"backup", "--data", place.data, "--to", "b", "--as-of", "1"},
      {"backup", "--data", place.data, "--to", "b", "--keep", "0"},
      {"backup", "--data", place.data, "--to", "b", "--keep", "many"},
      {"backup", "--data", place.data, "--to", "b", "--list", "--verify"},
      {"backup", "--data", place.data, "--to", "b", "--list", "--keep", "1"},
      {"backup", "--data", place.data, "--to", "b", "--results", "json"},
      {"backup", "--data", place.data, "--output", "f", "--keep", "1"},
      {"backup", "--data", place.data, "--output", "f", "--as-of", "soon"},
      {"backup", "--to", "b"},
      {"restore", "--data", place.data},
      {"restore", "--data", place.data, "--from", "b", "--input", "f"},
      {"restore", "--data", place.data, "--from", "b", "--graph", "g"},
      {"restore", "--data", place.data, "--from", "b", "--number", "-1"},
      {"restore", "--data", place.data, "--input", "f"},
      {"restore", "--data", place.data, "--input", "f", "--graph", "g",
       "--number", "1"},
      {"restore", "--data", place.data, "--from", "b", "--new-uuid"},
      {"restore", "--from", "b"}};
  const std::vector<std::string> before = NamesIn(place.directory.path());
  for (const Arguments& arguments : cases) {
    std::string line;
    for (const std::string& argument : arguments) line += argument + " ";
    INFO(line);
    const ProcessResult result = RunSkg(arguments);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(Contains(result.err, "skg " + arguments[0] + " --help"));
  }
  CHECK(NamesIn(place.directory.path()) == before);
}

TEST_CASE("Ctrl-C ends a restore and leaves no graph") {
  const Place place;
  const std::string file = place.directory / "graph.skg";
  MustRun({"backup", "--data", place.data, "--output", file});
  const auto bytes = ReadFile(file);
  REQUIRE_OK(bytes);
  SkgProcess restore(
      {"restore", "--data", place.data, "--graph", "copy", "--input", "-"});
  restore.Write(bytes->substr(0, bytes->size() / 2));
  usleep(300'000);
  restore.Signal(SIGINT);
  const ProcessResult result = restore.Wait();
  INFO(result.err);
  CHECK(result.status == 130);
  CHECK(RunSkg({"export", "--data", place.data, "--graph", "copy"}).status ==
        1);
  MustRun({"check", "--data", place.data, "--deep"});
  // Its task says so.
  const auto tasks = nlohmann::json::parse(
      MustRun({"tasks", "--data", place.data, "--json"}))["tasks"];
  REQUIRE(tasks.size() == 2);
  CHECK(tasks[0]["state"] == "succeeded");
  CHECK(tasks[1]["state"] == "cancelled");
}

TEST_CASE("Ctrl-C ends a backup to a pipe that nobody reads") {
  const Place place;
  {
    std::ofstream file(place.directory / "many.nt");
    for (int i = 0; i < 20000; ++i)
      file << "<urn:skg:s" << i << "> <urn:skg:p> \"text number " << i * 7919
           << " that takes its place\" .\n";
  }
  MustRun({"load", "--data", place.data, place.directory / "many.nt"});
  SkgProcess backup({"backup", "--data", place.data, "--output", "-"});
  usleep(700'000);
  backup.Signal(SIGINT);
  const ProcessResult result = backup.Wait();
  INFO(result.err);
  CHECK(result.status == 130);
}

TEST_CASE("a killed backup or restore leaves nothing half") {
  const Place place;
  MustRun({"backup", "--data", place.data, "--to", place.backups});
  const std::string file = place.directory / "graph.skg";
  MustRun({"backup", "--data", place.data, "--output", file});
  const auto bytes = ReadFile(file);
  REQUIRE_OK(bytes);
  {
    SkgProcess restore(
        {"restore", "--data", place.data, "--graph", "copy", "--input", "-"});
    restore.Write(bytes->substr(0, bytes->size() - 10));
    usleep(300'000);
    restore.Signal(SIGKILL);
    CHECK(restore.Wait().status == 1000 + SIGKILL);
  }
  CHECK(RunSkg({"export", "--data", place.data, "--graph", "copy"}).status ==
        1);
  const auto tasks = nlohmann::json::parse(
      MustRun({"tasks", "--data", place.data, "--json"}))["tasks"];
  CHECK(tasks.back()["kind"] == "restore");
  CHECK(tasks.back()["state"] == "interrupted");
  ProcessOptions input;
  input.input = *bytes;
  MustRun({"restore", "--data", place.data, "--graph", "copy", "--input", "-"},
          input);
  MustRun({"check", "--data", place.data, "--deep"});
  CHECK(ListBackups(place.backups)->size() == 1);
}

}  // namespace
}  // namespace skg::test
