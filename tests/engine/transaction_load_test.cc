// Transaction::Load, exports of one graph, and relative IRIs.
#include <string>
#include <utility>

#include "engine/load_support.h"
#include "skg/iri.h"

namespace skg::test {
namespace {

Transaction Begin(Graph& graph) {
  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  return *std::move(transaction);
}

LoadOptions Into(std::string graph, Format format = Format::kTurtle) {
  LoadOptions options;
  options.format = format;
  options.graph = std::move(graph);
  options.base_iri = "http://example.org/";
  return options;
}

std::string ExportOne(const Graph& graph, const std::string& name,
                      Format format = Format::kNTriples) {
  std::string text;
  const ExportSink sink{[&](std::string_view bytes) {
    text.append(bytes);
    return absl::OkStatus();
  }};
  ExportOptions options;
  options.format = format;
  options.graph = name;
  REQUIRE_OK(graph.Export(sink, options));
  return text;
}

TEST_CASE("documents are loaded among a transaction's other changes") {
  TestGraph t;
  MustAddAll(t.graph, {Triple("a", "p", "b"), Triple("a", "p", "c", 0.5f)});
  Transaction transaction = Begin(t.graph);
  REQUIRE_OK(transaction.Remove("a", "p", "b"));
  const auto loaded = transaction.Load(
      TextSource("@prefix : <urn:skg:> . :a :p :c, <x> . _:b :p :d ."),
      Into(""));
  REQUIRE_OK(loaded);
  CHECK(loaded->statements == 3);
  // The second document's blank node is another one.
  REQUIRE_OK(transaction.Load(TextSource("_:b <urn:skg:p> <urn:skg:d> ."),
                              Into("g", Format::kNTriples)));
  CHECK(MustCount(transaction) == 4);
  CHECK(MustCount(t.graph) == 2);
  const auto result = t.graph.Apply(std::move(transaction));
  REQUIRE_OK(result);
  CHECK(result->inserted == 3);
  CHECK(result->removed == 1);
  // What was there keeps its weight.
  CHECK(Matches(t.graph, Where("a", "p", "c"))[0].weight == 0.5f);
  CHECK(MustCount(t.graph, Where("a", "p", "<http://example.org/x>")) == 1);
  CHECK(MustCount(t.graph, Where({}, {}, {}, "g")) == 1);
  CHECK(MustCount(t.graph, Where({}, "p", "d")) == 2);
}

TEST_CASE("a document that is wrong, or has no place in a transaction") {
  TestGraph t;
  Transaction transaction = Begin(t.graph);
  const auto wrong = transaction.Load(
      TextSource("<a:s> <a:p> <a:o> .\n<a:s> <a:p> .", "doc"), Into(""));
  CHECK(wrong.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(wrong.status().message()),
             Catch::Contains("doc") && Catch::Contains("2:"));
  CHECK(transaction.Load(TextSource("{}"), Into("", Format::kJson))
            .status()
            .code() == absl::StatusCode::kInvalidArgument);
  CHECK(
      transaction.Load(TextSource(""), Into("\"no graph\"")).status().code() ==
      absl::StatusCode::kInvalidArgument);
  LoadOptions relative = Into("");
  relative.base_iri = "x";
  CHECK(transaction.Load(TextSource(""), relative).status().code() ==
        absl::StatusCode::kInvalidArgument);
  LoadOptions cancelled = Into("");
  cancelled.progress = [](uint64_t, uint64_t) { return false; };
  CHECK(transaction.Load(TextSource("<a:s> <a:p> <a:o> ."), cancelled)
            .status()
            .code() == absl::StatusCode::kCancelled);
  CommitOptions keyed;
  keyed.idempotency_key = "key";
  CHECK(t.graph.Apply(std::move(transaction), keyed).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(MustCount(t.graph) == 0);
}

TEST_CASE("one graph is exported without its name") {
  TestGraph t;
  MustAddAll(t.graph, {Triple("a", "p", "b"), In("g", Triple("a", "p", "c")),
                       In("h", Triple("a", "p", "d"))});
  const auto line = [](const std::string& o) {
    return "<urn:skg:a> <urn:skg:p> <urn:skg:" + o + "> .\n";
  };
  CHECK(ExportOne(t.graph, "") == line("b"));
  CHECK(ExportOne(t.graph, "g") == line("c"));
  CHECK(ExportOne(t.graph, "<urn:skg:h>", Format::kNQuads) == line("d"));
  CHECK(ExportOne(t.graph, "g", Format::kTriG).find('{') == std::string::npos);
  CHECK(ExportOne(t.graph, "unheard").empty());
  const ExportSink sink{[](std::string_view) { return absl::OkStatus(); }};
  ExportOptions options;
  options.graph = "g";
  options.format = Format::kJson;
  CHECK(t.graph.Export(sink, options).status().code() ==
        absl::StatusCode::kInvalidArgument);
  options.format = Format::kTurtle;
  options.graph = "<bad iri>";
  CHECK(t.graph.Export(sink, options).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("IRIs are resolved against a base") {
  CHECK(ResolveIri("a:b", "").value() == "a:b");
  CHECK(ResolveIri("../c?d", "http://h/a/b/e").value() == "http://h/a/c?d");
  CHECK(ResolveIri("", "http://h/a#f").value() == "http://h/a");
  for (const auto& [reference, base] :
       {std::pair("x", ""), std::pair("x", "y"), std::pair("a b", "http://h/"),
        std::pair("a:b c", "")}) {
    CHECK(ResolveIri(reference, base).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace skg::test
