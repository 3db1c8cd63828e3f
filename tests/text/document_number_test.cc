#include "text/document_number.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "support/test_support.h"
#include "text/posting.h"

namespace skg::text {
namespace {

TEST_CASE("A statement with another text is another document",
          "[document_number]") {
  auto random = test::Random();
  std::set<uint64_t> documents;
  const uint64_t id = random();
  for (int i = 0; i < 100; ++i) {
    const uint64_t document = StatementDocument(id, std::to_string(i));
    REQUIRE(document == StatementDocument(id, std::to_string(i)));
    REQUIRE(MayBeOf(document, id));
    REQUIRE(!MayBeOf(document, id ^ (uint64_t{1} << 63)));
    documents.insert(document);
  }
  REQUIRE(documents.size() > 95);
  for (int i = 0; i < 100000; ++i) {
    REQUIRE(StatementDocument(~uint64_t{0}, std::to_string(i)) != kNoDocument);
  }
}

}  // namespace
}  // namespace skg::text
