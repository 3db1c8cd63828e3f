#include "text/posting_manifest.h"

#include <xxhash.h>

#include "base/status.h"
#include "text/posting_block.h"

namespace skg::text {
namespace {

constexpr uint8_t kFormat = 1;

}  // namespace

std::string EncodeManifest(const PostingManifest& manifest) {
  std::string out(1, static_cast<char>(kFormat));
  AppendVarint(manifest.next_segment, out);
  AppendVarint(manifest.segments.size(), out);
  for (const SegmentEntry& segment : manifest.segments) {
    AppendVarint(segment.number, out);
    AppendVarint(segment.documents, out);
    AppendVarint(segment.length, out);
    AppendVarint(segment.tokens, out);
  }
  AppendBigEndian<uint64_t>(XXH3_64bits(out.data(), out.size()), out);
  return out;
}

absl::StatusOr<PostingManifest> DecodeManifest(std::string_view bytes) {
  const absl::Status damaged = DamagedPostings("its manifest");
  if (bytes.size() < 9) return damaged;
  const std::string_view body = bytes.substr(0, bytes.size() - 8);
  if (LoadBigEndian<uint64_t>(bytes.data() + body.size()) !=
      XXH3_64bits(body.data(), body.size())) {
    return damaged;
  }
  ByteReader in(body);
  if (const auto format = in.BigEndian<uint8_t>(); format != kFormat) {
    return absl::FailedPreconditionError(
        "text index: it was written by a newer version; rebuild it");
  }
  PostingManifest manifest;
  manifest.next_segment = static_cast<uint32_t>(in.Varint());
  const uint64_t count = in.Varint();
  if (count > body.size()) return damaged;
  for (uint64_t i = 0; i < count; ++i) {
    SegmentEntry segment;
    segment.number = static_cast<uint32_t>(in.Varint());
    segment.documents = in.Varint();
    segment.length = in.Varint();
    segment.tokens = in.Varint();
    if (segment.number >= manifest.next_segment) return damaged;
    manifest.segments.push_back(segment);
  }
  if (!in.ok() || !in.empty()) return damaged;
  return manifest;
}

absl::StatusOr<PostingManifest> LoadManifest(
    const storage::KvStore& kv, PostingIndex index,
    const storage::KvSnapshot* snapshot) {
  std::string bytes;
  SKG_ASSIGN_OR_RETURN(
      const bool found,
      kv.Get(storage::Family::kPostings, ManifestKey(index), &bytes, snapshot));
  if (!found) return PostingManifest();
  return DecodeManifest(bytes);
}

}  // namespace skg::text
