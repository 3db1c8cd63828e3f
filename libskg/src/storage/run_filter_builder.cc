#include "storage/run_filter_builder.h"

#include <algorithm>
#include <utility>

#include "base/status.h"

namespace skg::storage {

namespace {

// Of a part that go into the file at once.
constexpr size_t kPartHashes = 8192;

}  // namespace

// The blocks of the filter from the first one on that is not written yet.
class RunFilterBuilder::Window {
 public:
  Window(uint64_t hashes, const Output& output)
      : blocks_(FilterBlocks(hashes)), output_(output) {}

  // Makes room for the hashes up to this one.
  void Reach(uint64_t last) {
    words_.resize((FilterBlockOf(last, blocks_) + 1 - begin_) *
                  kFilterBlockWords);
  }
  void Put(uint64_t hash) {
    PutIntoFilterBlock(
        hash, words_.data() +
                  (FilterBlockOf(hash, blocks_) - begin_) * kFilterBlockWords);
  }
  // Blocks before that of this hash are complete.
  [[nodiscard]] absl::Status WriteBefore(uint64_t hash) {
    return WriteUpTo(FilterBlockOf(hash, blocks_));
  }
  [[nodiscard]] absl::Status WriteAll() {
    words_.resize((blocks_ - begin_) * kFilterBlockWords);
    return WriteUpTo(blocks_);
  }

 private:
  absl::Status WriteUpTo(size_t end) {
    size_t written = 0;
    while (begin_ < end) {
      const size_t here = std::min(blocks_ - begin_, kFilterChunkBlocks);
      if (begin_ + here > end) break;
      SKG_RETURN_IF_ERROR(output_(EncodeFilterChunk(
          std::span(words_).subspan(written, here * kFilterBlockWords),
          chunk_++, blocks_)));
      begin_ += here;
      written += here * kFilterBlockWords;
    }
    words_.erase(words_.begin(), words_.begin() + static_cast<long>(written));
    return absl::OkStatus();
  }

  const size_t blocks_;
  const Output& output_;
  size_t begin_ = 0;  // the first block of `words_`
  size_t chunk_ = 0;
  std::vector<uint32_t> words_;
};

absl::Status RunFilterBuilder::Add(uint64_t hash) {
  ++count_;
  if (file_ != nullptr) return AddToPart(hash);
  hashes_.push_back(hash);
  return hashes_.size() < most_in_memory_ ? absl::OkStatus() : Spill();
}

absl::Status RunFilterBuilder::Spill() {
  SKG_ASSIGN_OR_RETURN(file_, SpillFile::Create(directory_));
  parts_.resize(size_t{1} << kPartBits);
  for (const uint64_t hash : std::exchange(hashes_, {}))
    SKG_RETURN_IF_ERROR(AddToPart(hash));
  return absl::OkStatus();
}

absl::Status RunFilterBuilder::AddToPart(uint64_t hash) {
  Part& part = parts_[hash >> (64 - kPartBits)];
  if (part.hashes.capacity() == 0) part.hashes.reserve(kPartHashes);
  part.hashes.push_back(hash);
  if (part.hashes.size() < kPartHashes) return absl::OkStatus();
  part.places.push_back(file_->size());
  const absl::Status status =
      file_->Append(part.hashes.data(), kPartHashes * sizeof(uint64_t));
  part.hashes.clear();
  return status;
}

absl::Status RunFilterBuilder::PutPart(const Part& part, Window& window) const {
  for (const uint64_t hash : part.hashes) window.Put(hash);
  std::vector<uint64_t> hashes(part.places.empty() ? 0 : kPartHashes);
  for (const uint64_t place : part.places) {
    SKG_RETURN_IF_ERROR(
        file_->Read(place, hashes.data(), kPartHashes * sizeof(uint64_t)));
    for (const uint64_t hash : hashes) window.Put(hash);
  }
  return absl::OkStatus();
}

absl::Status RunFilterBuilder::Encode(const Output& output) {
  if (file_ == nullptr) {
    for (std::string& chunk : RunFilter::Build(hashes_).Encode())
      SKG_RETURN_IF_ERROR(output(std::move(chunk)));
    return absl::OkStatus();
  }
  SKG_RETURN_IF_ERROR(file_->Flush());
  Window window(count_, output);
  for (uint64_t i = 0; i < parts_.size(); ++i) {
    const uint64_t first = i << (64 - kPartBits);
    SKG_RETURN_IF_ERROR(window.WriteBefore(first));
    window.Reach(first + ((uint64_t{1} << (64 - kPartBits)) - 1));
    SKG_RETURN_IF_ERROR(PutPart(std::exchange(parts_[i], {}), window));
  }
  return window.WriteAll();
}

}  // namespace skg::storage
