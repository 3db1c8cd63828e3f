// The bytes of a vector segment.
//
//   header    SegmentHeader, as it lies in memory (little-endian), its
//             XXH3-64 last
//   sections  each begins at a multiple of kSectionAlignment; between them
//             lie zeros
//
// A file is written under another name, made durable and renamed: a file of the
// right name is whole. It never changes afterwards.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "skg/vector_index.h"

namespace skg::vector {

static_assert(std::endian::native == std::endian::little,
              "segments are read as they lie in the file");

inline constexpr uint32_t kSegmentFormat = 1;
inline constexpr size_t kSectionAlignment = 4096;

// rows: n, dimension: d, links: m, bytes of a code: c.
enum class Section : uint32_t {
  kLabels,       // n * label_bytes
  kFromCommits,  // n u64
  kVectors,      // n * d floats
  kMiddles,      // d floats } of the quantiser, if there are codes
  kSteps,        // d floats }
  kCodes,        // n * c bytes
  kAddends,      // n floats, if there are codes and the metric is L2
  kLevel0,       // n * 2 m u32: links, kNoLink behind the last
  kUpperAt,      // n u32, see HnswGraph
  kUpper,        // blocks of m u32
  kLists,        // FAISS's own bytes of an inverted file
  kCount,
};
inline constexpr size_t kSections = static_cast<size_t>(Section::kCount);
[[nodiscard]] const char* SectionName(Section section);

// What a search of the graph compares.
enum class Traversal : uint8_t { kNone, kFloats, kCodes };

struct SectionPlace {
  uint64_t offset = 0;
  uint64_t bytes = 0;
  uint64_t checksum = 0;  // XXH3-64
};

struct SegmentHeader {
  std::array<char, 8> magic = {'S', 'K', 'G', 'V', 'S', 'E', 'G', '\n'};
  uint32_t format = kSegmentFormat;
  uint32_t header_bytes = 0;
  uint64_t file_bytes = 0;
  uint64_t rows = 0;
  uint32_t dimension = 0;
  uint32_t label_bytes = 0;
  VectorMetric metric = VectorMetric::kCosine;
  VectorIndexKind kind = VectorIndexKind::kFlat;
  Traversal traversal = Traversal::kNone;
  uint8_t unused = 0;
  uint32_t links = 0;
  uint32_t ef_construction = 0;
  uint32_t ef_search = 0;
  uint32_t entry = 0;
  uint32_t top_level = 0;
  std::array<SectionPlace, kSections> sections = {};
  uint64_t checksum = 0;  // of all before it
};
static_assert(sizeof(SegmentHeader) == 64 + kSections * 24 + 8);

// The header of a segment's bytes, all of whose numbers are possible and whose
// sections lie within the file with the sizes that they must have; what the
// sections hold is not looked at. kDataLoss: something of it is not so;
// kFailedPrecondition: a newer format. `path` is for messages.
[[nodiscard]] absl::StatusOr<SegmentHeader> ReadSegmentHeader(
    std::span<const uint8_t> bytes, const std::string& path);

[[nodiscard]] inline std::span<const uint8_t> SectionBytes(
    std::span<const uint8_t> bytes, const SegmentHeader& header,
    Section section) {
  const SectionPlace& place = header.sections[static_cast<size_t>(section)];
  return bytes.subspan(place.offset, place.bytes);
}

// kDataLoss: its bytes are not those that were written.
[[nodiscard]] absl::Status CheckSection(std::span<const uint8_t> bytes,
                                        const SegmentHeader& header,
                                        Section section,
                                        const std::string& path);

// Writes one file. Not thread-safe. What was not finished is removed.
class SegmentWriter {
 public:
  // Errors here and below: kUnavailable, kResourceExhausted (the disk is
  // full).
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<SegmentWriter>> Create(
      const std::string& path);
  ~SegmentWriter();
  SegmentWriter(const SegmentWriter&) = delete;
  SegmentWriter& operator=(const SegmentWriter&) = delete;

  // Sections in any order, each once; Append goes to the one begun last.
  [[nodiscard]] absl::Status Begin(Section section);
  [[nodiscard]] absl::Status Append(const void* data, size_t bytes);
  // Fills in what the writer knows of `header`, and makes file and name
  // durable.
  [[nodiscard]] absl::Status Finish(SegmentHeader header);

 private:
  struct State;
  explicit SegmentWriter(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace skg::vector
