// A segment of vectors with bytes changed anywhere: it is refused, or it
// answers (wrongly, where nobody verified it), and never reads outside of its
// file. The first byte chooses the kind; each change is three bytes: where (of
// 64 KiB) and what.
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "vector/segment.h"

namespace {

using skg::VectorIndexKind;

constexpr uint32_t kDimension = 8;
constexpr size_t kRows = 60;

std::string Path(const char* name) {
  static const std::string directory = [] {
    const auto path = std::filesystem::temp_directory_path() /
                      ("skg-segment-fuzz-" + std::to_string(getpid()));
    std::filesystem::create_directories(path);
    return path.string();
  }();
  return directory + "/" + name;
}

std::string Sealed(VectorIndexKind kind) {
  std::vector<std::array<float, kDimension>> vectors(kRows);
  std::vector<std::array<uint8_t, 8>> labels(kRows);
  std::vector<skg::vector::SegmentRow> rows;
  for (size_t i = 0; i < kRows; ++i) {
    for (size_t j = 0; j < kDimension; ++j)
      vectors[i][j] = static_cast<float>((i * 7 + j * 13) % 17) - 8.0f;
    labels[i].fill(static_cast<uint8_t>(i));
    rows.push_back({.vector = vectors[i].data(),
                    .label = labels[i].data(),
                    .from_commit = i});
  }
  skg::vector::SealOptions options;
  options.index.dimension = kDimension;
  options.index.kind = kind;
  options.index.metric = skg::VectorMetric::kL2;
  const std::string path = Path("whole");
  if (!skg::vector::SealSegment(rows, options, path).ok()) std::abort();
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const std::array<std::string, 3> kWhole = {
      Sealed(VectorIndexKind::kFlat), Sealed(VectorIndexKind::kHnsw),
      Sealed(VectorIndexKind::kHnswQuantized)};
  if (size == 0) return 0;
  std::string bytes = kWhole[data[0] % kWhole.size()];
  for (size_t at = 1; at + 3 <= size; at += 3) {
    const size_t place = (size_t{data[at]} << 8 | data[at + 1]) % bytes.size();
    bytes[place] = static_cast<char>(data[at + 2]);
  }
  if ((data[0] & 0x40) != 0) bytes.resize(bytes.size() * data[0] / 256);
  const std::string path = Path("changed");
  std::ofstream(path, std::ios::binary) << bytes;
  const auto segment = skg::vector::Segment::Open(path, nullptr);
  if (!segment.ok()) return 0;
  const std::vector<float> query((*segment)->options().dimension, 0.5f);
  const auto hits = (*segment)->Search(query, {.k = 5});
  (void)(*segment)->Verify(nullptr).ok();
  if (hits.ok() && hits->size() > (*segment)->rows()) std::abort();
  return 0;
}
