#include "text/document_number.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "storage/memory_kv.h"
#include "support/test_support.h"
#include "text/posting.h"

namespace skg::text {
namespace {

using rdf::TermId;
using rdf::TermTag;
using storage::StatementKey;

StatementKey Statement(uint64_t n) {
  StatementKey key;
  key.subject = TermId::Make(TermTag::kIri, n);
  key.predicate = TermId::Make(TermTag::kIri, 1);
  key.object = TermId::Make(TermTag::kInteger, n * n);
  return key;
}

TEST_CASE("a statement with another text is another document",
          "[document_number]") {
  std::set<uint64_t> documents;
  constexpr uint64_t kEach = 300;
  for (uint64_t n = 0; n < kEach; ++n) {
    for (uint64_t i = 0; i < kEach; ++i) {
      const TextHash text = HashText(std::to_string(i));
      const uint64_t document = StatementDocument(Statement(n), text);
      if (document != kNoDocument && IsStatementDocument(document))
        documents.insert(document);
    }
  }
  CHECK(documents.size() == kEach * kEach);
  // Everything about a statement counts.
  StatementKey other = Statement(1);
  const TextHash text = HashText("1");
  const uint64_t document = StatementDocument(other, text);
  CHECK(StatementDocument(Statement(1), HashText("1")) == document);
  other.edge = 1;
  CHECK(StatementDocument(other, text) != document);
  other = Statement(1);
  other.graph = TermId::Make(TermTag::kIri, 1);
  CHECK(StatementDocument(other, text) != document);
}

TEST_CASE("no term's number is that of a statement's document",
          "[document_number]") {
  auto random = test::Random();
  for (uint64_t tag = 1; tag < 16; ++tag) {
    for (const uint64_t payload :
         {uint64_t{0}, uint64_t{1}, TermId::kPayloadMask,
          random() & TermId::kPayloadMask}) {
      CHECK_FALSE(IsStatementDocument(
          TermId::Make(static_cast<TermTag>(tag), payload).bits));
    }
  }
}

TEST_CASE("a document's statements are found again", "[document_number]") {
  const auto kv = storage::MakeMemoryKv();
  const PostingIndex index{7, 2};
  StatementKey large;
  large.graph = TermId::Make(TermTag::kBlankNode, TermId::kPayloadMask);
  large.subject = TermId::Make(TermTag::kIri, TermId::kPayloadMask);
  large.predicate = TermId::Make(TermTag::kIri, 1);
  large.object = TermId::Make(TermTag::kShortString, TermId::kPayloadMask);
  large.edge = UINT32_MAX;
  const auto batch = kv->NewBatch();
  const auto put = [&](PostingIndex in, uint64_t document,
                       const StatementKey& statement) {
    batch->Put(storage::Family::kPostings,
               StatementOfDocumentKey(in, document, statement), {});
  };
  put(index, 5, Statement(1));
  put(index, 5, large);  // a number that two share
  put(index, 5, large);
  put(index, 6, Statement(2));
  put({7, 3}, 5, Statement(3));
  REQUIRE_OK(kv->Write(*batch, storage::WriteMode::kBuffered));
  auto found = StatementsOf(*kv, index, 5, nullptr);
  REQUIRE_OK(found);
  std::sort(found->begin(), found->end());
  CHECK(*found == std::vector{Statement(1), large});
  CHECK(StatementsOf(*kv, index, 6, nullptr)->size() == 1);
  CHECK(StatementsOf(*kv, index, 7, nullptr)->empty());

  batch->Clear();
  batch->Put(storage::Family::kPostings,
             KindPrefix(index, kStatementKind) + std::string(8, '\1') + "\x80",
             {});
  REQUIRE_OK(kv->Write(*batch, storage::WriteMode::kBuffered));
  CHECK(absl::IsDataLoss(
      StatementsOf(*kv, index, 0x0101010101010101, nullptr).status()));
}

}  // namespace
}  // namespace skg::text
