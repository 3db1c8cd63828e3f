#include <bit>
#include <cstring>
#include <filesystem>
#include <stdexcept>

#include "vector/segment.h"
#include "vectors/vector_candidate.h"

namespace skg::bench {
namespace {

class SegmentCandidate final : public VectorCandidate {
 public:
  SegmentCandidate(VectorIndexKind kind, std::string directory)
      : kind_(kind),
        path_(std::move(directory) + "/skg-bench-vectors.segment") {}
  ~SegmentCandidate() override {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }

  void Build(const VectorData& data, int threads) override {
    std::vector<uint64_t> labels(data.row_count());
    std::vector<vector::SegmentRow> rows(data.row_count());
    for (uint32_t i = 0; i < data.row_count(); ++i) {
      labels[i] = i;
      rows[i] = {data.row(i).data(),
                 reinterpret_cast<const uint8_t*>(&labels[i]), 1};
    }
    vector::SealOptions options;
    options.index = {.dimension = data.dimension, .kind = kind_};
    options.threads = static_cast<size_t>(threads);
    Check(vector::SealSegment(rows, options, path_));
    auto segment = vector::Segment::Open(path_, nullptr);
    Check(segment.status());
    segment_ = *std::move(segment);
    labels_.resize(segment_->rows());
    for (uint32_t row = 0; row < segment_->rows(); ++row) {
      uint64_t label;
      std::memcpy(&label, segment_->label(row).data(), sizeof(label));
      labels_[row] = static_cast<uint32_t>(label);
    }
  }

  [[nodiscard]] uint64_t hot_bytes() const override {
    return segment_->hot_bytes();
  }

  void Search(const float* query, size_t k, size_t ef,
              std::vector<uint32_t>& found) override {
    const auto hits = segment_->Search(
        {query, segment_->options().dimension},
        {.k = k, .ef = ef, .allowed = words_.empty() ? nullptr : &allowed_});
    Check(hits.status());
    found.clear();
    for (const vector::Hit& hit : *hits) found.push_back(labels_[hit.row]);
  }

  [[nodiscard]] bool filters() const override { return true; }
  void Allow(std::span<const uint64_t> words) override {
    words_.assign(words.empty() ? 0 : (labels_.size() + 63) / 64, 0);
    allowed_ = {words_, 0};
    if (words.empty()) return;
    for (uint32_t row = 0; row < labels_.size(); ++row) {
      const uint32_t label = labels_[row];
      if ((words[label / 64] >> (label % 64) & 1) == 0) continue;
      words_[row / 64] |= uint64_t{1} << (row % 64);
      ++allowed_.count;
    }
  }

 private:
  static void Check(const absl::Status& status) {
    if (!status.ok()) throw std::runtime_error(status.ToString());
  }

  const VectorIndexKind kind_;
  const std::string path_;
  std::unique_ptr<vector::Segment> segment_;
  std::vector<uint32_t> labels_;
  std::vector<uint64_t> words_;
  vector::AllowedRows allowed_;
};

}  // namespace

std::vector<NamedCandidate> SegmentCandidates(const std::string& directory) {
  const auto make = [&](VectorIndexKind kind) {
    return [kind, directory] {
      return std::make_unique<SegmentCandidate>(kind, directory);
    };
  };
  return {{"skg hnsw", make(VectorIndexKind::kHnsw)},
          {"skg hnsw_quantized", make(VectorIndexKind::kHnswQuantized)},
          {"skg ivf_pq", make(VectorIndexKind::kIvfPq)},
          {"skg flat", make(VectorIndexKind::kFlat)}};
}

}  // namespace skg::bench
