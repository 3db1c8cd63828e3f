// The built `skg` program: what each verb prints, and how it ends.
#include <signal.h>
#include <sys/stat.h>
#include <zlib.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "server/cli_support.h"
#include "skg/engine.h"
#include "skg/version.h"
#include "support/test_support.h"

namespace skg::test {
namespace {

constexpr char kPeople[] =
    "@prefix : <urn:skg:> .\n:Curie :discovered :Radium, :Polonium ; :born "
    "\"1867\" .\n"
    ":Einstein :discovered :Relativity .\n";

// ---- help and usage --------------------------------------------------------

TEST_CASE("version and help") {
  CHECK(MustRun({"--version"}) == "skg " SKG_VERSION "\n");
  const std::string help = MustRun({"--help"});
  const std::vector<Arguments> verbs = {{"serve"},          {"load"},
                                        {"query"},          {"export"},
                                        {"stats"},          {"check"},
                                        {"backup"},         {"restore"},
                                        {"compact"},        {"clear"},
                                        {"tasks"},          {"tasks", "list"},
                                        {"tasks", "show"},  {"tasks", "cancel"},
                                        {"tasks", "prune"}, {"keys"},
                                        {"keys", "create"}};
  for (Arguments verb : verbs) {
    INFO(verb.front());
    CHECK(Contains(help, verb.front()));
    const bool runs = verb != Arguments{"keys"};
    verb.push_back("--help");
    const std::string text = MustRun(verb);
    CHECK(Contains(text, "--help"));
    if (runs) {
      CHECK(Contains(text, "--data"));
      CHECK(Contains(text, "Example"));
    }
  }
}

TEST_CASE("a wrong command line is status 2, and touches nothing") {
  const CliPlace place;
  const std::string file = place.File("people.ttl", kPeople);
  const std::string unknown = place.File("people.xyz", kPeople);
  const std::vector<std::pair<Arguments, std::string>> cases = {
      {{}, ""},
      {{"frobnicate"}, ""},
      {{"--frobnicate"}, ""},
      {{"load", "--data", place.data}, "load"},
      {{"load", file}, "load"},
      {{"load", "--data", place.data, "--frobnicate", file}, "load"},
      {{"load", "--data", place.data, "--format", "xml", file}, "load"},
      {{"load", "--data", place.data, "--durability", "maybe", file}, "load"},
      {{"load", "--data", place.data, unknown}, "load"},
      {{"load", "--data", place.data, "-"}, "load"},
      {{"load", "--data", place.data, "--format", "nt", "-", "-"}, "load"},
      {{"query", "--data", place.data}, "query"},
      {{"query", "{}"}, "query"},
      {{"query", "--data", place.data, "--file", file, "{}"}, "query"},
      {{"query", "--data", place.data, "--language", "sql", "{}"}, "query"},
      {{"query", "--data", place.data, "--results", "xml", "{}"}, "query"},
      {{"query", "--data", place.data, "--timeout", "soon", "{}"}, "query"},
      {{"query", "--data", place.data, "--timeout", "nan", "{}"}, "query"},
      {{"query", "--data", place.data, "--timeout", "-1", "{}"}, "query"},
      {{"export", "--data", place.data, "--format", "pdf"}, "export"},
      {{"export"}, "export"},
      {{"stats", "--results", "csv", "--data", place.data}, "stats"},
      {{"stats"}, "stats"},
      {{"check"}, "check"},
      {{"check", "--data"}, "check"},
      {{"tasks"}, "tasks"},
      {{"tasks", "--data", place.data, "--results", "xml"}, "tasks"},
      {{"tasks", "--data", place.data, "frobnicate"}, "tasks"},
      {{"tasks", "--data", place.data, "show"}, "tasks show"},
      {{"tasks", "--data", place.data, "show", "0"}, "tasks show"},
      {{"tasks", "--data", place.data, "show", "1x"}, "tasks show"},
      {{"tasks", "--data", place.data, "cancel", "18446744073709551616"},
       "tasks cancel"},
      {{"tasks", "--data", place.data, "prune", "1"}, "tasks prune"},
      {{"keys"}, "keys"},
      {{"keys", "create", "--tenant", "No Tenant"}, "keys create"},
      {{"keys", "create", "--roles", "everything"}, "keys create"},
      {{"serve", "--data", place.data, "--no-auth", "--port", "seventy"},
       "serve"},
      {{"serve", "--data", place.data, "--no-auth", "--rate-limit", "-1"},
       "serve"},
      {{"serve", "--data", place.data, "--no-auth", "--log-format", "xml"},
       "serve"},
  };
  for (const auto& [arguments, verb] : cases) {
    std::string line;
    for (const std::string& argument : arguments) line += argument + " ";
    INFO(line);
    const ProcessResult result = RunSkg(arguments);
    INFO(result.err);
    CHECK(result.status == 2);
    CHECK(result.out.empty());
    CHECK(LineCount(result.err) == 2);
    CHECK(result.err.rfind("skg: ", 0) == 0);
    CHECK(Contains(result.err,
                   "`skg" + (verb.empty() ? "" : " " + verb) + " --help`"));
  }
  CHECK_FALSE(std::filesystem::exists(place.data));
}

// ---- the verbs one after the other

TEST_CASE("load, query, stats, export, check") {
  const CliPlace place;
  const std::string file = place.File("people.ttl", kPeople);
  const std::string loaded = MustRun({"load", "--data", place.data, file});
  CHECK(loaded.rfind(file + ": 4 statements", 0) == 0);
  CHECK(Contains(loaded, "4 inserted (commit 1)\n"));
  CHECK(Contains(MustRun({"load", "--data", place.data, file}),
                 "0 inserted, 4 there already"));

  const std::string answer =
      MustRun({"query", "--data", place.data,
               R"({"pattern": ["Curie", "discovered", null]})"});
  const auto json = nlohmann::json::parse(answer);
  CHECK(json["total"] == 2);
  CHECK(json["results"][0]["subject"] == "Curie");

  const auto stats = place.Stats();
  CHECK(stats["graphs"].size() == 1);
  CHECK(stats["graphs"][0]["graph"] == "public/main");
  CHECK(stats["graphs"][0]["statements"] == 4);
  CHECK(stats["graphs"][0]["triples"] == 4);
  CHECK(stats["graphs"][0]["subjects"] == 2);
  CHECK(stats["graphs"][0]["predicates"] == 2);
  CHECK(stats["graphs"][0]["objects"] == 4);
  CHECK(stats["disk_bytes"].is_number_unsigned());
  const std::string table = MustRun({"stats", "--data", place.data});
  CHECK(Contains(table, "statements"));
  CHECK(Contains(table, "public/main"));

  const std::string triples =
      MustRun({"export", "--data", place.data, "--format", "nt"});
  CHECK(LineCount(triples) == 4);
  CHECK(Contains(
      triples,
      "<urn:skg:Einstein> <urn:skg:discovered> <urn:skg:Relativity> .\n"));

  for (const Arguments& arguments :
       {Arguments{"check", "--data", place.data},
        {"check", "--deep", "--data", place.data}}) {
    const std::string report = MustRun(arguments);
    CHECK(Contains(report, "no problem found"));
    CHECK(Contains(report, "4 statements"));
  }
}

// ---- query
// -------------------------------------------------------------------

TEST_CASE("query answers in four forms") {
  const CliPlace place;
  MustRun({"load", "--data", place.data, place.File("p.ttl", kPeople)});
  const std::string pattern = R"({"pattern": ["Curie", "born", null]})";
  const auto ask = [&](const std::string& form, const std::string& query) {
    return MustRun({"query", "--data", place.data, "--results", form, query});
  };
  CHECK(ask("csv", pattern) ==
        "subject,predicate,object,weight\r\nCurie,born,\"\"\"1867\"\"\",1\r\n");
  CHECK(ask("tsv", pattern) ==
        "subject\tpredicate\tobject\tweight\nCurie\tborn\t\"1867\"\t1\n");
  CHECK(ask("table", pattern) ==
        "subject  predicate  object  weight\n"
        "-------  ---------  ------  ------\n"
        "Curie    born       \"1867\"  1\n"
        "(1 row)\n");
  CHECK(nlohmann::json::parse(ask("json", pattern))["results"][0]["object"] ==
        "\"1867\"");
  CHECK(
      ask("csv", R"({"patterns": [{"subject": "?who", "predicate": "discovered",
                                     "object": "?what"}], "order_by": "object_asc"})") ==
      "who,what\r\nCurie,Polonium\r\nCurie,Radium\r\nEinstein,Relativity\r\n");
  CHECK(
      ask("tsv",
          R"({"start_entity": "Einstein", "max_depth": 1, "direction": "out"})") ==
      "source\tpredicate\ttarget\tdepth\tweight\nEinstein\tdiscovered\tRelativi"
      "ty\t1\t1\n");
}

TEST_CASE("query and export reach into the past") {
  const CliPlace place;
  MustRun({"load", "--data", place.data, place.File("p.ttl", kPeople)});
  MustRun({"load", "--data", place.data,
           place.File("q.ttl", "@prefix : <urn:skg:> .\n:Bohr :born 1885 .")});
  const auto answers = [&](const std::string& point, const std::string& more) {
    Arguments arguments = {
        "query",    "--data",
        place.data, "--results",
        "json",     R"({"pattern": [null, "born", null])" + more + "}"};
    if (!point.empty()) arguments.insert(arguments.end(), {"--as-of", point});
    return nlohmann::json::parse(MustRun(arguments))["total"].get<int>();
  };
  CHECK(answers("", "") == 2);
  CHECK(answers("2", "") == 2);
  CHECK(answers("1", "") == 1);
  CHECK(answers("2999-01-01", "") == 2);
  CHECK(answers("", R"(, "as_of": 1)") == 1);
  const Arguments query = {"query", "--data", place.data, "--as-of"};
  const auto with = [&](const std::string& point, const std::string& text) {
    Arguments all = query;
    all.insert(all.end(), {point, text});
    return all;
  };
  const std::string any = R"({"pattern": [null, null, null]})";
  CHECK(Contains(MustFail(with("3", any)), "its last one is 2"));
  CHECK(Contains(MustFail(with("2001-01-01T00:00:00Z", any)), "first commit"));
  CHECK(Contains(
      MustFail(with("1", R"({"pattern": [null, null, null], "as_of": 1})")),
      "as_of"));
  const ProcessResult usage = RunSkg(with("yesterday", any));
  CHECK(usage.status == 2);
  CHECK(Contains(usage.err, "commit number or an ISO 8601 time"));

  const std::string before = MustRun(
      {"export", "--data", place.data, "--format", "nt", "--as-of", "1"});
  CHECK(LineCount(before) == 4);
  CHECK(LineCount(
            MustRun({"export", "--data", place.data, "--format", "nt"})) == 5);
  CHECK(Contains(MustFail({"export", "--data", place.data, "--as-of", "8"}),
                 "no commit 8"));
}

TEST_CASE("query reads files and standard input") {
  const CliPlace place;
  MustRun({"load", "--data", place.data, place.File("p.ttl", kPeople)});
  const std::string query = R"({"pattern": [null, "discovered", null]})";
  const std::string file = place.File("q.json", query);
  const std::string want = MustRun({"query", "--data", place.data, query});
  const Arguments base = {"query",   "--data",    place.data, "--language",
                          "pattern", "--timeout", "60"};
  const auto with = [&](Arguments more) {
    more.insert(more.begin(), base.begin(), base.end());
    return more;
  };
  CHECK(MustRun(with({"--file", file})) == want);
  CHECK(MustRun(with({"--file", "-"}), {.input = query}) == want);
  CHECK(MustRun(with({"-"}), {.input = query}) == want);
  CHECK(Contains(MustFail(with({"--file", place.directory / "none"})), "none"));
  MustFail(with({"{\"pattern\": [1]}"}));
  MustFail(with({"not json"}));
  CHECK(Contains(MustFail(with({"--graph", "acme/none", query})), "acme/none"));
}

TEST_CASE("no name can steer a terminal") {
  const CliPlace place;
  MustRun({"load", "--data", place.data,
           place.File("e.nt",
                      "<urn:skg:a%1B[2Jb> <urn:skg:p> <urn:skg:x%0Ay> .\n")});
  const std::string table =
      MustRun({"query", "--data", place.data, "--results", "table",
               R"({"pattern": [null, "p", null]})"});
  CHECK_FALSE(Contains(table, "\x1b"));
  CHECK(Contains(table, "\\u001b[2Jb"));
  CHECK(LineCount(table) == 4);
}

// ---- export
// ------------------------------------------------------------------

TEST_CASE(
    "export writes a file that appears complete, in the format of its name") {
  const CliPlace place;
  MustRun({"load", "--data", place.data, place.File("p.ttl", kPeople)});
  const std::string want =
      MustRun({"export", "--data", place.data, "--format", "nt"});
  const std::string nt = place.directory / "out.nt";
  WriteFile(nt, "old");
  CHECK(MustRun({"export", "--data", place.data, "--output", nt}).empty());
  CHECK(ReadText(nt) == want);
  const std::string packed = place.directory / "out.nt.gz";
  MustRun({"export", "--data", place.data, "--output", packed});
  CHECK(ReadText(packed) != "");
  {
    gzFile file = gzopen(packed.c_str(), "rb");
    char magic[2];
    CHECK(gzdirect(file) == 0);
    CHECK(gzread(file, magic, 2) == 2);
    gzclose(file);
  }
  for (const std::string name :
       {"c.ttl", "c.trig", "c.nq", "c.nt.gz", "c.rdf", "c.json", "c.tsv"}) {
    INFO(name);
    const std::string path = place.directory / name;
    MustRun({"export", "--data", place.data, "--output", path});
    const std::string copy = place.directory / ("copy-" + name);
    MustRun({"load", "--data", copy, path});
    CHECK(MustRun({"export", "--data", copy, "--format", "nt"}).size() ==
          want.size());
  }
  // A link stays a link.
  const std::string link = place.directory / "link.nt";
  std::filesystem::create_symlink(nt, link);
  WriteFile(nt, "old");
  MustRun({"export", "--data", place.data, "--output", link});
  CHECK(std::filesystem::is_symlink(link));
  CHECK(ReadText(nt) == want);
  CHECK(MustRun({"export", "--data", place.data, "--output", "/dev/null"})
            .empty());
  CHECK(MustRun({"export", "--data", place.data, "--output", "-", "--format",
                 "nt"}) == want);
}

TEST_CASE("an export that fails leaves nothing, and what was there before") {
  const CliPlace place;
  MustRun({"load", "--data", place.data,
           place.File("g.nq", "<urn:a> <urn:p> <urn:b> <urn:g> .\n")});
  const std::string out = place.directory / "out.nt";
  WriteFile(out, "old");
  CHECK(Contains(MustFail({"export", "--data", place.data, "--output", out}),
                 "nquads"));
  CHECK(ReadText(out) == "old");
  MustFail({"export", "--data", place.data, "--output",
            place.directory / "no/such/out.nq"});
  MustFail({"export", "--data", place.data, "--output",
            place.directory.path().string()});
  const ProcessResult full =
      RunSkg({"export", "--data", place.data, "--format", "nq"},
             {.output_path = "/dev/full"});
  CHECK(full.status == 1);
  CHECK(LineCount(full.err) == 1);
  size_t files = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(place.directory.path())) {
    files += entry.is_regular_file() ? 1 : 0;
  }
  CHECK(files == 2);  // g.nq and out.nt
}

std::string ManyStatements(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) {
    text += "subject" + std::to_string(i) + "\tpredicate\tobject" +
            std::to_string(i % 97) + "\n";
  }
  return text;
}

TEST_CASE("a reader that goes away ends an export quietly") {
  const CliPlace place;
  MustRun({"load", "--data", place.data,
           place.File("many.tsv", ManyStatements(20000))});
  SkgProcess process({"export", "--data", place.data, "--format", "nt"});
  CHECK(process.WaitForOutput(" .\n"));
  process.CloseOutput();
  const ProcessResult result = process.Wait();
  CHECK(result.status == 0);
  CHECK(result.err.empty());
}

TEST_CASE("Ctrl-C while exporting") {
  const CliPlace place;
  MustRun({"load", "--data", place.data, "--durability", "none",
           place.File("many.tsv", ManyStatements(60000))});
  SECTION("to a reader that does not read") {
    SkgProcess process({"export", "--data", place.data, "--format", "nt"});
    CHECK(process.WaitForOutput(" .\n"));
    process.Signal(SIGINT);
    const ProcessResult result = process.Wait();
    CHECK(result.status == 130);
    CHECK(LineCount(result.err) == 1);
  }
  SECTION("to a file") {
    const std::string folder = place.directory / "out";
    std::filesystem::create_directory(folder);
    SkgProcess process(
        {"export", "--data", place.data, "--output", folder + "/many.nt"});
    const auto deadline =
        std::chrono::steady_clock::now() + std::chrono::minutes(1);
    while (std::filesystem::is_empty(folder) &&
           std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    process.Signal(SIGINT);
    const ProcessResult result = process.Wait();
    INFO(result.err);
    CHECK(result.status == 130);
    CHECK(std::filesystem::is_empty(folder));
  }
}

// ---- bad data directories
// ----------------------------------------------------

TEST_CASE("a data directory that is none, is not there, or is in use") {
  const CliPlace place;
  const std::vector<Arguments> readers = {
      {"query", "{\"pattern\": [null, null, null]}"},
      {"export"},
      {"stats"},
      {"check"}};
  const auto each = [&](const std::string& directory) {
    for (Arguments arguments : readers) {
      arguments.insert(arguments.begin() + 1, {"--data", directory});
      INFO(arguments[0]);
      CHECK(Contains(MustFail(arguments), directory));
    }
  };
  each(place.directory / "none");
  CHECK_FALSE(std::filesystem::exists(place.directory / "none"));

  std::filesystem::create_directory(place.directory / "photos");
  WriteFile(place.directory / "photos/cat.jpg", "meow");
  each(place.directory / "photos");
  const std::string file = place.File("a.tsv", "a\tp\tb\n");
  MustFail({"load", "--data", place.directory / "photos", file});
  each(file);

  auto engine = Engine::Open(place.data);
  REQUIRE_OK(engine);
  each(place.data);
  for (Arguments arguments : readers) {
    arguments.insert(arguments.begin() + 1, {"--data", place.data});
    CHECK(Contains(MustFail(arguments), "--read-only"));
  }
  MustFail({"load", "--data", place.data, file});
  MustFail({"keys", "create", "--data", place.data});
  MustFail({"serve", "--data", place.data, "--no-auth", "--port", "0"});
}

TEST_CASE("a reader (--read-only) works beside a server, and without one") {
  const CliPlace place;
  MustRun({"load", "--data", place.data, place.File("a.tsv", "a\tp\tb\n")});
  const auto read_all = [&] {
    const auto run = [&](Arguments arguments) {
      arguments.insert(arguments.begin() + 1,
                       {"--read-only", "--data", place.data});
      return MustRun(arguments);
    };
    CHECK(Contains(run({"query", R"({"pattern": ["a", null, null]})"}), "b"));
    CHECK(run({"export", "--format", "tsv"}) == "a\tp\tb\t1\n");
    CHECK(Contains(run({"stats"}), "public/main"));
    CHECK(Contains(run({"check", "--deep"}), "no problem found"));
    CHECK(Contains(run({"tasks"}), "task"));
  };
  read_all();
  {
    SkgProcess server(
        {"serve", "--data", place.data, "--no-auth", "--port", "0"});
    REQUIRE(server.WaitForOutput("listening on"));
    read_all();
    server.Signal(SIGTERM);
    CHECK(server.Wait().status == 0);
  }
  CHECK(Contains(
      MustFail({"tasks", "prune", "--read-only", "--data", place.data}),
      "opened for reading"));
  MustFail({"stats", "--read-only", "--data", place.directory / "none"});
}

// ---- keys and serve
// ------------------------------------------------------------

TEST_CASE(
    "keys create prints a key and its hash, and stores it where asked to") {
  const CliPlace place;
  const std::string text = MustRun({"keys", "create"});
  REQUIRE(LineCount(text) == 2);
  CHECK(text.rfind("key:  skg_", 0) == 0);
  CHECK(Contains(text, "\nhash: sha256:"));
  CHECK(text != MustRun({"keys", "create"}));

  const std::string stored =
      MustRun({"keys", "create", "--data", place.data, "--tenant", "acme",
               "--roles", "read:triples,write:triples"});
  CHECK(Contains(stored, "stored for tenant acme"));
  const std::string key = stored.substr(6, stored.find('\n') - 6);
  auto engine = Engine::Open(place.data);
  REQUIRE_OK(engine);
  auto settings = (*engine)->ListSettings("");
  REQUIRE_OK(settings);
  REQUIRE(settings->size() == 1);
  auto record = (*engine)->GetSetting(settings->front());
  REQUIRE_OK(record);
  CHECK(Contains(*record, "acme"));
  CHECK_FALSE(Contains(*record, key));
}

TEST_CASE("serve says where it listens, and ends on a signal") {
  for (const int signal : {SIGTERM, SIGINT}) {
    const CliPlace place;
    SkgProcess process(
        {"serve", "--data", place.data, "--no-auth", "--port", "0"});
    CHECK(process.WaitForOutput("listening on http://127.0.0.1:"));
    process.Signal(signal);
    CHECK(process.Wait().status == 0);
  }
}

TEST_CASE("serve starts neither without a key nor open to the world") {
  const CliPlace place;
  MustFail({"serve", "--data", place.data, "--port", "0"});
  MustFail({"serve", "--data", place.data, "--port", "0", "--no-auth", "--host",
            "0.0.0.0"});
}

}  // namespace
}  // namespace skg::test
