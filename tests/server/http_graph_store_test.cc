// The Graph Store Protocol at /databases/{graph}/rdf-graph.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "auth/api_key.h"
#include "http/gzip.h"
#include "server/test_server.h"

namespace skg::test {
namespace {

constexpr char kStore[] = "/databases/main/rdf-graph";
constexpr char kLines[] = "application/n-triples";
constexpr char kTurtle[] = "text/turtle";
constexpr char kQuads[] = "application/n-quads";

std::string InGraph(const std::string& iri, const std::string& more = "") {
  return std::string(kStore) +
         "?graph=" + httplib::detail::encode_query_param(iri) + more;
}

std::string Lines(const TestServer& test, const std::string& target) {
  auto client = test.Client();
  const auto result = client.Get(target, {{"Accept", kLines}});
  REQUIRE(result);
  CHECK(result->status == 200);
  return result->body;
}

int64_t Count(const TestServer& test) {
  return BodyOf(test.Get("/stats"))["total_triples"].get<int64_t>();
}

TEST_CASE("PUT replaces a graph, POST adds to it, DELETE removes it") {
  const TestServer test;
  auto client = test.Client();
  const std::string g = InGraph("http://g.example/1");
  CHECK(client.Get(g)->status == 404);
  CHECK(client.Head(g)->status == 404);
  CHECK(client.Delete(g)->status == 404);

  CHECK(client.Put(g, "<a:s> <a:p> 1, 2 .", kTurtle)->status == 201);
  const auto replaced = client.Put(g, "<a:s> <a:p> 2, 3 .", kTurtle);
  CHECK(replaced->status == 200);
  CHECK(BodyOf(replaced)["commit"] == 2);
  const std::string integer = "\"^^<http://www.w3.org/2001/XMLSchema#integer>";
  CHECK(Lines(test, g) ==
        "<a:s> <a:p> \"2" + integer + " .\n<a:s> <a:p> \"3" + integer + " .\n");
  CHECK(BodyOf(client.Post(g, "<a:s> <a:p> 3, 4 .", kTurtle))["inserted"] == 1);
  CHECK(Count(test) == 3);
  // The default graph and other graphs are none of its business.
  CHECK(Lines(test, std::string(kStore) + "?default").empty());

  CHECK(client.Head(g)->status == 200);
  CHECK(BodyOf(client.Delete(g))["removed"] == 3);
  CHECK(client.Get(g)->status == 404);
  CHECK(Count(test) == 0);
}

TEST_CASE("the default graph is always there") {
  const TestServer test;
  auto client = test.Client();
  const std::string target = std::string(kStore) + "?default";
  CHECK(Lines(test, target).empty());
  CHECK(client.Put(target, "<a:s> <a:p> <a:o> .", kLines)->status == 200);
  CHECK(client.Put(InGraph("a:g"), "<a:s> <a:p> <a:x> .", kLines)->status ==
        201);
  CHECK(Lines(test, target) == "<a:s> <a:p> <a:o> .\n");
  CHECK(client.Put(target, "<a:s> <a:p> <a:y> .", kLines)->status == 200);
  CHECK(Lines(test, target) == "<a:s> <a:p> <a:y> .\n");
  CHECK(client.Delete(target)->status == 200);
  CHECK(Lines(test, target).empty());
  CHECK(Lines(test, InGraph("a:g")) == "<a:s> <a:p> <a:x> .\n");
}

TEST_CASE("all graphs together are read, replaced and removed as quads") {
  const TestServer test;
  auto client = test.Client();
  const std::string all = std::string(kStore) + "?all";
  CHECK(client
            .Put(all,
                 "<a:s> <a:p> <a:o> .\n<a:s> <a:p> <a:o> <a:g> .\n"
                 "<a:s> <a:p> <a:o> <a:h> .\n",
                 kQuads)
            ->status == 200);
  const auto quads = client.Get(all, {{"Accept", kQuads}});
  CHECK(quads->get_header_value("Content-Type") ==
        "application/n-quads; charset=utf-8");
  CHECK(std::count(quads->body.begin(), quads->body.end(), '\n') == 3);
  CHECK_THAT(client.Get(all)->get_header_value("Content-Type"),
             Catch::StartsWith("application/trig"));
  CHECK(client.Get(all, {{"Accept", kTurtle}})->status == 406);
  CHECK(client.Post(all, "<a:i> { <a:s> <a:p> <a:o> }", "application/trig")
            ->status == 200);
  CHECK(BodyOf(client.Put(all, "<a:g> { <a:s> <a:p> <a:q> }",
                          "application/trig"))["removed"] == 4);
  CHECK(client.Get(all, {{"Accept", kQuads}})->body ==
        "<a:s> <a:p> <a:q> <a:g> .\n");
  CHECK(client.Delete(all)->status == 200);
  CHECK(Count(test) == 0);
}

TEST_CASE("a path below the store is the graph of that URL") {
  const TestServer test;
  auto client = test.Client();
  const std::string path = std::string(kStore) + "/people/1.ttl";
  CHECK(client.Put(path, "<> <a:p> <#me>, <2.ttl> .", kTurtle)->status == 201);
  const std::string iri =
      "http://127.0.0.1:" + std::to_string(test.port()) + path;
  const std::string folder = iri.substr(0, iri.size() - 5);
  CHECK_THAT(Lines(test, InGraph(iri)),
             Catch::Contains("<" + iri + "> <a:p> <" + iri + "#me> .\n"));
  CHECK_THAT(Lines(test, InGraph(iri)),
             Catch::Contains("<" + iri + "> <a:p> <" + folder + "2.ttl> .\n"));
  CHECK(Lines(test, path) == Lines(test, InGraph(iri)));
  // Under another name for the store.
  const std::string based = path + "?base=http%3A%2F%2Fpublic.example%2Fd%2F";
  CHECK(client.Get(based)->status == 404);
  CHECK(client.Put(based, "<> <a:p> <a:o> .", kTurtle)->status == 201);
  const std::string graph = "http://public.example/d/people/1.ttl";
  CHECK(Lines(test, InGraph(graph)) == "<" + graph + "> <a:p> <a:o> .\n");
  CHECK(Lines(test, InGraph("people/1.ttl",
                            "&base=http%3A%2F%2Fpublic.example%2Fd%2F")) ==
        Lines(test, based));
}

TEST_CASE("what is posted to the store itself becomes a new graph") {
  const TestServer test;
  auto client = test.Client();
  const auto created = client.Post(kStore, "<> <a:p> <a:o> .", kTurtle);
  CHECK(created->status == 201);
  const std::string location = created->get_header_value("Location");
  const std::string origin = "http://127.0.0.1:" + std::to_string(test.port());
  REQUIRE(location.starts_with(origin + kStore + "/"));
  CHECK(Lines(test, location.substr(origin.size())) ==
        "<" + location + "> <a:p> <a:o> .\n");
}

TEST_CASE(
    "what is no request to a graph store is refused, and changes nothing") {
  const TestServer test(
      [](server::Settings& settings) { settings.max_upload_bytes = 10'000; });
  auto client = test.Client();
  const std::string g = InGraph("a:g");
  CHECK(client.Put(g, "<a:s> <a:p> <a:o> .", kLines)->status == 201);
  CHECK(client.Get(kStore)->status == 400);
  CHECK(client.Put(kStore, "", kTurtle)->status == 400);
  CHECK(client.Get(g + "&default")->status == 400);
  CHECK(client.Get(InGraph("relative"))->status == 400);
  CHECK(client.Get(InGraph("a:g", "&base=relative"))->status == 400);
  CHECK(client.Get(g + "&x=1")->status == 400);
  CHECK(client.Get(std::string(kStore) + "/x?default")->status == 400);
  CHECK(client.Get("/databases/absent/rdf-graph?default")->status == 404);
  CHECK(client.Get(g, {{"Accept", "text/html"}})->status == 406);
  CHECK(client.Put(g, "{}", "application/json")->status == 415);
  CHECK(client.Put(g, "<a:g> { <a:s> <a:p> <a:o> }", "application/trig")
            ->status == 415);
  CHECK(client.Put(g, "<a:s>", "text/turtle; charset=utf-16")->status == 415);
  CHECK(client.Patch(g, "", "application/sparql-update")->status == 405);
  const auto wrong =
      client.Put(g, "<a:s> <a:p> <a:q> .\n<a:s> <a:p .", kTurtle);
  CHECK(wrong->status == 400);
  CHECK_THAT(BodyOf(wrong)["detail"].get<std::string>(), Catch::Contains("2:"));
  CHECK(client.Put(g, std::string(10'001, '#'), kTurtle)->status == 413);
  CHECK(Lines(test, g) == "<a:s> <a:p> <a:o> .\n");
}

TEST_CASE("who may only read may not write to a graph store") {
  const std::string reader = server::GenerateApiKey();
  const TestServer test([&](server::Settings& settings) {
    auto read_only = server::MakeApiKeyRecord(reader, "public");
    read_only.roles = {"read:triples"};
    StoreKeys(settings, {read_only});
  });
  auto stranger = test.Stranger();
  const httplib::Headers key = {{"X-API-Key", reader}};
  const std::string target = std::string(kStore) + "?default";
  CHECK(stranger.Get(target)->status == 401);
  CHECK(stranger.Get(target, key)->status == 200);
  CHECK(stranger.Put(target, key, "", kTurtle)->status == 403);
  CHECK(stranger.Post(target, key, "", kTurtle)->status == 403);
  CHECK(stranger.Delete(target, key)->status == 403);
}

std::string ManyLines(int count) {
  std::string lines;
  for (int i = 0; i < count; ++i) {
    lines += "<http://example.org/subject/" + std::to_string(i) + "> <a:p> \"" +
             std::to_string(i) + "\" .\n";
  }
  return lines;
}

TEST_CASE("long documents come and go in pieces") {
  // More than the limit of other bodies, and than the server's memory.
  const TestServer test([](server::Settings& settings) {
    settings.max_body_bytes = 1'000'000;
    settings.memory_budget_bytes = 64u << 20;
  });
  auto client = test.Client();
  client.set_read_timeout(120);
  const int count = 60'000;
  const std::string lines = ManyLines(count);
  REQUIRE(lines.size() > 3'000'000);
  const std::string g = InGraph("a:g");
  const auto chunked = [&](size_t offset, httplib::DataSink& sink) {
    const size_t size = std::min<size_t>(10'000, lines.size() - offset);
    sink.write(lines.data() + offset, size);
    if (offset + size == lines.size()) sink.done();
    return true;
  };
  CHECK(client.Post(g, chunked, kLines)->status == 201);
  const std::string back = Lines(test, g);
  CHECK(std::count(back.begin(), back.end(), '\n') == count);
  // In place of what there was, by length; the connection goes on.
  const auto put = client.Put(g, lines + "<a:s> <a:p> <a:o> .\n", kLines);
  REQUIRE(put);
  CHECK(put->status == 200);
  CHECK(Count(test) == count + 1);
  const auto packed = client.Put(g, {{"Content-Encoding", "gzip"}},
                                 server::Gzip(lines), kLines);
  REQUIRE(packed);
  CHECK(packed->status == 200);
  CHECK(Count(test) == count);
}

TEST_CASE("a body that is cut off or badly framed changes nothing") {
  const TestServer test;
  const std::string head =
      "PUT " + InGraph("a:g") +
      " HTTP/1.1\r\nHost: localhost\r\nX-API-Key: " + kKey +
      "\r\nContent-Type: application/n-triples\r\n"
      "Transfer-Encoding: chunked\r\n\r\n";
  for (const std::string body :
       {"14\r\n<a:s> <a:p> <a:o> .\n\r\nxyz\r\n",
        "14\r\n<a:s> <a:p> <a:o> .\n--0\r\n\r\n", "fffffffffffffffff\r\n"}) {
    RawClient client(test.port());
    client.Send(head + body);
    CHECK_THAT(client.ReadUntil("}"), Catch::StartsWith("HTTP/1.1 400"));
  }
  RawClient whole(test.port());
  whole.Send(head + "14;x=y\r\n<a:s> <a:p> <a:o> .\n\r\n0\r\nA: b\r\n\r\n");
  CHECK_THAT(whole.ReadUntil("}"), Catch::StartsWith("HTTP/1.1 201"));
  CHECK(Count(test) == 1);
}

TEST_CASE("the parts of a form are written as one commit") {
  const TestServer test;
  auto client = test.Client();
  const std::string g = InGraph("a:g");
  const std::string type = "multipart/form-data; boundary=\"x y\"";
  const auto part = [](const std::string& content_type,
                       const std::string& text) {
    return "--x y\r\nContent-Disposition: form-data; name=\"n\"; "
           "filename=\"f\"\r\nContent-Type: " +
           content_type + "\r\n\r\n" + text + "\r\n";
  };
  // Blank nodes are each document's own.
  CHECK(client
            .Post(g,
                  part(kTurtle, "_:b <a:p> 1 .") +
                      part(kLines, "_:b <a:p> <a:o> .") + "--x y--",
                  type.c_str())
            ->status == 201);
  const auto count = client.Post(
      "/sparql",
      "SELECT (COUNT(DISTINCT ?s) AS ?n) { GRAPH <a:g> { ?s ?p ?o } }",
      "application/sparql-query");
  CHECK(BodyOf(count)["results"]["bindings"][0]["n"]["value"] == "2");
  const auto wrong = client.Put(
      g, part(kTurtle, "<a:s> <a:p> 1 .") + part(kTurtle, "<") + "--x y--",
      type.c_str());
  CHECK(wrong->status == 400);
  CHECK(client.Post(g, part(kTurtle, ""), type.c_str())->status == 400);
  CHECK(
      client.Post(g, part("text/html", "") + "--x y--", type.c_str())->status ==
      415);
  CHECK(Count(test) == 2);
}

}  // namespace
}  // namespace skg::test
