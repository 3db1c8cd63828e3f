// Blocks of postings as bytes.
//
// A block holds up to kBlockPostings of one list, documents rising. Its header
// stands with those of its page:
//   varint first document - last of the block before (0 for the page's first)
//   varint last - first; varint count; byte number of impacts; varints of these
//   varint size of the body
// Body of fewer than kPackedPostings: three varints a posting or two: gap of
// the document (first: 0), length * 2 + (frequency > 1), frequency - 2 if so.
// Body of more: byte width of gaps, of frequencies - 1, of lengths; the three
// columns packed (storage/bit_packing.h), one of width 0 taking nothing.
// Positions: for each posting as many varints as its frequency says, each the
// difference to the position before.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/bytes.h"
#include "text/posting.h"

namespace skg::text {

inline constexpr size_t kBlockPostings = 256;
inline constexpr size_t kPackedPostings = 64;

struct BlockHeader {
  uint64_t first = 0, last = 0;
  uint32_t count = 0;
  uint32_t body_offset = 0, body_size = 0;
  ImpactSet impacts;
};

void AppendBlockHeader(const BlockHeader& header, uint64_t before,
                       std::string& out);
// body_offset is left alone. False: damaged.
[[nodiscard]] bool ReadBlockHeader(ByteReader& in, uint64_t before,
                                   BlockHeader* header);

// Postings of one block with their positions, until they are packed.
class BlockBuffer {
 public:
  // Documents rise. `positions`: of the posting, encoded as above.
  void Add(const Posting& posting, std::string_view positions) {
    postings_.push_back(posting);
    positions_ += positions;
  }
  void Clear() {
    postings_.clear();
    positions_.clear();
  }
  [[nodiscard]] const std::vector<Posting>& postings() const {
    return postings_;
  }
  [[nodiscard]] const std::string& positions() const { return positions_; }
  // Not empty. All of the header but body_offset.
  [[nodiscard]] BlockHeader AppendBody(std::string& out) const;

 private:
  std::vector<Posting> postings_;
  std::string positions_;
};

// One block, unpacked as far as it is asked for.
class DecodedBlock {
 public:
  // Unpacks the documents. `body` must stay until the others are. False:
  // damaged.
  [[nodiscard]] bool DecodeDocuments(const BlockHeader& header,
                                     std::string_view body);
  // Unpacks frequencies and lengths, if that is not done yet.
  void DecodeRest();

  [[nodiscard]] uint32_t count() const { return count_; }
  [[nodiscard]] const uint64_t* documents() const { return documents_.data(); }
  [[nodiscard]] const uint64_t* frequencies() const {
    return frequencies_.data();
  }
  [[nodiscard]] const uint64_t* lengths() const { return lengths_.data(); }

 private:
  [[nodiscard]] bool DecodeVarints(const BlockHeader& header,
                                   std::string_view body);

  uint32_t count_ = 0;
  bool rest_decoded_ = true;
  unsigned frequency_width_ = 0, length_width_ = 0;
  std::string_view rest_;
  std::array<uint64_t, kBlockPostings> documents_, frequencies_, lengths_;
};

// Skips the positions of a posting of this frequency, or appends them to `out`.
// False: damaged.
[[nodiscard]] bool SkipPositions(uint64_t frequency, ByteReader& in);
[[nodiscard]] bool DecodePositions(uint64_t frequency, ByteReader& in,
                                   std::vector<uint32_t>* out);

// What the store holds is not what was written: of which row, in words.
[[nodiscard]] absl::Status DamagedPostings(std::string_view what);

}  // namespace skg::text
