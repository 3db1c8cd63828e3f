// `skg load`: what it takes, and what is there when it ends early.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "server/cli_support.h"

namespace skg::test {
namespace {

TEST_CASE(
    "load reads several files, gzip, standard input, and graphs of tenants") {
  const CliPlace place;
  const Arguments files = {
      place.File("a.nt", "<urn:skg:a> <urn:skg:p> <urn:skg:b> .\n"),
      place.File("b.nq.gz", "<urn:skg:c> <urn:skg:p> <urn:skg:d> .\n"),
      place.File("c.tsv", "e\tp\tf\n")};
  Arguments arguments = {"load", "--data", place.data, "--graph", "acme/crm"};
  arguments.insert(arguments.end(), files.begin(), files.end());
  CHECK(LineCount(MustRun(arguments)) == 3);
  CHECK(place.Statements("acme/crm") == 3);

  const std::string from_input =
      MustRun({"load", "--data", place.data, "--format", "tsv", "-"},
              {.input = "x\tp\ty\n"});
  CHECK(from_input.rfind("standard input: 1 statement", 0) == 0);
  CHECK(place.Statements() == 1);
  CHECK(place.Stats()["graphs"].size() == 2);
  // The environment may say where.
  CHECK(Contains(MustRun({"load", "--format", "ntriples", files[0]},
                         {.environment = {{"SKG_DATA_DIR", place.data}}}),
                 "1 inserted"));
  CHECK(place.Statements() == 2);
}

TEST_CASE("load takes tables") {
  const CliPlace place;
  const std::string csv =
      place.File("a.csv", "id,name,code\n1,Goroka,\\N\n2,\"Mad,ang\",MAG\n");
  MustRun({"load", "--data", place.data, "--key", "id", csv});
  CHECK(place.Statements() == 3);
  const std::string dat = place.File("b.dat", "7,x\n8,y\n");
  MustRun({"load", "--data", place.data, "--graph", "two", "--format", "csv",
           "--key", "2", "--columns", "n,code", dat});
  CHECK(
      Contains(MustRun({"export", "--data", place.data, "--graph", "two",
                        "--format", "tsv"}),
               "x\tn\t\"7\"^^<http://www.w3.org/2001/XMLSchema#integer>\t1\n"));
  MustRun({"load", "--data", place.data, "--graph", "three", "--named-graph",
           "g", "--base", "http://example.org/",
           place.File("r.ttl", "<a> <p> <b> .")});
  CHECK(Contains(
      MustRun({"export", "--data", place.data, "--graph", "three", "--format",
               "nq"}),
      "<http://example.org/a> <http://example.org/p> <http://example.org/b> "
      "<urn:skg:g> .\n"));
}

TEST_CASE("load keeps or replaces records as it is told") {
  const CliPlace place;
  const auto load = [&](const std::string& weight, const Arguments& more) {
    Arguments arguments = {"load", "--data", place.data};
    arguments.insert(arguments.end(), more.begin(), more.end());
    arguments.push_back(place.File("w.tsv", "a\tp\tb\t" + weight + "\n"));
    return MustRun(arguments);
  };
  CHECK(Contains(load("0.5", {}), "1 inserted"));
  CHECK(Contains(load("0.25", {"--skip-duplicates"}), "1 there already"));
  CHECK(Contains(load("0.25", {"--durability", "none"}), "1 replaced"));
  CHECK(Contains(load("0.75", {"--durability", "group"}), "1 replaced"));
  CHECK(MustRun({"export", "--data", place.data, "--format", "tsv"}) ==
        "a\tp\tb\t0.75\n");
}

TEST_CASE(
    "load of a malformed file says where, in one line, and loads nothing of "
    "it") {
  const CliPlace place;
  const std::string good = place.File("good.tsv", "a\tp\tb\n");
  const std::string bad = place.File("bad.tsv", "c\tp\td\ne\tp\n");
  const ProcessResult result =
      RunSkg({"load", "--data", place.data, good, bad});
  CHECK(result.status == 1);
  CHECK(LineCount(result.err) == 1);
  CHECK(result.err.rfind("skg: " + bad + ":2:1: ", 0) == 0);
  CHECK(place.Statements() == 1);

  const ProcessResult on =
      RunSkg({"load", "--data", place.data, "--continue-on-error", bad});
  CHECK(on.status == 0);
  CHECK(on.err.rfind(bad + ":2:1: skipped: ", 0) == 0);
  CHECK(LineCount(on.err) == 1);
  CHECK(Contains(on.out, "1 inserted, 1 skipped"));
  CHECK(place.Statements() == 2);
}

TEST_CASE("load checks its files before it loads the first") {
  const CliPlace place;
  const std::string good = place.File("good.tsv", "a\tp\tb\n");
  const std::string missing = place.directory / "missing.nt";
  CHECK(Contains(MustFail({"load", "--data", place.data, good, missing}),
                 missing));
  CHECK(Contains(MustFail({"load", "--data", place.data, "--format", "nt",
                           place.directory.path().string()}),
                 "directory"));
  CHECK_FALSE(std::filesystem::exists(place.data));
}

TEST_CASE("load of a truncated gzip file") {
  const CliPlace place;
  const std::string whole = place.File("a.tsv.gz", "a\tp\tb\nc\tp\td\n");
  std::string bytes;
  {
    std::ifstream in(whole, std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  const std::string cut = place.directory / "cut.tsv.gz";
  WriteFile(cut, bytes.substr(0, bytes.size() - 4));
  CHECK(Contains(MustFail({"load", "--data", place.data, cut}),
                 cut + ": the gzip data ends early"));
  CHECK(place.Statements() == 0);
}

TEST_CASE("Ctrl-C while loading leaves the graph as it was") {
  const CliPlace place;
  MustRun({"load", "--data", place.data, place.File("a.tsv", "a\tp\tb\n")});
  SkgProcess process({"load", "--data", place.data, "--format", "tsv", "-"});
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "s" + std::to_string(i) + "\tp\to\n";
  // More than a pipe holds: once it is taken, the load has begun.
  process.Write(many);
  process.Signal(SIGINT);
  const ProcessResult result = process.Wait();
  INFO(result.err);
  CHECK(result.status == 130);
  CHECK(result.out.empty());
  CHECK(LineCount(result.err) == 1);
  CHECK(place.Statements() == 1);
  CHECK(place.Stats()["graphs"][0]["last_commit"] == 1);
}

TEST_CASE("a large load that is stopped or killed leaves the graph as it was") {
  const CliPlace place;
  MustRun({"load", "--data", place.data, place.File("a.tsv", "a\tp\tb\n")});
  std::string many;
  for (int i = 0; many.size() < (size_t{3} << 20); ++i)
    many += "s" + std::to_string(i) + "\tp\to\n";
  for (const int signal : {SIGINT, SIGKILL}) {
    SkgProcess process({"load", "--data", place.data, "--format", "tsv", "-"});
    // More than a pipe holds: once it is taken, the load sorts.
    process.Write(many);
    process.Signal(signal);
    const ProcessResult result = process.Wait();
    INFO(result.err);
    if (signal == SIGINT) CHECK(result.status == 130);
    CHECK(result.out.empty());
    CHECK(place.Statements() == 1);
    MustRun({"check", "--deep", "--data", place.data});
  }
  CHECK(Contains(MustRun({"tasks", "--data", place.data}), "interrupted"));
  MustRun({"load", "--data", place.data, place.File("many.tsv", many)});
  CHECK(place.Statements() > 100000);
  MustRun({"check", "--deep", "--data", place.data});
}

}  // namespace
}  // namespace skg::test
