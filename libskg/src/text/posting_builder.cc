#include "text/posting_builder.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "base/bytes.h"
#include "base/status.h"
#include "base/strings.h"
#include "text/posting_block.h"
#include "text/segment_rewrite.h"
#include "text/segment_writer.h"

namespace skg::text {
namespace {

constexpr size_t kLeastBytes = size_t{1} << 20;

// Postings in the sequence they came, encoded: varint zigzag document - the one
// before, varint frequency, varint length, varint bytes of positions, these.
struct TokenPostings {
  uint64_t last = 0;
  bool rising = true;
  uint32_t count = 0;
  std::string bytes;
};

struct DecodedPosting {
  Posting posting;
  std::string_view positions;
};

bool Decode(ByteReader& in, uint64_t* document, DecodedPosting* out) {
  *document += static_cast<uint64_t>(UnZigZag(in.Varint()));
  out->posting.document = *document;
  out->posting.frequency = static_cast<uint32_t>(in.Varint());
  out->posting.length = static_cast<uint32_t>(in.Varint());
  out->positions = in.Bytes(in.Varint());
  return in.ok();
}

}  // namespace

class PostingBuilder::Buffer {
 public:
  // False: it has the document already.
  bool AddDocument(uint64_t document, uint32_t length) {
    if (!seen_.insert(document).second) return false;
    documents_.push_back({document, 1, length});
    bytes_ += sizeof(Posting) + 2 * sizeof(uint64_t);
    return true;
  }
  void AddPosting(std::string_view token, const Posting& posting,
                  std::string_view positions) {
    auto at = tokens_.find(token);
    if (at == tokens_.end()) {
      at = tokens_.emplace(std::string(token), TokenPostings()).first;
      bytes_ += 2 * sizeof(std::pair<std::string, TokenPostings>) +
                (token.size() > 15 ? token.size() : 0);
    }
    TokenPostings& postings = at->second;
    const size_t capacity = postings.bytes.capacity();
    if (postings.count++ > 0 && posting.document < postings.last) {
      postings.rising = false;
    }
    AppendVarint(ZigZag(static_cast<int64_t>(posting.document - postings.last)),
                 postings.bytes);
    AppendVarint(posting.frequency, postings.bytes);
    AppendVarint(posting.length, postings.bytes);
    AppendVarint(positions.size(), postings.bytes);
    postings.bytes += positions;
    postings.last = posting.document;
    bytes_ += postings.bytes.capacity() - capacity;
  }

  [[nodiscard]] size_t bytes() const { return bytes_; }
  [[nodiscard]] bool empty() const { return documents_.empty(); }

  // Rising from now on.
  [[nodiscard]] const std::vector<Posting>& SortDocuments() {
    std::sort(documents_.begin(), documents_.end(),
              [](const Posting& a, const Posting& b) {
                return a.document < b.document;
              });
    return documents_;
  }

  // Without the documents of `known` (rising).
  [[nodiscard]] absl::Status Write(const std::vector<uint64_t>& known,
                                   const Cancellation* cancellation,
                                   SegmentWriter& writer) const {
    const auto is_known = [&](uint64_t document) {
      return std::binary_search(known.begin(), known.end(), document);
    };
    for (const Posting& document : documents_) {
      if (is_known(document.document)) continue;
      SKG_RETURN_IF_ERROR(writer.Add({}, document, {}));
    }
    std::vector<std::pair<std::string_view, const TokenPostings*>> order;
    order.reserve(tokens_.size());
    for (const auto& [token, postings] : tokens_) {
      order.emplace_back(token, &postings);
    }
    std::sort(order.begin(), order.end());
    size_t steps = 0;
    std::vector<DecodedPosting> decoded;
    for (const auto& [token, postings] : order) {
      decoded.clear();
      ByteReader in(postings->bytes);
      uint64_t document = 0;
      const auto add = [&](const DecodedPosting& posting) -> absl::Status {
        if (++steps % 1024 == 0 && cancellation != nullptr) {
          SKG_RETURN_IF_ERROR(cancellation->Check());
        }
        if (is_known(posting.posting.document)) return absl::OkStatus();
        return writer.Add(token, posting.posting, posting.positions);
      };
      for (uint32_t i = 0; i < postings->count; ++i) {
        DecodedPosting posting;
        if (!Decode(in, &document, &posting)) {
          return absl::InternalError("text index: a buffer of postings");
        }
        if (postings->rising) {
          SKG_RETURN_IF_ERROR(add(posting));
        } else {
          decoded.push_back(posting);
        }
      }
      std::sort(decoded.begin(), decoded.end(),
                [](const DecodedPosting& a, const DecodedPosting& b) {
                  return a.posting.document < b.posting.document;
                });
      for (const DecodedPosting& posting : decoded) {
        SKG_RETURN_IF_ERROR(add(posting));
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::flat_hash_map<std::string, TokenPostings, StringHash, StringEqual>
      tokens_;
  absl::flat_hash_set<uint64_t> seen_;
  std::vector<Posting> documents_;
  size_t bytes_ = 0;
};

PostingBuilder::PostingBuilder(storage::KvStore& kv, PostingIndex index,
                               const PostingBuilderOptions& options)
    : kv_(kv),
      index_(index),
      options_(options),
      buffer_(std::make_unique<Buffer>()) {}

PostingBuilder::~PostingBuilder() = default;

absl::Status PostingBuilder::Add(uint64_t document, const TokenList& tokens) {
  if (document == kNoDocument) {
    return absl::InvalidArgumentError(
        "text index: the greatest number is no document");
  }
  if (options_.fold.budget != nullptr && reserved_.bytes() == 0) {
    SKG_ASSIGN_OR_RETURN(
        reserved_, options_.fold.budget->ReserveShare(
                       "text build", options_.memory_bytes, 2 * kLeastBytes));
  }
  const auto length = static_cast<uint32_t>(tokens.size());
  if (tokens.empty() || !buffer_->AddDocument(document, length)) {
    return absl::OkStatus();
  }
  for (const DocumentPosting& posting : GroupTokens(tokens)) {
    buffer_->AddPosting(posting.token, {document, posting.frequency, length},
                        posting.positions);
  }
  // The rest is for the sorting of one list.
  const size_t most =
      reserved_.bytes() != 0 ? reserved_.bytes() : options_.memory_bytes;
  return buffer_->bytes() >= std::max(most / 4 * 3, kLeastBytes)
             ? Flush()
             : absl::OkStatus();
}

absl::Status PostingBuilder::Flush() {
  if (buffer_->empty()) return absl::OkStatus();
  SKG_ASSIGN_OR_RETURN(SegmentRewrite rewrite,
                       SegmentRewrite::Begin(kv_, index_));
  std::vector<uint64_t> documents;
  for (const Posting& document : buffer_->SortDocuments()) {
    documents.push_back(document.document);
  }
  SKG_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> known,
      DocumentsInSegments(kv_, index_, rewrite.manifest(), rewrite.snapshot(),
                          documents, options_.fold.cancellation));
  SegmentWriter writer(kv_, index_, rewrite.new_number());
  SKG_RETURN_IF_ERROR(
      buffer_->Write(known, options_.fold.cancellation, writer));
  SKG_ASSIGN_OR_RETURN(const SegmentEntry entry, writer.Finish());
  if (entry.documents > 0) SKG_RETURN_IF_ERROR(rewrite.Publish(entry, {}));
  buffer_ = std::make_unique<Buffer>();
  return absl::OkStatus();
}

absl::Status PostingBuilder::Finish() {
  SKG_RETURN_IF_ERROR(Flush());
  reserved_ = MemoryReservation();
  return Fold(kv_, index_, options_.fold);
}

}  // namespace skg::text
