// The index of statement ids: its keys, and statements that share half an id.
#include "storage/statement_id.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "base/bytes.h"
#include "storage/keys.h"
#include "storage/store_fixture.h"

namespace skg::storage::test {
namespace {

StatementKey RandomStatement(std::mt19937_64& random) {
  const auto term = [&] {
    const uint64_t bits = random() >> (random() % 60);
    return TermId::Make(static_cast<rdf::TermTag>(1 + random() % 12), bits);
  };
  StatementKey key{.subject = term(), .predicate = term(), .object = term()};
  if (random() % 2 == 0) key.graph = term();
  if (random() % 2 == 0) key.edge = static_cast<uint32_t>(random());
  return key;
}

TEST_CASE("a key of the id index holds its statement") {
  std::mt19937_64 random = skg::test::Random(61);
  for (int i = 0; i < 20000; ++i) {
    const StatementKey statement = RandomStatement(random);
    const uint64_t id = random();
    std::string key = StatementIdKey(7, id, statement);
    REQUIRE(key.starts_with(StatementIdPrefix(7, id)));
    const auto read = StatementOfIdKey(key);
    REQUIRE(read.has_value());
    REQUIRE(*read == statement);
    // Damaged ones are another statement or none.
    key[random() % key.size()] = static_cast<char>(random());
    key.resize(random() % (key.size() + 2));
    static_cast<void>(StatementOfIdKey(key));
  }
  CHECK_FALSE(StatementOfIdKey("short"));
  CHECK_FALSE(StatementOfIdKey(StatementIdPrefix(1, 2)));
}

TEST_CASE("statements whose ids begin alike are told apart") {
  const auto store = OpenMemoryStore();
  const GraphStore graph = CreateGraph(*store);
  AddOne(graph, "a", "p", "o");
  AddOne(graph, "b", "p", "o");
  const ReadView before = *graph.Latest();
  const auto rows = AllRows(before);
  REQUIRE(rows.size() == 2);
  Uuid ids[2];
  for (size_t i = 0; i < 2; ++i) ids[i] = *before.StatementId(rows[i].key);
  // As if the id of the second began like that of the first.
  const auto batch = store->kv().NewBatch();
  batch->Put(Family::kStatementIds,
             StatementIdKey(graph.description().number, FirstHalf(ids[0]),
                            rows[1].key),
             {});
  REQUIRE_OK(store->kv().Write(*batch, WriteMode::kSync));

  const ReadView view = *graph.Latest();
  for (size_t i = 0; i < 2; ++i) {
    const auto found = view.FindById(ids[i]);
    REQUIRE_OK(found);
    REQUIRE(found->has_value());
    CHECK((*found)->key == rows[i].key);
  }
  Uuid other = ids[0];
  other.bytes[15] ^= 1;  // only the second half differs
  const auto none = view.FindById(other);
  REQUIRE_OK(none);
  CHECK_FALSE(none->has_value());
}

}  // namespace
}  // namespace skg::storage::test
