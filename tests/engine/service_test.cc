// SERVICE through QueryOptions::services and UpdateOptions::services.
#include <algorithm>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/open_graph.h"

namespace skg::test {
namespace {

using Rows = std::vector<std::vector<std::string>>;

constexpr char kFar[] = "http://far.example/sparql";

// Answers from a graph, and keeps what it was asked.
class GraphClient final : public ServiceClient {
 public:
  explicit GraphClient(Graph graph) : graph_(std::move(graph)) {}

  absl::StatusOr<ServiceAnswer> Ask(const ServiceRequest& request) override {
    asked.push_back(request);
    if (before) {
      absl::Status status = before(request);
      if (!status.ok()) return status;
    }
    auto result = graph_.Query(request.query);
    if (!result.ok()) return result.status();
    ServiceAnswer answer;
    answer.format = format;
    const auto as = format == ServiceAnswer::Format::kXml ? ResultFormat::kXml
                                                          : ResultFormat::kJson;
    const absl::Status written = result->Write(as, [&](std::string_view bytes) {
      answer.body.append(bytes);
      return absl::OkStatus();
    });
    if (!written.ok()) return written;
    return answer;
  }

  std::vector<ServiceRequest> asked;
  std::function<absl::Status(const ServiceRequest&)> before;
  ServiceAnswer::Format format = ServiceAnswer::Format::kJson;

 private:
  const Graph graph_;
};

// A graph here, and one behind kFar whose statements are also the named graph
// kFar here: what SERVICE answers can be asked of GRAPH.
struct TwoGraphs {
  TemporaryDirectory directory;
  std::unique_ptr<Engine> engine = OpenEngine(directory / "data");
  Graph here = OpenGraph(*engine, "here");
  Graph far = OpenGraph(*engine, "far");
  GraphClient client{far};

  void Add(const std::vector<NewStatement>& local,
           const std::vector<NewStatement>& remote) {
    MustAddAll(here, local);
    if (remote.empty()) return;
    MustAddAll(far, remote);
    std::vector<NewStatement> copy;
    for (const NewStatement& one : remote)
      copy.push_back(In(absl::StrCat("<", kFar, ">"), one));
    MustAddAll(here, copy);
  }

  absl::StatusOr<Rows> Ask(const std::string& text, QueryOptions options = {}) {
    options.services = &client;
    auto result = here.Query(text, options);
    if (!result.ok()) return result.status();
    Rows rows, batch;
    for (;;) {
      const auto more = result->Next(batch);
      if (!more.ok()) return more.status();
      if (!*more) break;
      rows.insert(rows.end(), batch.begin(), batch.end());
    }
    std::sort(rows.begin(), rows.end());
    return rows;
  }
  Rows MustAsk(const std::string& text) {
    auto rows = Ask(text);
    REQUIRE_OK(rows);
    return *std::move(rows);
  }
};

std::string Service(const std::string& pattern) {
  return absl::StrCat("SERVICE <", kFar, "> ", pattern);
}

TEST_CASE("SERVICE gives what GRAPH gives of the same statements") {
  TwoGraphs t;
  std::vector<NewStatement> local, remote;
  for (int i = 0; i < 60; ++i) {
    const std::string s = absl::StrCat("s", i);
    local.push_back(Triple(s, "p", absl::StrCat("x", i % 7)));
    if (i % 3 == 0) local.push_back(Triple(s, "q", absl::StrCat("s", i + 1)));
    if (i % 2 == 0) remote.push_back(Triple(s, "r", absl::StrCat("y", i % 5)));
    if (i % 5 == 0) remote.push_back(Triple(s, "r", "\"text\\n\\\"2\\\"\"@en"));
  }
  remote.push_back(Triple("x1", "r", "y1"));
  t.Add(local, remote);
  const auto format =
      GENERATE(ServiceAnswer::Format::kJson, ServiceAnswer::Format::kXml);
  t.client.format = format;
  for (const char* const shape :
       {"SELECT * { ?s :p ?x . % { ?s :r ?y } }",
        "SELECT * { % { ?s :r ?y } ?s :p ?x }",
        "SELECT * { ?s :p :x1 . % { ?s :r ?y } }",
        "SELECT * { ?s :p ?x OPTIONAL { % { ?s :r ?y } } }",
        "SELECT * { ?s :p ?x OPTIONAL { % { ?s :r ?y } FILTER(?y != :y1) } }",
        "SELECT * { ?s :p ?x OPTIONAL { ?s :q ?t } % { ?t :r ?y } }",
        "SELECT * { ?s :p ?x OPTIONAL { ?s :q ?t } OPTIONAL { % { ?t :r ?y "
        "} } }",
        "SELECT * { ?s :p ?x MINUS { % { ?s :r ?y } } }",
        "SELECT * { ?s :p ?x FILTER NOT EXISTS { % { ?s :r ?y } } }",
        "SELECT * { { ?s :p :x2 } UNION { % { ?s :r ?y } } }",
        "SELECT * { ?s :p ?x % { ?s :r ?y } FILTER(?x = :x3) }",
        "SELECT * { ?s :p ?x % { OPTIONAL { ?s :r ?y } } }",
        "SELECT * { ?s :p ?x % { OPTIONAL { ?s :r ?y } } FILTER(BOUND(?y)) }",
        "SELECT * { ?s :p ?x % { OPTIONAL { ?s :r ?y } } FILTER(!BOUND(?s)) }",
        "SELECT * { ?s :p ?x % { ?t :r ?y OPTIONAL { ?s :r ?y } } }",
        "SELECT * { ?s :p ?x % { { SELECT ?y { ?s :r ?y } } } }",
        "SELECT * { VALUES ?x { :x1 UNDEF } ?s :p ?x % { ?x :r ?y } }",
        "SELECT * { ?s :p ?x % { ?s :r ?y } % { ?x :r ?z } }",
        "SELECT ?x (COUNT(?y) AS ?n) { ?s :p ?x % { ?s :r ?y } } GROUP BY ?x",
        "SELECT * { ?s :absent ?x % { ?s :r ?y } }"}) {
    INFO(shape);
    const auto with = [&](const std::string& what) {
      std::string text = shape;
      for (size_t at = 0; (at = text.find('%')) != std::string::npos;)
        text.replace(at, 1, absl::StrCat(what, " <", kFar, ">"));
      return text;
    };
    CHECK(t.MustAsk(with("SERVICE")) == t.MustAsk(with("GRAPH")));
  }
}

// The values of parameters, told as VALUES, mean what they mean here.
TEST_CASE("SERVICE takes parameters as GRAPH does") {
  TwoGraphs t;
  t.Add({Triple("s1", "p", "x1"), Triple("s2", "p", "x2")},
        {Triple("s1", "r", "y1"), Triple("s2", "r", "y2"),
         Triple("x1", "r", "y1"), Triple("y1", "r", "z")});
  for (const char* const shape :
       {"SELECT * { % { ?s :r ?y } }", "SELECT ?y { % { ?s :r ?y } }",
        "SELECT * { ?s :p ?x % { ?s :r ?y } }",
        "SELECT * { ?a :p ?x OPTIONAL { % { ?s :r ?y } } }",
        "SELECT * { ?a :p ?x OPTIONAL { % { ?a :r ?s } } }",
        "SELECT * { ?x :p ?z % { ?s :r ?y OPTIONAL { ?s :q ?w } } }",
        "SELECT (COUNT(*) AS ?n) { % { ?a :r ?b FILTER(?a != ?c) ?s :r ?b "
        "} }",
        "SELECT * { ?a :p ?x MINUS { % { ?s :r ?y } } }",
        "SELECT * { ?a :p ?x FILTER EXISTS { % { ?s :r ?y } } }",
        "SELECT * { % { { SELECT ?s ?y { ?s :r ?y } } } }"}) {
    INFO(shape);
    const auto with = [&](const std::string& what) {
      std::string text = shape;
      text.replace(text.find('%'), 1, absl::StrCat(what, " <", kFar, ">"));
      return text;
    };
    for (const char* const value : {"s1", "x1", "nobody"}) {
      INFO(value);
      QueryOptions options;
      options.parameters = {{"s", value}};
      const auto far = t.Ask(with("SERVICE"), options);
      const auto here = t.Ask(with("GRAPH"), options);
      REQUIRE_OK(far);
      REQUIRE_OK(here);
      CHECK(*far == *here);
    }
  }
  // Where VALUES before the group would not reach.
  QueryOptions options;
  options.parameters = {{"s", "s1"}};
  for (const char* const group :
       {"{ { SELECT ?y { ?s :r ?y } } }", "{ ?a :r ?y OPTIONAL { ?s :r ?y } }",
        "{ ?a :r ?y MINUS { ?s :r ?y } }"}) {
    INFO(group);
    const absl::Status status =
        t.Ask(absl::StrCat("SELECT * { ", Service(group), " }"), options)
            .status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK_THAT(Message(status), Catch::Contains("SERVICE"));
  }
  // The endpoint itself.
  options.parameters = {{"e", absl::StrCat("<", kFar, ">")}};
  const auto named = t.Ask("SELECT ?y { SERVICE ?e { :s1 :r ?y } }", options);
  REQUIRE_OK(named);
  CHECK(*named == Rows{{"y1"}});
  options.parameters = {{"e", "\"no IRI\""}};
  CHECK(t.Ask("SELECT ?y { SERVICE ?e { :s1 :r ?y } }", options)
            .status()
            .code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("an endpoint is asked about the rows it is joined with, in blocks") {
  TwoGraphs t;
  std::vector<NewStatement> local, remote;
  for (int i = 0; i < 600; ++i) {
    local.push_back(Triple(absl::StrCat("s", i), "p", "o"));
    remote.push_back(Triple(absl::StrCat("s", i), "r", "y"));
  }
  remote.push_back(Triple("other", "r", "y"));
  t.Add(local, remote);
  const std::string join =
      absl::StrCat("SELECT * { ?s :p ?x ", Service("{ ?s :r ?y }"), " }");
  CHECK(t.MustAsk(join).size() == 600);
  CHECK(t.client.asked.size() == 3);
  for (const ServiceRequest& request : t.client.asked) {
    CHECK(request.endpoint == kFar);
    CHECK_THAT(request.query,
               Catch::StartsWith("SELECT * WHERE { VALUES (?s ) {"));
  }
  t.client.asked.clear();
  CHECK(t.MustAsk("SELECT * { VALUES ?s { :s1 :s2 :s3 } " +
                  Service("{ ?s :r ?y }") + " FILTER(STR(?y) != \"\") }")
            .size() == 3);
  REQUIRE(t.client.asked.size() == 1);
  CHECK_THAT(t.client.asked[0].query, Catch::Contains("VALUES"));
  t.client.asked.clear();
  CHECK(t.MustAsk("SELECT * { ?s :absent ?x " + Service("{ ?s :r ?y }") + " }")
            .empty());
  CHECK(t.client.asked.empty());
  // More than are read ahead.
  local.clear();
  for (int i = 0; i < 5000; ++i)
    local.push_back(Triple(absl::StrCat("t", i), "p", "o"));
  MustAddAll(t.here, local);
  CHECK(t.MustAsk(join).size() == 600);
  REQUIRE(t.client.asked.size() == 1);
  CHECK_THAT(t.client.asked[0].query, !Catch::Contains("VALUES"));
}

TEST_CASE("blank nodes of two documents are two nodes") {
  TwoGraphs t;
  MustAddAll(t.far, {Triple("_:b", "r", "y"), Triple("_:b", "r", "z")});
  auto labels = Matches(t.far);
  MustAddAll(t.here,
             {Triple(labels[0].subject, "p", "x"), Triple("c", "p", "x")});
  CHECK(t.MustAsk("SELECT * { ?s :p ?x " + Service("{ ?s :r ?y }") + " }")
            .empty());
  REQUIRE(t.client.asked.size() == 1);
  CHECK_THAT(t.client.asked[0].query, !Catch::Contains("VALUES"));
  // Within one answer they are what they are.
  CHECK(t.MustAsk("SELECT (COUNT(DISTINCT ?s) AS ?n) { " +
                  Service("{ ?s :r ?y }") + " }")[0][0] ==
        "\"1\"^^<http://www.w3.org/2001/XMLSchema#integer>");
}

TEST_CASE("SERVICE of a variable asks each endpoint that it is bound to") {
  TwoGraphs t;
  t.Add({Triple("a", "at", absl::StrCat("<", kFar, ">")),
         Triple("b", "at", absl::StrCat("<", kFar, ">")),
         Triple("c", "at", "<http://gone.example/>")},
        {Triple("a", "r", "y"), Triple("c", "r", "y")});
  t.client.before = [](const ServiceRequest& request) {
    return request.endpoint == kFar ? absl::OkStatus()
                                    : absl::UnavailableError("gone");
  };
  const auto failed = t.Ask("SELECT * { ?s :at ?e SERVICE ?e { ?s :r ?y } }");
  CHECK(failed.status().code() == absl::StatusCode::kUnknown);
  CHECK_THAT(std::string(failed.status().message()),
             Catch::Contains("<http://gone.example/>: gone"));
  CHECK(
      t.MustAsk("SELECT ?s ?y { ?s :at ?e SERVICE SILENT ?e { ?s :r ?y } }") ==
      Rows{{"a", "y"}, {"c", ""}});
  CHECK(t.Ask("SELECT * { SERVICE ?e { ?s :r ?y } }").status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(t.Ask("SELECT * { SERVICE SILENT ?e { ?s :r ?y } }").status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("SILENT passes over an endpoint's failure, not over a limit") {
  TwoGraphs t;
  t.Add({Triple("a", "p", "x"), Triple("b", "p", "x")},
        {Triple("a", "r", "y")});
  const std::string loud = "SELECT ?s ?y { ?s :p ?x SERVICE <" +
                           std::string(kFar) + "> { ?s :r ?y } }";
  std::string silent = loud;
  silent.replace(silent.find("SERVICE"), 7, "SERVICE SILENT");
  CHECK(t.MustAsk(silent) == Rows{{"a", "y"}});
  absl::Status failure = absl::InternalError("broken");
  t.client.before = [&](const ServiceRequest&) { return failure; };
  CHECK(t.Ask(loud).status().code() == absl::StatusCode::kUnknown);
  CHECK(t.MustAsk(silent) == Rows{{"a", ""}, {"b", ""}});
  failure = absl::FailedPreconditionError("not that one");
  CHECK(t.Ask(loud).status().code() == absl::StatusCode::kFailedPrecondition);
  failure = absl::ResourceExhaustedError("too long");
  CHECK(t.Ask(silent).status().code() == absl::StatusCode::kResourceExhausted);
  failure = absl::OkStatus();
  QueryOptions options;
  options.max_service_rows = 0;
  CHECK(t.Ask(silent, options).status().code() ==
        absl::StatusCode::kResourceExhausted);
  options = {};
  options.deadline = absl::Now() + absl::Milliseconds(50);
  t.client.before = [](const ServiceRequest& request) {
    while (!request.cancelled()) absl::SleepFor(absl::Milliseconds(1));
    return absl::CancelledError("nobody waits");
  };
  CHECK(t.Ask(silent, options).status().code() ==
        absl::StatusCode::kDeadlineExceeded);
  // Nobody to ask.
  CHECK(t.here.Query(silent)->rows() == 0);
  auto nobody = t.here.Query(loud);
  REQUIRE_OK(nobody);
  Rows rows;
  CHECK(nobody->Next(rows).status().code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("an answer that is none, or does not fit") {
  class Fixed final : public ServiceClient {
   public:
    absl::StatusOr<ServiceAnswer> Ask(const ServiceRequest& request) override {
      most_bytes = request.most_bytes;
      return answer;
    }
    ServiceAnswer answer;
    uint64_t most_bytes = 0;
  } client;
  TestGraph t;
  QueryOptions options;
  options.services = &client;
  options.memory_bytes = 1 << 20;
  const auto ask = [&](const std::string& body) {
    client.answer.body = body;
    auto result =
        t.graph.Query("SELECT * { SERVICE <a:b> { ?s ?p ?o } }", options);
    REQUIRE_OK(result);
    Rows rows;
    return result->Next(rows).status().code();
  };
  for (const char* const body :
       {"", "{", "<html/>", R"({"head":{},"boolean":true})",
        R"({"head":{"vars":["s"]},"results":{"bindings":[{"s":1}]}})"}) {
    INFO(body);
    CHECK(ask(body) == absl::StatusCode::kUnknown);
  }
  CHECK(client.most_bytes > 0);
  CHECK(client.most_bytes <= options.memory_bytes);
  CHECK(ask(R"({"head":{"vars":["s","z"]},"results":{"bindings":[{}]}})") ==
        absl::StatusCode::kOk);
  CHECK(ask(std::string(2 << 20, ' ')) == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("an update may ask endpoints in WHERE") {
  TwoGraphs t;
  t.Add({Triple("a", "p", "x")},
        {Triple("a", "r", "y"), Triple("b", "r", "y")});
  const std::string text = "INSERT { ?s :copied ?y } WHERE { ?s :p ?x " +
                           Service("{ ?s :r ?y }") + " }";
  CHECK(t.here.Update(text).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  UpdateOptions options;
  options.services = &t.client;
  const auto updated = t.here.Update(text, options);
  REQUIRE_OK(updated);
  CHECK(updated->inserted == 1);
  CHECK(MustCount(t.here, Where("a", "copied", "y")) == 1);
}

}  // namespace
}  // namespace skg::test
