#include "storage/run_filter.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/bytes.h"
#include "storage/keys.h"
#include "storage/rows.h"

#if defined(__x86_64__) && defined(__GNUC__)
#define SKG_FILTER_AVX2 1
#include <immintrin.h>
#endif

namespace skg::storage {
namespace {

constexpr size_t kLanes = kFilterBlockWords;
constexpr size_t kBitsPerKey = 10;
constexpr size_t kBlockBits = kLanes * 32;
constexpr size_t kBlockBytes = kLanes * 4;
constexpr uint8_t kEncoding = 1;
constexpr size_t kChunkBlocks = kFilterChunkBlocks;
constexpr size_t kChecksumBytes = 8;

// The multipliers of the Parquet specification.
constexpr uint32_t kSalts[kLanes] = {0x47b6137bU, 0x44974d91U, 0x8824ad5bU,
                                     0xa2b7289dU, 0x705495c7U, 0x2df1424bU,
                                     0x9efc4947U, 0x5c6bfb31U};

uint32_t BitOf(uint64_t hash, size_t lane) {
  return uint32_t{1} << ((static_cast<uint32_t>(hash) * kSalts[lane]) >> 27);
}

bool HoldsPlain(const uint32_t* block, uint64_t hash) {
  uint32_t missing = 0;
  for (size_t lane = 0; lane < kLanes; ++lane) {
    missing |= BitOf(hash, lane) & ~block[lane];
  }
  return missing == 0;
}

#ifdef SKG_FILTER_AVX2
__attribute__((target("avx2"))) bool HoldsAvx2(const uint32_t* block,
                                               uint64_t hash) {
  const __m256i salts =
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(kSalts));
  const __m256i key = _mm256_set1_epi32(static_cast<int32_t>(hash));
  const __m256i places = _mm256_srli_epi32(_mm256_mullo_epi32(key, salts), 27);
  const __m256i bits = _mm256_sllv_epi32(_mm256_set1_epi32(1), places);
  const __m256i words =
      _mm256_loadu_si256(reinterpret_cast<const __m256i*>(block));
  return _mm256_testc_si256(words, bits) != 0;
}
#endif

absl::Status Damaged(std::string_view what, size_t chunk) {
  return absl::DataLossError(absl::StrCat(
      "damaged filter: ", absl::string_view(what.data(), what.size()),
      " (chunk ", chunk, ")"));
}

}  // namespace

uint64_t TripleHash(const StatementKey& key) {
  // The first 32 bytes of the statement as keys hold it.
  char bytes[kTermsBytes];
  StoreBigEndian(key.graph.bits, bytes);
  StoreBigEndian(key.subject.bits, bytes + 8);
  StoreBigEndian(key.predicate.bits, bytes + 16);
  StoreBigEndian(key.object.bits, bytes + 24);
  return XXH3_64bits(bytes, sizeof bytes);
}

size_t FilterBlocks(uint64_t hashes) {
  return static_cast<size_t>((hashes * kBitsPerKey + kBlockBits - 1) /
                             kBlockBits);
}

// Blocks by the upper half of the hash, bits within one by the lower half.
size_t FilterBlockOf(uint64_t hash, size_t blocks) {
  return static_cast<size_t>(((hash >> 32) * uint64_t{blocks}) >> 32);
}

void PutIntoFilterBlock(uint64_t hash, uint32_t* block) {
  for (size_t lane = 0; lane < kLanes; ++lane) block[lane] |= BitOf(hash, lane);
}

RunFilter RunFilter::Build(std::span<const uint64_t> hashes) {
  RunFilter filter;
  const size_t blocks = FilterBlocks(hashes.size());
  filter.words_.resize(blocks * kLanes);
  for (const uint64_t hash : hashes) {
    PutIntoFilterBlock(
        hash, filter.words_.data() + FilterBlockOf(hash, blocks) * kLanes);
  }
  return filter;
}

bool RunFilter::MayHold(uint64_t hash) const {
  if (words_.empty()) return false;
  const uint32_t* const block =
      words_.data() + FilterBlockOf(hash, words_.size() / kLanes) * kLanes;
#ifdef SKG_FILTER_AVX2
  if (__builtin_cpu_supports("avx2")) return HoldsAvx2(block, hash);
#endif
  return HoldsPlain(block, hash);
}

void RunFilter::Prefetch(uint64_t hash) const {
#ifdef __GNUC__
  if (words_.empty()) return;
  // A block may lie across two cache lines.
  const uint32_t* const block =
      words_.data() + FilterBlockOf(hash, words_.size() / kLanes) * kLanes;
  __builtin_prefetch(block);
  __builtin_prefetch(block + kLanes - 1);
#else
  (void)hash;
#endif
}

std::string EncodeFilterChunk(std::span<const uint32_t> words, size_t number,
                              size_t blocks) {
  std::string chunk;
  chunk.reserve(words.size() * sizeof(uint32_t) + 64);
  chunk.push_back(kPlainFormat);
  chunk.push_back(static_cast<char>(kEncoding));
  AppendVarint(number, chunk);
  AppendVarint(blocks, chunk);
  for (const uint32_t value : words) {
    char word[4];
    StoreLittleEndian(value, word);
    chunk.append(word, sizeof word);
  }
  AppendBigEndian(uint64_t{XXH3_64bits(chunk.data(), chunk.size())}, chunk);
  return chunk;
}

std::vector<std::string> RunFilter::Encode() const {
  const size_t blocks = words_.size() / kLanes;
  std::vector<std::string> chunks;
  size_t done = 0;
  do {
    const size_t here = std::min(blocks - done, kChunkBlocks);
    chunks.push_back(EncodeFilterChunk(
        std::span(words_).subspan(done * kLanes, here * kLanes), chunks.size(),
        blocks));
    done += here;
  } while (done < blocks);
  return chunks;
}

absl::StatusOr<RunFilter> RunFilter::Decode(
    std::span<const std::string> chunks) {
  RunFilter filter;
  uint64_t blocks = 0;
  for (size_t number = 0; number < chunks.size(); ++number) {
    const std::string_view bytes = chunks[number];
    if (bytes.size() < 2 + kChecksumBytes || bytes[0] != kPlainFormat ||
        static_cast<uint8_t>(bytes[1]) != kEncoding) {
      return Damaged("unknown format", number);
    }
    const std::string_view body =
        bytes.substr(0, bytes.size() - kChecksumBytes);
    if (XXH3_64bits(body.data(), body.size()) !=
        LoadBigEndian<uint64_t>(body.data() + body.size())) {
      return Damaged("its checksum does not agree", number);
    }
    ByteReader in(body.substr(2));
    if (in.Varint() != number) return Damaged("it has another number", number);
    const uint64_t said = in.Varint();
    if (!in.ok() || (number > 0 && said != blocks)) {
      return Damaged("its size is not that of the others", number);
    }
    blocks = said;
    const uint64_t done = filter.words_.size() / kLanes;
    if (done > blocks ||
        in.rest().size() !=
            std::min<uint64_t>(blocks - done, kChunkBlocks) * kBlockBytes) {
      return Damaged("its length does not agree", number);
    }
    const std::string_view words = in.rest();
    for (size_t i = 0; i < words.size(); i += 4) {
      filter.words_.push_back(LoadLittleEndian<uint32_t>(words.data() + i));
    }
  }
  if (chunks.empty() || filter.words_.size() / kLanes != blocks) {
    return Damaged("chunks are missing", chunks.size());
  }
  return filter;
}

size_t RunFilter::memory_bytes() const {
  return sizeof(*this) + words_.capacity() * sizeof(uint32_t);
}

}  // namespace skg::storage
