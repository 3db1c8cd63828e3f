// Terms of megabytes at every door, and those that are too long.
#include <algorithm>
#include <string>
#include <thread>

#include "engine/load_support.h"
#include "skg/field_error.h"

namespace skg::test {
namespace {

constexpr size_t kBytes = 3 << 20;

// Text that is long, not made of one letter, and needs escapes here and there.
std::string LongText(size_t bytes, uint64_t stream) {
  auto random = Random(stream);
  std::string text;
  text.reserve(bytes + 16);
  while (text.size() < bytes) {
    text += random() % 50 == 0 ? "é\n\"" : "abcdefgh";
    text += static_cast<char>('a' + random() % 26);
  }
  return text;
}

std::string Escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '"') {
      out += "\\\"";
    } else if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

std::string Exported(const Graph& graph, Format format) {
  std::string text;
  ExportOptions options;
  options.format = format;
  ExportSink sink;
  sink.write = [&](std::string_view bytes) {
    text += bytes;
    return absl::OkStatus();
  };
  REQUIRE_OK(graph.Export(sink, options));
  return text;
}

TEST_CASE("terms of megabytes go in and come out by every door") {
  TestGraph test;
  const std::string literal = "\"" + Escaped(LongText(kBytes, 1)) + "\"";
  const std::string loaded = "\"" + Escaped(LongText(kBytes, 2)) + "\"@en";
  const std::string iri = "<urn:x:" + std::string(kBytes, 'i') + ">";

  MustAdd(test.graph, Triple("s", "p", literal));
  LoadOptions options;
  options.format = Format::kNTriples;
  REQUIRE_OK(
      LoadText(test.graph, iri + " <urn:skg:p> " + loaded + " .\n", options));
  auto transaction = test.graph.Begin();
  REQUIRE_OK(transaction);
  const std::string own = "\"" + Escaped(LongText(kBytes, 3)) + "\"";
  REQUIRE_OK(transaction->Add(Triple("t", "p", own)));
  REQUIRE_OK(test.graph.Apply(*std::move(transaction)));

  CHECK(Matches(test.graph, Where("s")).at(0).object == literal);
  CHECK(Matches(test.graph, Where("t")).at(0).object == own);
  CHECK(Matches(test.graph, Where(iri)).at(0).object == loaded);
  CHECK(MustCount(test.graph, Where({}, {}, literal)) == 1);
  // Differs from a stored one only at its very end.
  std::string other = literal;
  other[other.size() - 2] = other[other.size() - 2] == 'z' ? 'y' : 'z';
  CHECK(MustCount(test.graph, Where({}, {}, other)) == 0);
  auto query = test.graph.QueryJson(R"({"pattern": ["s", null, null]})");
  REQUIRE_OK(query);

  for (const Format format :
       {Format::kNTriples, Format::kTurtle, Format::kNQuads, Format::kJson}) {
    INFO(FormatName(format));
    const std::string text = Exported(test.graph, format);
    CHECK(text.size() > 4 * kBytes);
    Graph copy =
        OpenGraph(*test.engine, "copy" + std::string(FormatName(format)));
    LoadOptions again;
    again.format = format;
    REQUIRE_OK(LoadText(copy, text, again));
    // Matches come by commit, then by term numbers; megabytes are not printed.
    auto got = Texts(Matches(copy)), want = Texts(Matches(test.graph));
    std::sort(got.begin(), got.end());
    std::sort(want.begin(), want.end());
    CHECK((got == want));
  }
  REQUIRE_OK(test.graph.Compact());
  auto report = test.engine->Check(true);
  REQUIRE_OK(report);
  CHECK(report->findings.empty());
}

TEST_CASE("a term over the limit is refused with its field") {
  TemporaryDirectory directory;
  EngineOptions options;
  options.durability = Durability::kNone;
  options.max_term_bytes = 4096;
  auto engine = Engine::Open(directory / "data", options);
  REQUIRE_OK(engine);
  Graph graph = OpenGraph(**engine);
  const std::string fits = "\"" + std::string(4096, 'x') + "\"";
  const std::string longer = "\"" + std::string(4097, 'x') + "\"";
  const auto field = [](const absl::Status& status) {
    CHECK(absl::IsInvalidArgument(status));
    const std::vector<FieldError> errors = FieldErrors(status);
    REQUIRE(errors.size() == 1);
    CHECK(errors[0].type == "too_long");
    CHECK(errors[0].message.find("4097") != std::string::npos);
    CHECK(errors[0].message.find("4096") != std::string::npos);
    std::string path;
    for (const std::string& part : errors[0].path) path += "/" + part;
    return path;
  };
  MustAdd(graph, Triple("s", "p", fits));
  CHECK(field(graph.Add(Triple("s", "p", longer)).status()) == "/object");
  CHECK(field(graph
                  .AddBatch(std::vector{Triple("a", "p", "b"),
                                        Triple("a", "p", longer)})
                  .status()) == "/1/object");
  const std::string iri = "<urn:" + std::string(4093, 'i') + ">";
  CHECK(field(graph.Add(Triple(iri, "p", "o")).status()) == "/subject");
  CHECK(field(graph.Add(In(iri, Triple("s", "p", "o"))).status()) == "/graph");
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  CHECK(field(transaction->Add(Triple("s", iri, "o"))) == "/predicate");
  LoadOptions load;
  load.format = Format::kNTriples;
  const absl::Status loaded =
      LoadText(graph, "<urn:a> <urn:b> " + longer + " .\n", load).status();
  CHECK(absl::IsInvalidArgument(loaded));
  CHECK(Message(loaded).find("4097") != std::string::npos);
  CHECK(MustCount(graph) == 1);
  // What cannot be there may be asked for, and removed.
  CHECK(MustCount(graph, Where({}, {}, longer)) == 0);
  REQUIRE_OK(graph.Remove("s", "p", longer).status());
  for (const size_t limit : {size_t{0}, size_t{1023}, size_t{257} << 20}) {
    options.max_term_bytes = limit;
    CHECK(absl::IsInvalidArgument(
        Engine::Open(directory / "other", options).status()));
  }
}

// Loads and commits bring the same new names at the same time.
TEST_CASE("loads and commits at once never number a term twice") {
  TestGraph test;
  constexpr int kNames = 300;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      std::string text;
      for (int i = 0; i < kNames; ++i) {
        const std::string n = std::to_string(t == 0 ? i : kNames - 1 - i);
        text += "<urn:skg:n" + n + "> <urn:skg:load" + std::to_string(t) +
                "> \"a text of its own, " + n + "\" .\n";
      }
      LoadOptions options;
      options.format = Format::kNTriples;
      for (int round = 0; round < 3; ++round)
        (void)LoadText(test.graph, text, options);
    });
    threads.emplace_back([&, t] {
      for (int i = 0; i < kNames; ++i) {
        const int n = t == 0 ? i : (i * 7) % kNames;
        (void)test.graph.Add(
            Triple("n" + std::to_string(n), "add" + std::to_string(t),
                   "\"a text of its own, " + std::to_string(n) + "\""));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(MustCount(test.graph) == 4 * kNames);
  auto report = test.engine->Check(true);
  REQUIRE_OK(report);
  for (const CheckFinding& finding : report->findings)
    FAIL_CHECK(finding.message);
  CHECK(report->terms == 2 * kNames + 4);
}

}  // namespace
}  // namespace skg::test
