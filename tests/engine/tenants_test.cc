// Many graphs, tenants and quotas through the public API.
#include "engine/load_support.h"
#include "skg/quota.h"

namespace skg::test {
namespace {

TEST_CASE("a tenant's quota binds every door that writes") {
  TemporaryDirectory directory;
  auto engine = OpenEngine(directory / "data");
  REQUIRE_OK(engine->SetTenantQuota(
      "acme", {.max_statements = 3, .max_bytes = std::nullopt}));
  Graph graph = OpenGraph(*engine, "acme/crm");
  Graph free = OpenGraph(*engine);
  MustAddAll(graph, {Triple("a", "p", "b"), Triple("a", "p", "c")});

  const std::vector<NewStatement> two = {Triple("x", "p", "y"),
                                         Triple("x", "p", "z")};
  const absl::Status batch = graph.AddBatch(two).status();
  const auto exceeded = QuotaExceededOf(batch);
  REQUIRE(exceeded);
  CHECK(exceeded->owner == "tenant \"acme\"");
  CHECK(exceeded->resource == QuotaExceeded::Resource::kStatements);
  CHECK(exceeded->limit == 3);
  CHECK(exceeded->present == 2);
  CHECK(exceeded->wanted == 2);

  auto transaction = graph.Begin();
  REQUIRE_OK(transaction);
  for (const NewStatement& statement : two)
    REQUIRE_OK(transaction->Add(statement));
  CHECK(QuotaExceededOf(graph.Apply(*std::move(transaction)).status()));

  const std::string text =
      "<urn:x:1> <urn:x:p> \"1\" .\n"
      "<urn:x:2> <urn:x:p> \"2\" .\n";
  LoadOptions options;
  options.format = Format::kNTriples;
  CHECK(QuotaExceededOf(graph.Load(TextSource(text), options).status()));
  REQUIRE_OK(free.Load(TextSource(text), options).status());
  CHECK(MustCount(graph) == 2);
  REQUIRE_OK(graph.Add(two[0]).status());
  REQUIRE_OK(graph.Remove("a", "p", "b").status());
  REQUIRE_OK(graph.Add(two[1]).status());
  CHECK(MustCount(graph) == 3);
}

TEST_CASE("quotas are kept and told, by tenant and by graph") {
  TemporaryDirectory directory;
  const QuotaLimits limits{.max_statements = 100, .max_bytes = 1 << 30};
  {
    auto engine = OpenEngine(directory / "data");
    Graph one = OpenGraph(*engine, "acme/one");
    Graph two = OpenGraph(*engine, "acme/two");
    Graph other = OpenGraph(*engine, "beta/main");
    MustAdd(one, Triple("a", "p", "b"));
    MustAdd(two, Triple("a", "p", "b"));
    REQUIRE_OK(engine->SetTenantQuota("acme", limits));
    REQUIRE_OK(engine->SetGraphQuota("acme/two", limits));
    REQUIRE_OK(engine->SetTenantQuota("later", limits));
  }
  auto engine = OpenEngine(directory / "data");
  auto quota = engine->TenantQuota("acme");
  REQUIRE_OK(quota);
  CHECK(quota->limits == limits);
  CHECK(quota->statements == 2);
  quota = engine->GraphQuota("acme/two");
  REQUIRE_OK(quota);
  CHECK(quota->limits == limits);
  CHECK(quota->statements == 1);
  quota = engine->GraphQuota("acme/one");
  REQUIRE_OK(quota);
  CHECK(quota->limits == QuotaLimits{});

  auto tenants = engine->ListTenants();
  REQUIRE_OK(tenants);
  REQUIRE(tenants->size() == 3);
  CHECK((*tenants)[0].name == "acme");
  CHECK((*tenants)[0].graphs == 2);
  CHECK((*tenants)[0].statements == 2);
  CHECK((*tenants)[0].limits == limits);
  CHECK((*tenants)[1].name == "beta");
  CHECK((*tenants)[1].limits == QuotaLimits{});
  CHECK((*tenants)[2].name == "later");
  CHECK((*tenants)[2].graphs == 0);

  REQUIRE_OK(engine->SetTenantQuota("acme", {}));
  quota = engine->TenantQuota("acme");
  REQUIRE_OK(quota);
  CHECK(quota->limits == QuotaLimits{});
  for (const absl::Status& status :
       {engine->SetTenantQuota("Not a tenant", limits),
        engine->SetGraphQuota("a/b/c", limits),
        engine->TenantQuota("").status(),
        engine->GraphQuota("acme/").status()}) {
    CHECK(absl::IsInvalidArgument(status));
  }
}

TEST_CASE("many graphs are made in one call") {
  TemporaryDirectory directory;
  auto engine = OpenEngine(directory / "data");
  std::vector<std::string> names = {"one", "acme/two", "acme/two", ""};
  REQUIRE_OK(engine->CreateGraphs(names, {.base_namespace = "urn:b:"}));
  REQUIRE_OK(engine->CreateGraphs(names));
  auto graphs = engine->ListGraphs();
  REQUIRE_OK(graphs);
  REQUIRE(graphs->size() == 3);
  CHECK((*graphs)[0].tenant == "acme");
  CHECK((*graphs)[1].name == "main");
  CHECK((*graphs)[2].base_namespace == "urn:b:");
  CHECK((*graphs)[2].statements == 0);
  // One bad name: none is made.
  names = {"three", "no/such/name"};
  CHECK(absl::IsInvalidArgument(engine->CreateGraphs(names)));
  CHECK(absl::IsNotFound(engine->OpenGraph("three").status()));
  names = {"three"};
  CHECK(absl::IsInvalidArgument(
      engine->CreateGraphs(names, {.base_namespace = "not an IRI"})));
}

}  // namespace
}  // namespace skg::test
