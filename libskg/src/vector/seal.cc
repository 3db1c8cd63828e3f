// SealSegment: from rows to a file.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "vector/code_check.h"
#include "vector/ivf_pq.h"
#include "vector/segment.h"
#include "vector/segment_file.h"
#include "vector/vector_values.h"

namespace skg::vector {
namespace {

class Sealing {
 public:
  Sealing(std::span<const SegmentRow> rows, const SealOptions& options)
      : rows_(rows), options_(options) {}

  absl::Status Run(const std::string& path) {
    SKG_RETURN_IF_ERROR(CheckOptions(options_.index));
    if (options_.label_bytes == 0 || options_.label_bytes > kSectionAlignment) {
      return absl::InvalidArgumentError(
          absl::StrCat("vector segment: labels of ", options_.label_bytes,
                       " bytes; they must have 1 to ", kSectionAlignment));
    }
    if (rows_.size() >= kMostRows) {
      return absl::InvalidArgumentError(
          absl::StrCat("vector segment: ", rows_.size(),
                       " rows; one holds fewer than ", kMostRows));
    }
    order_.resize(rows_.size());
    std::iota(order_.begin(), order_.end(), 0u);
    SKG_RETURN_IF_ERROR(Build());
    return Write(path);
  }

 private:
  [[nodiscard]] uint32_t count() const {
    return static_cast<uint32_t>(rows_.size());
  }
  [[nodiscard]] size_t dimension() const { return options_.index.dimension; }

  absl::Status Reserve(const char* use, size_t bytes) {
    if (options_.budget == nullptr) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(MemoryReservation taken,
                         options_.budget->Reserve(use, bytes));
    reservations_.push_back(std::move(taken));
    return absl::OkStatus();
  }

  absl::Status Build() {
    const VectorIndexKind kind = options_.index.kind;
    if (kind == VectorIndexKind::kIvfPq) return BuildLists();
    if (kind != VectorIndexKind::kHnsw &&
        kind != VectorIndexKind::kHnswQuantized) {
      return absl::OkStatus();
    }
    // Codes that are not much smaller than the vectors would be no gain.
    const size_t stride = ScalarQuantizer::Stride(dimension());
    bool codes = stride * 2 <= dimension() * sizeof(float);
    if (codes) {
      SKG_RETURN_IF_ERROR(Encode(stride));
      codes = kind == VectorIndexKind::kHnswQuantized || CodesKeepOrder();
    }
    const HnswOptions hnsw = {.links = options_.index.links,
                              .ef_construction = options_.index.ef_construction,
                              .seed = options_.seed,
                              .threads = std::max<size_t>(1, options_.threads)};
    SKG_RETURN_IF_ERROR(
        Reserve("vector index build", HnswBuildBytes(rows_.size(), hnsw) +
                                          rows_.size() * 3 * sizeof(uint32_t)));
    traversal_ = codes ? Traversal::kCodes : Traversal::kFloats;
    if (codes) {
      const CodeSpace space(*quantizer_, codes_.data(), addends_.data());
      SKG_ASSIGN_OR_RETURN(graph_,
                           BuildHnsw(space, count(), hnsw, options_.hooks));
    } else {
      codes_ = {};
      addends_ = {};
      AlignedArray<float> copy;
      SKG_ASSIGN_OR_RETURN(const float* base, Contiguous(copy));
      const FloatSpace space(base, dimension(), dimension(),
                             IsSquared(options_.index.metric));
      SKG_ASSIGN_OR_RETURN(graph_,
                           BuildHnsw(space, count(), hnsw, options_.hooks));
    }
    OrderByGraph();
    return absl::OkStatus();
  }

  absl::Status BuildLists() {
    if (count() < IvfPq::kFewestRows) return absl::OkStatus();
    SKG_ASSIGN_OR_RETURN(
        lists_,
        IvfPq::Build(count(), [&](uint32_t row) { return rows_[row].vector; },
                     {.metric = options_.index.metric,
                      .dimension = options_.index.dimension,
                      .seed = options_.seed,
                      .budget = options_.budget,
                      .cancellation = options_.hooks.cancellation,
                      .progress = options_.hooks.progress}));
    return absl::OkStatus();
  }

  absl::Status Encode(size_t stride) {
    const bool squared = IsSquared(options_.index.metric);
    SKG_RETURN_IF_ERROR(Reserve(
        "vector index build",
        rows_.size() *
            (stride + (squared ? sizeof(float) : 0) + sizeof(const float*))));
    std::vector<const float*> vectors;
    vectors.reserve(rows_.size());
    for (const SegmentRow& row : rows_) vectors.push_back(row.vector);
    quantizer_ = ScalarQuantizer::Train(vectors, dimension(), squared);
    codes_ = AlignedArray<uint8_t>(rows_.size() * stride);
    if (squared) addends_ = AlignedArray<float>(rows_.size());
    for (size_t i = 0; i < rows_.size(); ++i) {
      uint8_t* code = codes_.data() + i * stride;
      quantizer_->Encode(vectors[i], code);
      if (squared) addends_[i] = quantizer_->Addend(code);
    }
    return absl::OkStatus();
  }

  bool CodesKeepOrder() {
    const CodeSpace space(*quantizer_, codes_.data(), addends_.data());
    return skg::vector::CodesKeepOrder(
        space, count(), [&](uint32_t row) { return rows_[row].vector; },
        dimension(), IsSquared(options_.index.metric));
  }

  // Vectors one behind the other: as they are where they lie so, else copied.
  absl::StatusOr<const float*> Contiguous(AlignedArray<float>& copy) {
    bool already = true;
    for (size_t i = 0; i < rows_.size() && already; ++i) {
      already = rows_[i].vector == rows_[0].vector + i * dimension();
    }
    if (already) return rows_.empty() ? nullptr : rows_[0].vector;
    SKG_RETURN_IF_ERROR(Reserve("vector index build",
                                rows_.size() * dimension() * sizeof(float)));
    copy = AlignedArray<float>(rows_.size() * dimension());
    for (size_t i = 0; i < rows_.size(); ++i) {
      std::copy_n(rows_[i].vector, dimension(), copy.data() + i * dimension());
    }
    return copy.data();
  }

  // Rows that are linked come to lie near each other: a search then reads
  // fewer pages, and finds more of them in the caches. Breadth first from the
  // entry; who is not reached comes last.
  void OrderByGraph() {
    const HnswGraph graph = graph_.view();
    std::vector<uint32_t> order;
    order.reserve(rows_.size());
    new_number_.assign(rows_.size(), kNoLink);
    const auto reach = [&](uint32_t row) {
      if (new_number_[row] != kNoLink) return;
      new_number_[row] = static_cast<uint32_t>(order.size());
      order.push_back(row);
    };
    size_t next = 0;
    for (uint32_t i = 0; i <= count() && count() > 0; ++i) {
      reach(i == 0 ? graph.entry : i - 1);
      for (; next < order.size(); ++next) {
        for (const uint32_t to : graph.Level0(order[next])) {
          if (to == kNoLink) break;
          reach(to);
        }
      }
    }
    order_ = std::move(order);
  }

  absl::Status Write(const std::string& path) {
    SKG_ASSIGN_OR_RETURN(const std::unique_ptr<SegmentWriter> writer,
                         SegmentWriter::Create(path));
    writer_ = writer.get();
    SKG_RETURN_IF_ERROR(WriteRows());
    if (traversal_ == Traversal::kCodes) SKG_RETURN_IF_ERROR(WriteCodes());
    if (traversal_ != Traversal::kNone) SKG_RETURN_IF_ERROR(WriteGraph());
    if (!lists_.empty()) {
      SKG_RETURN_IF_ERROR(writer->Begin(Section::kLists));
      SKG_RETURN_IF_ERROR(writer->Append(lists_.data(), lists_.size()));
    }
    SegmentHeader header;
    header.rows = rows_.size();
    header.dimension = options_.index.dimension;
    header.label_bytes = static_cast<uint32_t>(options_.label_bytes);
    header.metric = options_.index.metric;
    header.kind = options_.index.kind;
    header.traversal = traversal_;
    header.links = options_.index.links;
    header.ef_construction = options_.index.ef_construction;
    header.ef_search = options_.index.ef_search;
    if (traversal_ != Traversal::kNone && count() > 0) {
      header.entry = new_number_[graph_.entry];
      header.top_level = graph_.top_level;
    }
    return writer->Finish(header);
  }

  // One section, of `bytes` from at(row) for each row in the file's order.
  template <typename At>
  absl::Status WriteEach(Section section, size_t bytes, At at) {
    SKG_RETURN_IF_ERROR(writer_->Begin(section));
    constexpr size_t kPace = 4096;
    for (size_t i = 0; i < order_.size(); ++i) {
      if (i % kPace == 0 && options_.hooks.cancellation != nullptr) {
        SKG_RETURN_IF_ERROR(options_.hooks.cancellation->Check());
      }
      SKG_RETURN_IF_ERROR(writer_->Append(at(order_[i]), bytes));
    }
    return absl::OkStatus();
  }

  absl::Status WriteRows() {
    SKG_RETURN_IF_ERROR(
        WriteEach(Section::kLabels, options_.label_bytes,
                  [&](uint32_t row) { return rows_[row].label; }));
    SKG_RETURN_IF_ERROR(
        WriteEach(Section::kFromCommits, sizeof(uint64_t),
                  [&](uint32_t row) { return &rows_[row].from_commit; }));
    return WriteEach(Section::kVectors, dimension() * sizeof(float),
                     [&](uint32_t row) { return rows_[row].vector; });
  }

  absl::Status WriteCodes() {
    SKG_RETURN_IF_ERROR(writer_->Begin(Section::kMiddles));
    SKG_RETURN_IF_ERROR(writer_->Append(quantizer_->middle().data(),
                                        dimension() * sizeof(float)));
    SKG_RETURN_IF_ERROR(writer_->Begin(Section::kSteps));
    SKG_RETURN_IF_ERROR(writer_->Append(quantizer_->step().data(),
                                        dimension() * sizeof(float)));
    const size_t stride = quantizer_->stride();
    SKG_RETURN_IF_ERROR(WriteEach(Section::kCodes, stride, [&](uint32_t row) {
      return codes_.data() + row * stride;
    }));
    if (addends_.size() == 0) return absl::OkStatus();
    return WriteEach(Section::kAddends, sizeof(float),
                     [&](uint32_t row) { return addends_.data() + row; });
  }

  void Renumber(std::span<uint32_t> links) const {
    for (uint32_t& link : links) {
      if (link != kNoLink) link = new_number_[link];
    }
  }

  absl::Status WriteGraph() {
    Renumber({graph_.level0.data(), graph_.level0.size()});
    Renumber({graph_.upper.data(), graph_.upper.size()});
    const size_t places = size_t{2} * graph_.links;
    SKG_RETURN_IF_ERROR(WriteEach(
        Section::kLevel0, places * sizeof(uint32_t),
        [&](uint32_t row) { return graph_.level0.data() + row * places; }));
    SKG_RETURN_IF_ERROR(
        WriteEach(Section::kUpperAt, sizeof(uint32_t),
                  [&](uint32_t row) { return graph_.upper_at.data() + row; }));
    SKG_RETURN_IF_ERROR(writer_->Begin(Section::kUpper));
    return writer_->Append(graph_.upper.data(),
                           graph_.upper.size() * sizeof(uint32_t));
  }

  const std::span<const SegmentRow> rows_;
  const SealOptions& options_;
  std::vector<MemoryReservation> reservations_;
  Traversal traversal_ = Traversal::kNone;
  std::optional<ScalarQuantizer> quantizer_;
  AlignedArray<uint8_t> codes_;
  AlignedArray<float> addends_;
  OwnedHnswGraph graph_;
  std::vector<uint8_t> lists_;
  std::vector<uint32_t> order_;       // by number in the file
  std::vector<uint32_t> new_number_;  // its inverse, where there is a graph
  SegmentWriter* writer_ = nullptr;
};

}  // namespace

absl::Status SealSegment(std::span<const SegmentRow> rows,
                         const SealOptions& options, const std::string& path) {
  return Sealing(rows, options).Run(path);
}

}  // namespace skg::vector
