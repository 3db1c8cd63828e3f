// Packed blocks: whatever the rows are, they come back, the header tells the
// truth about them, and damaged bytes are refused.
#include "storage/block.h"

#include <catch2/catch.hpp>
#include <limits>

#include "absl/strings/escaping.h"
#include "block_support.h"
#include "storage/bit_packing.h"
#include "support/test_support.h"

namespace skg::storage::test {
namespace {

BlockHeader NaiveHeader(IndexOrder order, const std::vector<RunRow>& rows) {
  BlockHeader header;
  header.rows = static_cast<uint32_t>(rows.size());
  header.min_weight = std::numeric_limits<float>::infinity();
  header.max_weight = -std::numeric_limits<float>::infinity();
  header.all_live = header.one_version = true;
  header.min_commit = UINT64_MAX;
  header.min_term.fill({UINT64_MAX});
  const auto add = [](int64_t a, int64_t b) {
    return static_cast<int64_t>(static_cast<uint64_t>(a) +
                                static_cast<uint64_t>(b));
  };
  for (size_t i = 0; i < rows.size(); ++i) {
    const RunRow& row = rows[i];
    const TermId terms[] = {row.key.graph, row.key.subject, row.key.predicate,
                            row.key.object};
    for (size_t place = 0; place < 4; ++place) {
      const TermId term =
          terms[kOrderPlaces[static_cast<size_t>(order)][place]];
      header.min_term[place] = std::min(header.min_term[place], term);
      header.max_term[place] = std::max(header.max_term[place], term);
    }
    header.statements = add(header.statements, row.value.sign);
    header.triples = add(header.triples, row.value.triple_sign);
    header.min_commit = std::min(header.min_commit, row.commit);
    header.max_commit = std::max(header.max_commit, row.commit);
    header.max_end = std::max(header.max_end, row.value.end);
    if (row.value.weight == row.value.weight) {
      header.min_weight = std::min(header.min_weight, row.value.weight);
      header.max_weight = std::max(header.max_weight, row.value.weight);
    }
    if (row.value.operation == RowOperation::kRemove ||
        row.value.end != UINT64_MAX) {
      header.all_live = false;
    }
    if (i > 0 && row.key == rows[i - 1].key) header.one_version = false;
  }
  return header;
}

// Of `rows`, in the order's sequence.
TermId TermAt(IndexOrder order, const RunRow& row, size_t place) {
  const TermId terms[] = {row.key.graph, row.key.subject, row.key.predicate,
                          row.key.object};
  return terms[kOrderPlaces[static_cast<size_t>(order)][place]];
}

// A range of a column is that part of the whole, and a row is that row.
void CheckParts(IndexOrder order, const BlockView& view,
                const std::vector<RunRow>& rows) {
  std::mt19937_64 random = skg::test::Random(7);
  for (int round = 0; round < 8; ++round) {
    const size_t begin = random() % rows.size();
    const BlockView::Range range = {
        begin, begin + 1 + random() % (rows.size() - begin)};
    INFO("rows " << range.begin << " to " << range.end);
    const size_t room = range.size() + BlockView::kSpareRoom;
    // Exactly the room that is asked for, so that more is seen.
    std::vector<TermId> terms(room);
    std::vector<uint32_t> edges(room);
    std::vector<uint64_t> commits(room), ends(room);
    std::vector<int64_t> signs(room), triple_signs(room);
    std::vector<float> weights(room);
    std::vector<RowOperation> operations(room);
    std::vector<uint8_t> has_records(room);
    view.Edges(range, edges.data());
    view.Commits(range, commits.data());
    view.Ends(range, ends.data());
    view.Signs(range, signs.data());
    view.TripleSigns(range, triple_signs.data());
    view.Weights(range, weights.data());
    view.Operations(range, operations.data());
    view.HasRecords(range, has_records.data());
    for (size_t i = 0; i < range.size(); ++i) {
      const RunRow& row = rows[range.begin + i];
      REQUIRE(SameRow(row, view.Row(order, range.begin + i)));
      REQUIRE(SameRow(row, {row.key,
                            commits[i],
                            {operations[i], signs[i], triple_signs[i], ends[i],
                             weights[i], has_records[i] != 0}}));
      REQUIRE(edges[i] == row.key.edge);
    }
    for (size_t place = 0; place < 4; ++place) {
      view.Terms(place, range, terms.data());
      for (size_t i = 0; i < range.size(); ++i)
        REQUIRE(terms[i] == TermAt(order, rows[range.begin + i], place));
    }
  }
}

// Terms that are there, their neighbours, and any others.
void CheckNarrow(IndexOrder order, const BlockView& view,
                 const std::vector<RunRow>& rows) {
  std::mt19937_64 random = skg::test::Random(8);
  for (int round = 0; round < 30; ++round) {
    const RunRow& row = rows[random() % rows.size()];
    BlockView::Range range = view.All();
    for (size_t place = 0; place < 4; ++place) {
      TermId term = TermAt(order, row, place);
      if (random() % 4 == 0) term.bits += random() % 3 - 1;
      if (random() % 16 == 0) term.bits = random();
      const auto below = [&](const RunRow& a, TermId b) {
        return TermAt(order, a, place) < b;
      };
      const auto above = [&](TermId a, const RunRow& b) {
        return a < TermAt(order, b, place);
      };
      const auto begin = rows.begin() + static_cast<ptrdiff_t>(range.begin);
      const auto end = rows.begin() + static_cast<ptrdiff_t>(range.end);
      const auto low = std::lower_bound(begin, end, term, below);
      const auto high = std::upper_bound(begin, end, term, above);
      range = view.Narrow(place, term, range);
      REQUIRE(range.begin == static_cast<size_t>(low - rows.begin()));
      REQUIRE(range.end == static_cast<size_t>(high - rows.begin()));
      if (range.empty()) break;
    }
  }
}

void CheckRoundTrip(IndexOrder order, const std::vector<RunRow>& rows) {
  BlockHeader said;
  const std::string bytes = EncodeBlock(order, rows, &said);
  CHECK(said == NaiveHeader(order, rows));
  absl::StatusOr<BlockView> view = BlockView::Open(bytes);
  REQUIRE_OK(view);
  CHECK(view->header() == said);
  std::vector<RunRow> back;
  view->Rows(order, &back);
  REQUIRE(back.size() == rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    INFO("row " << i << " of " << rows.size());
    REQUIRE(SameRow(rows[i], back[i]));
  }
  for (const bool indexed : {false, true}) {
    if (indexed) view->IndexSums();
    CheckParts(order, *view, rows);
    if (std::is_sorted(rows.begin(), rows.end(),
                       [&](const RunRow& a, const RunRow& b) {
                         return SequenceOf(a, order) < SequenceOf(b, order);
                       })) {
      CheckNarrow(order, *view, rows);
    }
  }
  for (size_t place = 0; place < 4; ++place) {
    TermId constant;
    const bool all_same = said.min_term[place] == said.max_term[place];
    CHECK(view->Constant(place, &constant) == all_same);
    if (all_same) CHECK(constant == said.min_term[place]);
  }
}

std::vector<RunRow> MakeRows(size_t count, std::mt19937_64& random,
                             RunRow (*make)(std::mt19937_64&)) {
  std::vector<RunRow> rows;
  for (size_t i = 0; i < count; ++i) rows.push_back(make(random));
  return rows;
}

size_t AnyCount(std::mt19937_64& random) {
  constexpr size_t kCounts[] = {1, 2, 3, 4, 5, 63, 64, 65, 1023, 1024};
  return random() % 2 == 0 ? kCounts[random() % 10] : 1 + random() % kBlockRows;
}

// Gives some of the rows one column's value from elsewhere.
void Disturb(std::vector<RunRow>& rows, std::mt19937_64& random) {
  const uint64_t column = random() % 9;
  const uint64_t one_in = 1 + random() % 50;
  for (RunRow& row : rows) {
    if (random() % one_in != 0) continue;
    const RunRow wild = WildRow(random);
    switch (column) {
      case 0:
        row.key = wild.key;
        break;
      case 1:
        row.key.edge = static_cast<uint32_t>(random() % 3);
        break;
      case 2:
        row.commit = 1000 + random() % 100;
        break;
      case 3:
        row.value.operation = wild.value.operation;
        row.value.sign = static_cast<int64_t>(random() % 3) - 1;
        break;
      case 4:
        row.value.end = wild.value.end;
        break;
      case 5:
        row.value.weight = wild.value.weight;
        break;
      case 6:
        row.value.weight = 0.25f * static_cast<float>(random() % 5);
        break;
      case 7:
        row.value.has_record = wild.value.has_record;
        break;
      default:
        row.key.graph = {uint64_t{2} << 60 | random() % 3};
        break;
    }
  }
}

TEST_CASE("a block gives back the rows of a graph") {
  std::mt19937_64 random = skg::test::Random();
  for (int round = 0; round < 120; ++round) {
    const auto order = static_cast<IndexOrder>(random() % kOrderCount);
    std::vector<RunRow> rows = MakeRows(AnyCount(random), random, &UsualRow);
    for (uint64_t i = random() % 4; i > 0; --i) Disturb(rows, random);
    if (random() % 4 != 0) SortRows(order, rows);
    CheckRoundTrip(order, rows);
  }
}

TEST_CASE("a block gives back any rows") {
  std::mt19937_64 random = skg::test::Random(1);
  for (int round = 0; round < 60; ++round) {
    const auto order = static_cast<IndexOrder>(random() % kOrderCount);
    std::vector<RunRow> rows = MakeRows(AnyCount(random), random, &WildRow);
    if (random() % 2 == 0) SortRows(order, rows);
    CheckRoundTrip(order, rows);
  }
}

TEST_CASE("versions of a statement are told from statements") {
  RunRow row = InsertedRow({{}, {1}, {2}, {3}, 0}, 7);
  std::vector<RunRow> rows = {row};
  CheckRoundTrip(IndexOrder::kGspo, rows);
  row.key.edge = 1;
  rows.push_back(row);
  CheckRoundTrip(IndexOrder::kGspo, rows);
  CHECK(NaiveHeader(IndexOrder::kGspo, rows).one_version);
  row.commit = 6;
  rows.push_back(row);
  CheckRoundTrip(IndexOrder::kGspo, rows);
  CHECK_FALSE(NaiveHeader(IndexOrder::kGspo, rows).one_version);
}

TEST_CASE("weights come back bit by bit") {
  const uint32_t bits[] = {0,          0x80000000, 1,          0x3F800000,
                           0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00001,
                           0x7F800001, 0x7FFFFFFF, 0xFFFFFFFF};
  std::vector<RunRow> all;
  for (const uint32_t b : bits) {
    RunRow row = InsertedRow({{}, {1}, {2}, {3 + b}, 0}, 1);
    row.value.weight = WeightOfBits(b);
    CheckRoundTrip(IndexOrder::kGspo, {row});
    CheckRoundTrip(IndexOrder::kGspo, {row, row, row});
    all.push_back(row);
  }
  CheckRoundTrip(IndexOrder::kGosp, all);
}

TEST_CASE("every width and every tag count comes back") {
  std::mt19937_64 random = skg::test::Random(2);
  for (unsigned width = 0; width <= 64; ++width) {
    std::vector<RunRow> rows = MakeRows(300, random, &UsualRow);
    for (RunRow& row : rows) {
      row.key.subject.bits = width == 0 ? 0 : random() >> (64 - width);
    }
    CheckRoundTrip(IndexOrder::kGspo, rows);
    SortRows(IndexOrder::kSpog, rows);
    CheckRoundTrip(IndexOrder::kSpog, rows);
  }
  for (unsigned tags = 1; tags <= 16; ++tags) {
    for (const unsigned payload : {1u, 8u, 20u, 60u}) {
      std::vector<RunRow> rows = MakeRows(500, random, &UsualRow);
      for (RunRow& row : rows) {
        row.key.object.bits =
            random() % tags << 60 | random() >> (64 - payload);
      }
      CheckRoundTrip(IndexOrder::kGspo, rows);
      SortRows(IndexOrder::kOspg, rows);
      CheckRoundTrip(IndexOrder::kOspg, rows);
    }
  }
}

TEST_CASE("an encoder starts afresh with every block") {
  std::mt19937_64 random = skg::test::Random(3);
  BlockEncoder encoder(IndexOrder::kGpos);
  for (int round = 0; round < 20; ++round) {
    std::vector<RunRow> rows = MakeRows(AnyCount(random), random,
                                        round % 2 == 0 ? &WildRow : &UsualRow);
    for (const RunRow& row : rows) encoder.Append(row);
    CHECK(encoder.size() == rows.size());
    CHECK(encoder.Finish() == EncodeBlock(IndexOrder::kGpos, rows));
    CHECK(encoder.size() == 0);
  }
}

TEST_CASE("usual columns take few bits") {
  std::mt19937_64 random = skg::test::Random(4);
  std::vector<RunRow> rows = MakeRows(1024, random, &UsualRow);
  SortRows(IndexOrder::kGspo, rows);
  // Subject at most 2 bits a step, predicate 5 of a dictionary, object 15
  // with its tag.
  CHECK(EncodeBlock(IndexOrder::kGspo, rows).size() <
        1024 * (2 + 5 + 15) / 8 + 200);
  for (RunRow& row : rows) row.key = rows[0].key;
  CHECK(EncodeBlock(IndexOrder::kGspo, rows).size() < 64);
}

TEST_CASE("a flipped bit or a missing byte is data loss") {
  std::mt19937_64 random = skg::test::Random(5);
  std::vector<std::string> blocks;
  blocks.push_back(EncodeBlock(IndexOrder::kGspo, {UsualRow(random)}));
  blocks.push_back(
      EncodeBlock(IndexOrder::kGpos, MakeRows(40, random, &UsualRow)));
  blocks.push_back(
      EncodeBlock(IndexOrder::kOspg, MakeRows(7, random, &WildRow)));
  for (const std::string& block : blocks) {
    REQUIRE_OK(BlockView::Open(block));
    for (size_t bit = 0; bit < block.size() * 8; ++bit) {
      std::string damaged = block;
      damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
      REQUIRE(absl::IsDataLoss(BlockView::Open(damaged).status()));
    }
    for (size_t size = 0; size < block.size(); ++size) {
      // A copy of exactly that size, so that reading beyond it shows.
      const std::vector<char> part(
          block.begin(), block.begin() + static_cast<ptrdiff_t>(size));
      REQUIRE(absl::IsDataLoss(
          BlockView::Open({part.data(), part.size()}).status()));
    }
    REQUIRE(absl::IsDataLoss(BlockView::Open(block + '\0').status()));
  }
}

// The worked example of libskg/docs/formats.md.
TEST_CASE("the documented block is the encoded block") {
  const auto row = [](uint64_t subject, uint64_t object, float weight) {
    RunRow made =
        InsertedRow({{}, {subject}, {0x1000000000000002}, {object}, 0}, 0);
    made.value.weight = weight;
    return made;
  };
  const std::vector<RunRow> rows = {
      row(0x1000000000000001, 0x1000000000000005, 1),
      row(0x1000000000000001, 0x8800000000000007, 1),
      row(0x1000000000000002, 0x1000000000000007, 0.5f)};
  const std::string expected = absl::HexStringToBytes(
      "010103"
      "030606"
      "0000"
      "01110101"
      "0021"
      "0151828080808080808078"
      "3f"
      "0000"
      "0000"
      "0000"
      "0002"
      "0002"
      "01008080800418"
      "0000"
      "0000"
      "3f0000003f800000"
      "0000000000000000"
      "0000000000000000"
      "0100000000000000"
      "0000000000000000"
      "0000000000000000"
      "0200000000000078"
      "0200000000000000"
      "0000000000000000"
      "0000000000000000"
      "0000000000000000"
      "0000800000000000"
      "0000000000000000"
      "ea4c8aaf794772e8");
  CHECK(EncodeBlock(IndexOrder::kGspo, rows) == expected);
}

TEST_CASE("packing agrees with and without AVX2") {
  std::mt19937_64 random = skg::test::Random(6);
  for (unsigned width = 1; width <= 64; ++width) {
    const size_t count = AnyCount(random);
    std::vector<uint64_t> values(PackRoom(count));
    for (size_t i = 0; i < count; ++i) values[i] = random() >> (64 - width);
    const size_t size = PackedBytes(count, width);
    std::vector<char> a(size), b(size);
    Pack(values.data(), count, width, a.data());
    plain::Pack(values.data(), count, width, b.data());
    REQUIRE(a == b);
    std::vector<uint64_t> x(PackRoom(count)), y(PackRoom(count));
    const uint64_t base = random();
    Unpack(a.data(), 0, count, width, base, x.data());
    plain::Unpack(a.data(), 0, count, width, base, y.data());
    REQUIRE(x == y);
    for (size_t i = 0; i < count; ++i) REQUIRE(x[i] == base + values[i]);
    for (size_t i = 0; i < count; ++i)
      REQUIRE(UnpackOne(a.data(), i, width) == values[i]);
    const size_t first = random() % count / kPackLanes * kPackLanes;
    std::vector<uint64_t> part(PackRoom(count - first)), same(part.size());
    Unpack(a.data(), first, count - first, width, base, part.data());
    plain::Unpack(a.data(), first, count - first, width, base, same.data());
    REQUIRE(part == same);
    REQUIRE(std::equal(part.begin(), part.end(), x.begin() + first));
    UnpackSums(a.data(), first, count - first, width, base, part.data());
    plain::UnpackSums(a.data(), first, count - first, width, base, same.data());
    REQUIRE(part == same);
    for (size_t i = first, sum = base; i < count; ++i)
      REQUIRE(part[i - first] == (sum += values[i]));
    UnpackSums(a.data(), 0, count, width, base, x.data());
    plain::UnpackSums(a.data(), 0, count, width, base, y.data());
    REQUIRE(x == y);
  }
}

}  // namespace
}  // namespace skg::storage::test
