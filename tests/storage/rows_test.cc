// Formats of keys and values: inverse, ordered, and safe on any bytes.
#include "storage/rows.h"

#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "storage/keys.h"
#include "support/test_support.h"

namespace skg::storage::test {
namespace {

StatementKey RandomKey(std::mt19937_64& random) {
  const auto id = [&] { return TermId{random() >> (random() % 60)}; };
  return {id(), id(), id(), id(), static_cast<uint32_t>(random() % 3)};
}

TEST_CASE("a statement row decodes to what was encoded") {
  std::mt19937_64 random = skg::test::Random();
  const int64_t signs[] = {0,
                           1,
                           -1,
                           2,
                           -7,
                           std::numeric_limits<int64_t>::min(),
                           std::numeric_limits<int64_t>::max()};
  for (int i = 0; i < 2000; ++i) {
    RowValue row;
    row.operation = static_cast<RowOperation>(1 + random() % 3);
    row.sign = signs[random() % 7];
    row.triple_sign = signs[random() % 7];
    row.end = random() % 2 == 0 ? UINT64_MAX : random() >> (random() % 64);
    row.weight = random() % 2 == 0 ? 1.0f : 0.25f;
    row.has_record = random() % 2 == 0;
    char bytes[kMaxRowValueBytes];
    const size_t size = EncodeRow(row, bytes);
    REQUIRE(size <= kMaxRowValueBytes);
    RowValue back;
    REQUIRE(DecodeRow(std::string_view(bytes, size), &back));
    REQUIRE(back == row);
    REQUIRE_FALSE(DecodeRow(std::string_view(bytes, size - 1), &back));
  }
}

TEST_CASE("keys of each order sort as their statements do") {
  std::mt19937_64 random = skg::test::Random(1);
  for (int i = 0; i < 2000; ++i) {
    const StatementKey a = RandomKey(random), b = RandomKey(random);
    for (size_t o = 0; o < kOrderCount; ++o) {
      const auto order = static_cast<IndexOrder>(o);
      char x[kStatementBytes], y[kStatementBytes];
      StoreStatement(a, order, x);
      StoreStatement(b, order, y);
      REQUIRE(LoadStatement(order, x) == a);
      const TermId ta[] = {a.graph, a.subject, a.predicate, a.object};
      const TermId tb[] = {b.graph, b.subject, b.predicate, b.object};
      const auto sequence = [&](const TermId* t, uint32_t edge) {
        const auto& places = kOrderPlaces[o];
        return std::tuple(t[places[0]], t[places[1]], t[places[2]],
                          t[places[3]], edge);
      };
      REQUIRE((std::string_view(x, sizeof x) < std::string_view(y, sizeof y)) ==
              (sequence(ta, a.edge) < sequence(tb, b.edge)));
    }
    const DeltaKey newer(7, 1, IndexOrder::kGspo, a, 9),
        older(7, 1, IndexOrder::kGspo, a, 8);
    REQUIRE(newer.view() < older.view());
    REQUIRE(CommitOfDeltaKey(newer.view()) == 9);
  }
}

TEST_CASE("the documented row is the encoded row") {
  // The worked example of libskg/docs/formats.md.
  const StatementKey key{
      {}, {0x1000000000000001}, {0x1000000000000002}, {0x8800000000000007}, 0};
  const DeltaKey delta(3, 1, IndexOrder::kGpos, key, 5);
  const std::string expected(
      "\x00\x00\x00\x03\x00\x00\x00\x01\x01"
      "\x00\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\x02"
      "\x88\x00\x00\x00\x00\x00\x00\x07\x10\x00\x00\x00\x00\x00\x00\x01"
      "\x00\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\xfa",
      53);
  CHECK(std::string(delta.view()) == expected);
  RowValue row;
  row.sign = row.triple_sign = 1;
  row.weight = 0.5f;
  char bytes[kMaxRowValueBytes];
  CHECK(std::string(bytes, EncodeRow(row, bytes)) ==
        std::string("\x01\x95\x3f\x00\x00\x00", 6));
}

TEST_CASE("log entries of any size come back in chunks") {
  std::mt19937_64 random = skg::test::Random(2);
  for (const size_t count : {size_t{0}, size_t{1}, size_t{50}, size_t{20000}}) {
    std::vector<LoggedChange> changes;
    LogEncoder encoder(absl::FromUnixMicros(1234567), count);
    for (size_t i = 0; i < count; ++i) {
      LoggedChange change{static_cast<RowOperation>(1 + random() % 3),
                          RandomKey(random), random() % 2 == 0 ? 1.0f : 0.75f,
                          random() % 2 == 0};
      encoder.Add(change);
      changes.push_back(change);
    }
    const std::vector<std::string> chunks = encoder.Finish();
    std::vector<LoggedChange> back;
    for (size_t i = 0; i < chunks.size(); ++i) {
      REQUIRE(chunks[i].size() <= (1u << 20));
      REQUIRE_OK(DecodeLogChunk(chunks[i], i == 0, &back));
    }
    const auto header = DecodeLogHeader(chunks[0]);
    REQUIRE_OK(header);
    CHECK(header->change_count == count);
    CHECK(absl::ToUnixMicros(header->time) == 1234567);
    REQUIRE(back == changes);
  }
}

const ClearMark kClear{9, {GraphScope::kOne, {0x1000000000000004}}, 300};

TEST_CASE("the documented clears are the encoded ones") {
  // Of libskg/docs/formats.md.
  Manifest manifest;
  manifest.runs = {RunInfo{.number = 1, .rows = 400}};
  const std::string without = EncodeManifest(manifest);
  manifest.clears = {kClear};
  const std::string with = EncodeManifest(manifest);
  CHECK(without.front() == '\x01');
  CHECK(with.front() == '\x02');
  CHECK(with.substr(1) ==
        without.substr(1) +
            std::string("\x01\x09\xac\x02\x03\x10\0\0\0\0\0\0\x04\0", 14));
  const std::vector<std::string> chunks =
      LogEncoder(absl::FromUnixMicros(1000), 0, {ClearScope{}}, 5).Finish();
  CHECK(chunks == std::vector{std::string("\x03\xe8\x07\x05\x05\x01\0", 7)});
}

TEST_CASE("a log entry may clear and then change") {
  const std::vector<ClearScope> clears = {{GraphScope::kDefault, {}},
                                          kClear.scope};
  LogEncoder encoder(absl::FromUnixMicros(12), 1, clears, 4);
  const LoggedChange change{
      RowOperation::kInsertNew,
      {{}, {0x1000000000000001}, {0x1000000000000002}, {0x1000000000000003}}};
  encoder.Add(change);
  const std::vector<std::string> chunks = encoder.Finish();
  REQUIRE(chunks.size() == 1);
  const auto header = DecodeLogHeader(chunks[0]);
  REQUIRE_OK(header);
  CHECK(header->clears == clears);
  CHECK(header->cleared == 4);
  CHECK(header->change_count == 5);
  CHECK(header->listed() == 1);
  CHECK(header->unlisted());
  std::vector<LoggedChange> back;
  REQUIRE_OK(DecodeLogChunk(chunks[0], true, &back));
  CHECK(back == std::vector{change});
}

TEST_CASE("rows of every kind decode to what was encoded") {
  Head head;
  head.last_commit = 7;
  head.last_time_micros = 1700000000000000;
  head.next_term = 99;
  head.statements = 5;
  auto head_back = DecodeHead(EncodeHead(head));
  REQUIRE_OK(head_back);
  CHECK(*head_back == head);

  const RunInfo run{3, true, 9, 9, 9, 12, 4000, -2, -1, 7, 123456};
  const Manifest manifest{4, {{1, 0}, {7, 12}}, {run, RunInfo{}}, 9};
  auto manifest_back = DecodeManifest(EncodeManifest(manifest));
  REQUIRE_OK(manifest_back);
  CHECK(*manifest_back == manifest);
  Manifest cleared = manifest;
  cleared.clears = {kClear, {11, {GraphScope::kNamed, {}}, 1}};
  cleared.runs.back().clears_written = 9;
  manifest_back = DecodeManifest(EncodeManifest(cleared));
  REQUIRE_OK(manifest_back);
  CHECK(*manifest_back == cleared);

  Record record;
  record.created_commit = 3;
  record.metadata = R"({"a":1})";
  record.valid_from = absl::FromUnixMicros(-5);
  record.source = "a book";
  auto record_back = DecodeRecord(EncodeRecord(record));
  REQUIRE_OK(record_back);
  CHECK(*record_back == record);

  StoredResult stored{"hash", {}, {Outcome::kInserted, Outcome::kAbsent}};
  stored.result.commit = 12;
  stored.result.inserted = 1;
  auto stored_back = DecodeStoredResult(EncodeStoredResult(stored));
  REQUIRE_OK(stored_back);
  CHECK(stored_back->result.commit == 12);
  CHECK(stored_back->outcomes == stored.outcomes);
}

TEST_CASE("decoders answer any bytes with a value or kDataLoss") {
  std::mt19937_64 random = skg::test::Random(3);
  Manifest cleared;
  cleared.runs = {RunInfo{}};
  cleared.clears = {kClear};
  const std::vector<std::string> seeds = {
      EncodeHead(Head{}),
      EncodeManifest(Manifest{}),
      EncodeManifest(cleared),
      LogEncoder({}, 0, {kClear.scope, ClearScope{}}, 3).Finish().front(),
      EncodeCounts({3, 2}),
      EncodeRecord(Record{}),
      EncodeStoredResult({"h", {}, {Outcome::kInserted}})};
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = seeds[random() % seeds.size()];
    for (size_t n = random() % 4; n > 0 && !bytes.empty(); --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    bytes.resize(random() % (bytes.size() + 2));
    const absl::Status all[] = {
        DecodeHead(bytes).status(),         DecodeManifest(bytes).status(),
        DecodeCounts(bytes).status(),       DecodeRecord(bytes).status(),
        DecodeStoredResult(bytes).status(), DecodeLogHeader(bytes).status()};
    for (const absl::Status& status : all) {
      REQUIRE((status.ok() || absl::IsDataLoss(status)));
    }
    std::vector<LoggedChange> changes;
    const absl::Status log = DecodeLogChunk(bytes, random() % 2 == 0, &changes);
    REQUIRE((log.ok() || absl::IsDataLoss(log)));
    REQUIRE(changes.size() <= bytes.size());
  }
}

}  // namespace
}  // namespace skg::storage::test
