// Files that are cut short or have wrong bytes: an error or a wrong answer,
// never a crash.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <limits>

#include "support/test_support.h"
#include "vector/segment.h"
#include "vector/segment_file.h"
#include "vector/vector_support.h"

namespace skg::vector {
namespace {

constexpr size_t kDimension = 40;

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << bytes;
}

// Opens, verifies and searches the file; whether anybody saw damage.
bool SeesDamage(const std::string& path, std::span<const float> query) {
  const auto segment = Segment::Open(path, nullptr);
  if (!segment.ok()) {
    CHECK((segment.status().code() == absl::StatusCode::kDataLoss ||
           segment.status().code() == absl::StatusCode::kFailedPrecondition));
    CHECK_THAT(segment.status().ToString(), Catch::Contains(path));
    return true;
  }
  for (const size_t ef : {10, 100}) {
    const auto hits = (*segment)->Search(query, {.k = 10, .ef = ef});
    REQUIRE_OK(hits);
    for (const Hit& hit : *hits) CHECK(hit.row < (*segment)->rows());
  }
  const absl::Status verified = (*segment)->Verify(nullptr);
  if (verified.ok()) return false;
  CHECK(verified.code() == absl::StatusCode::kDataLoss);
  CHECK_THAT(verified.ToString(), Catch::Contains("section"));
  return true;
}

std::string SealedBytes(const std::string& path, VectorIndexKind kind,
                        std::mt19937_64& random, std::vector<float>* query) {
  const test::Vectors vectors = test::Accepted(
      test::ClusteredVectors(150, kDimension, 5, 1, random), VectorMetric::kL2);
  query->assign(vectors.row(3).begin(), vectors.row(3).end());
  SealOptions options;
  options.index = {.dimension = kDimension,
                   .metric = VectorMetric::kL2,
                   .kind = kind,
                   .links = 4};
  REQUIRE_OK(SealSegment(test::Rows(vectors).span(), options, path));
  const auto bytes = test::ReadFile(path);
  REQUIRE_OK(bytes);
  return *bytes;
}

// Whether a byte belongs to the header or a section, and not between them.
std::vector<bool> Meaningful(const std::string& bytes) {
  const auto header = ReadSegmentHeader(
      {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, "");
  REQUIRE_OK(header);
  std::vector<bool> meaningful(bytes.size());
  std::fill_n(meaningful.begin(), sizeof(SegmentHeader), true);
  for (const SectionPlace& place : header->sections) {
    std::fill_n(meaningful.begin() + static_cast<ptrdiff_t>(place.offset),
                place.bytes, true);
  }
  return meaningful;
}

TEST_CASE("Every flipped byte that means something is seen") {
  std::mt19937_64 random = test::Random();
  const test::TemporaryDirectory directory;
  const std::string path = directory / "segment";
  for (const VectorIndexKind kind :
       {VectorIndexKind::kFlat, VectorIndexKind::kHnsw,
        VectorIndexKind::kHnswQuantized}) {
    std::vector<float> query;
    const std::string bytes = SealedBytes(path, kind, random, &query);
    const std::vector<bool> meaningful = Meaningful(bytes);
    CHECK_FALSE(SeesDamage(path, query));
    for (size_t i = 0; i < bytes.size();) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1u << random() % 8));
      WriteBytes(path, damaged);
      INFO("byte " << i);
      CHECK(SeesDamage(path, query) == meaningful[i]);
      // All of the header; of the rest some, which are others each time.
      i += i < sizeof(SegmentHeader) ? 1 : 1 + random() % 1500;
    }
  }
}

TEST_CASE("A file of any other length is refused") {
  std::mt19937_64 random = test::Random(1);
  const test::TemporaryDirectory directory;
  const std::string path = directory / "segment";
  std::vector<float> query;
  const std::string bytes =
      SealedBytes(path, VectorIndexKind::kHnsw, random, &query);
  for (size_t length = 0; length < bytes.size();
       length += 1 + (length < 1000 ? random() % 50 : random() % 3000)) {
    WriteBytes(path, bytes.substr(0, length));
    INFO("length " << length);
    CHECK(Segment::Open(path, nullptr).status().code() ==
          absl::StatusCode::kDataLoss);
  }
  WriteBytes(path, bytes + "x");
  CHECK(Segment::Open(path, nullptr).status().code() ==
        absl::StatusCode::kDataLoss);
  std::filesystem::remove(path);
  CHECK(Segment::Open(path, nullptr).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("Links that lead anywhere do no harm") {
  std::mt19937_64 random = test::Random(2);
  const test::TemporaryDirectory directory;
  const std::string path = directory / "segment";
  std::vector<float> query;
  const std::string bytes =
      SealedBytes(path, VectorIndexKind::kHnsw, random, &query);
  const auto header = ReadSegmentHeader(
      {reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()}, path);
  REQUIRE_OK(header);
  for (const Section section :
       {Section::kLevel0, Section::kUpperAt, Section::kUpper, Section::kCodes,
        Section::kAddends, Section::kVectors}) {
    const SectionPlace& place = header->sections[static_cast<size_t>(section)];
    for (int round = 0; round < 20; ++round) {
      std::string damaged = bytes;
      for (uint64_t i = 0; i < place.bytes; ++i) {
        damaged[place.offset + i] =
            static_cast<char>(round == 0 ? 0xFF : random());
      }
      WriteBytes(path, damaged);
      CHECK(SeesDamage(path, query) == (place.bytes > 0));
    }
  }
}

TEST_CASE("A newer format is refused as such") {
  std::mt19937_64 random = test::Random(3);
  const test::TemporaryDirectory directory;
  const std::string path = directory / "segment";
  std::vector<float> query;
  std::string bytes = SealedBytes(path, VectorIndexKind::kFlat, random, &query);
  bytes[offsetof(SegmentHeader, format)] = kSegmentFormat + 1;
  WriteBytes(path, bytes);
  const absl::Status status = Segment::Open(path, nullptr).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK_THAT(status.ToString(), Catch::Contains("format 2"));
}

TEST_CASE("What cannot be written is an error, and leaves no file") {
  std::mt19937_64 random = test::Random(4);
  const test::TemporaryDirectory directory;
  const test::Vectors vectors =
      test::ClusteredVectors(20, kDimension, 5, 1, random);
  SealOptions options;
  options.index = {.dimension = kDimension,
                   .metric = VectorMetric::kL2,
                   .kind = VectorIndexKind::kFlat};
  const test::Rows rows(vectors);
  CHECK(SealSegment(rows.span(), options, directory / "no/segment").code() ==
        absl::StatusCode::kNotFound);
  // The name is taken by a directory that is not empty.
  std::filesystem::create_directories(directory / "taken/below");
  CHECK(SealSegment(rows.span(), options, directory / "taken").code() ==
        absl::StatusCode::kUnavailable);
  CHECK_FALSE(std::filesystem::exists(directory / "taken.part"));
}

}  // namespace
}  // namespace skg::vector
