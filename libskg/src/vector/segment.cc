#include "vector/segment.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "base/strings.h"
#include "vector/ivf_pq.h"
#include "vector/mapped_file.h"
#include "vector/quantizer.h"
#include "vector/segment_file.h"
#include "vector/segment_search.h"
#include "vector/vector_values.h"

namespace skg::vector {
namespace {

// More candidates than that: every row is looked at by its full vector, which
// needs no pool.
constexpr size_t kMostCandidates = 1 << 16;

// What one search needs and the next may use again.
struct Workspace {
  Workspace(size_t rows, MemoryReservation taken)
      : reservation(std::move(taken)), scratch(rows) {}

  MemoryReservation reservation;
  SearchScratch scratch;
  CodeQuery code_query;
  std::vector<Candidate> found;
};

class WorkspacePool {
 public:
  WorkspacePool(size_t rows, MemoryBudget* budget)
      : rows_(rows), budget_(budget) {}

  absl::StatusOr<std::unique_ptr<Workspace>> Take() {
    {
      const std::lock_guard lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<Workspace> workspace = std::move(free_.back());
        free_.pop_back();
        return workspace;
      }
    }
    MemoryReservation taken;
    if (budget_ != nullptr) {
      // A bit and the number of its word; the rest is small.
      SKG_ASSIGN_OR_RETURN(
          taken, budget_->Reserve("vector searches",
                                  rows_ / 8 + rows_ / 16 + (size_t{1} << 16)));
    }
    return std::make_unique<Workspace>(rows_, std::move(taken));
  }
  void GiveBack(std::unique_ptr<Workspace> workspace) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(workspace));
  }

 private:
  const size_t rows_;
  MemoryBudget* const budget_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_;
};

template <typename T>
std::span<const T> As(std::span<const uint8_t> bytes) {
  return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
}

}  // namespace

class Segment::Impl {
 public:
  Impl(std::string path, std::unique_ptr<MappedFile> file,
       const SegmentHeader& header, MemoryBudget* budget)
      : path_(std::move(path)),
        file_(std::move(file)),
        header_(header),
        options_{.dimension = header.dimension,
                 .metric = header.metric,
                 .kind = header.kind,
                 .links = header.links,
                 .ef_construction = header.ef_construction,
                 .ef_search = header.ef_search},
        labels_(Bytes(Section::kLabels)),
        from_commits_(As<uint64_t>(Bytes(Section::kFromCommits))),
        vectors_(As<float>(Bytes(Section::kVectors))),
        graph_{static_cast<uint32_t>(header.rows),
               header.links,
               header.entry,
               header.top_level,
               As<uint32_t>(Bytes(Section::kLevel0)),
               As<uint32_t>(Bytes(Section::kUpperAt)),
               As<uint32_t>(Bytes(Section::kUpper))},
        budget_(budget),
        workspaces_(header.rows, budget) {}

  // What every search needs; the little of it that is read now is verified.
  absl::Status Prepare() {
    if (!Bytes(Section::kLists).empty()) {
      SKG_RETURN_IF_ERROR(
          CheckSection(file_->bytes(), header_, Section::kLists, path_));
      SKG_ASSIGN_OR_RETURN(lists_,
                           IvfPq::Load(Bytes(Section::kLists), graph_.rows,
                                       header_.dimension, budget_));
    }
    if (header_.traversal == Traversal::kNone) return absl::OkStatus();
    if (header_.traversal == Traversal::kCodes) {
      for (const Section section : {Section::kMiddles, Section::kSteps}) {
        SKG_RETURN_IF_ERROR(
            CheckSection(file_->bytes(), header_, section, path_));
      }
      quantizer_.emplace(As<float>(Bytes(Section::kMiddles)),
                         As<float>(Bytes(Section::kSteps)),
                         IsSquared(header_.metric));
      file_->Advise(Bytes(Section::kCodes), MappedFile::Use::kSoon);
      file_->Advise(Bytes(Section::kAddends), MappedFile::Use::kSoon);
    }
    file_->Advise(Bytes(Section::kLevel0), MappedFile::Use::kSoon);
    // A few vectors a search, scattered: what lies around them is not wanted.
    if (header_.kind == VectorIndexKind::kHnswQuantized) {
      file_->Advise(Bytes(Section::kVectors), MappedFile::Use::kRandom);
    }
    return absl::OkStatus();
  }

  absl::Status Verify(const Cancellation* cancellation) const {
    for (size_t i = 0; i < kSections; ++i) {
      if (cancellation != nullptr) {
        SKG_RETURN_IF_ERROR(cancellation->Check());
      }
      SKG_RETURN_IF_ERROR(CheckSection(file_->bytes(), header_,
                                       static_cast<Section>(i), path_));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<Hit>> Search(std::span<const float> query,
                                          const SegmentSearch& search) const {
    if (search.cancellation != nullptr) {
      SKG_RETURN_IF_ERROR(search.cancellation->Check());
    }
    SKG_ASSIGN_OR_RETURN(
        const std::vector<float> accepted,
        AcceptVector(query, header_.dimension, header_.metric));
    const size_t k = std::min<size_t>(search.k, header_.rows);
    if (k == 0) return std::vector<Hit>();
    const size_t ef =
        std::max(k, search.ef == 0 ? header_.ef_search : search.ef);
    if (lists_ != nullptr && ef <= kMostCandidates) {
      return SearchLists(accepted.data(), k, ef, search);
    }
    if (header_.traversal == Traversal::kNone || ef > kMostCandidates) {
      return ExactSearch(rows_of_floats(), header_.metric, accepted.data(), k,
                         search.allowed, search.cancellation);
    }
    SKG_ASSIGN_OR_RETURN(std::unique_ptr<Workspace> workspace,
                         workspaces_.Take());
    const CandidateSearch candidates = {
        .k = k,
        .ef = std::min<size_t>(ef, header_.rows),
        .allowed = search.allowed,
        .cancellation = search.cancellation};
    absl::StatusOr<std::vector<Hit>> hits =
        header_.traversal == Traversal::kCodes
            ? SearchCodes(accepted.data(), candidates, *workspace)
            : SearchFloats(accepted.data(), candidates, *workspace);
    workspaces_.GiveBack(std::move(workspace));
    return hits;
  }

  [[nodiscard]] std::span<const uint8_t> Bytes(Section section) const {
    return SectionBytes(file_->bytes(), header_, section);
  }
  [[nodiscard]] const SegmentHeader& header() const { return header_; }
  [[nodiscard]] const VectorIndexOptions& options() const { return options_; }
  [[nodiscard]] std::span<const uint8_t> labels() const { return labels_; }
  [[nodiscard]] std::span<const uint64_t> from_commits() const {
    return from_commits_;
  }
  [[nodiscard]] std::span<const float> vectors() const { return vectors_; }

 private:
  [[nodiscard]] FloatRows rows_of_floats() const {
    return {vectors_.data(), static_cast<uint32_t>(header_.rows),
            header_.dimension, header_.dimension};
  }
  [[nodiscard]] FloatSpace float_space() const {
    return {vectors_.data(), header_.dimension, header_.dimension,
            IsSquared(header_.metric)};
  }

  // A list for every two candidates; codes are coarse, so that several times as
  // many of their rows are ranked by the vectors.
  absl::StatusOr<std::vector<Hit>> SearchLists(
      const float* query, size_t k, size_t ef,
      const SegmentSearch& search) const {
    constexpr size_t kCandidatesOfAList = 2;
    constexpr size_t kRanked = 4;
    // In the time of one product of ours FAISS looks at the codes of so many
    // rows, and it takes that of so many to choose among the lists for each.
    constexpr uint64_t kCodesOfARow = 4, kRowsOfAList = 4;
    const uint64_t rows = header_.rows, lists = lists_->lists();
    uint64_t probes = ef / kCandidatesOfAList + 1;
    bool by_lists = true;
    if (search.allowed != nullptr && search.allowed->count < rows) {
      // As many of the allowed rows as there would be rows without a filter.
      const uint64_t allowed = std::max<uint64_t>(1, search.allowed->count);
      probes = std::min(lists, probes * rows / allowed + 1);
      by_lists =
          allowed > kRowsOfAList * lists + rows * probes / lists / kCodesOfARow;
    }
    std::vector<uint32_t> found;
    if (by_lists) {
      SKG_RETURN_IF_ERROR(lists_->Search(query, static_cast<size_t>(probes),
                                         kRanked * ef, search.allowed, found));
    }
    if (found.size() < k) {
      return ExactSearch(rows_of_floats(), header_.metric, query, k,
                         search.allowed, search.cancellation);
    }
    const FloatSpace space = float_space();
    for (const uint32_t row : found) space.PrefetchRow(row);
    std::vector<float> distances(found.size());
    space.Distances({query}, found.data(), found.size(), distances.data());
    std::vector<Hit> hits;
    hits.reserve(found.size());
    for (size_t i = 0; i < found.size(); ++i) {
      hits.push_back({found[i], ScoreOf(header_.metric, distances[i])});
    }
    return Best(std::move(hits), k);
  }

  absl::StatusOr<std::vector<Hit>> SearchFloats(const float* query,
                                                const CandidateSearch& search,
                                                Workspace& workspace) const {
    const FloatSpace space = float_space();
    FloatSpace::Query prepared;
    space.FromVector(query, prepared);
    SKG_RETURN_IF_ERROR(SearchGraph(graph_, space, prepared, search,
                                    workspace.scratch, workspace.found));
    std::vector<Hit> hits;
    hits.reserve(workspace.found.size());
    for (const Candidate candidate : workspace.found) {
      hits.push_back(
          {candidate.row(), ScoreOf(header_.metric, candidate.distance())});
    }
    return Best(std::move(hits), search.k);
  }

  absl::StatusOr<std::vector<Hit>> SearchCodes(const float* query,
                                               const CandidateSearch& search,
                                               Workspace& workspace) const {
    const CodeSpace space(*quantizer_, Bytes(Section::kCodes).data(),
                          IsSquared(header_.metric)
                              ? As<float>(Bytes(Section::kAddends)).data()
                              : nullptr);
    space.FromVector(query, workspace.code_query);
    SKG_RETURN_IF_ERROR(SearchGraph(graph_, space, workspace.code_query, search,
                                    workspace.scratch, workspace.found));
    return Rank(query, search.k, workspace);
  }

  // By their full vectors, those candidates that may still be among the best:
  // whose distance by codes is not beyond the k-th best true one by more than
  // codes err.
  std::vector<Hit> Rank(const float* query, size_t k,
                        const Workspace& workspace) const {
    constexpr size_t kBlock = 16;
    constexpr float kDeviations = 4;
    const std::span<const Candidate> found = workspace.found;
    const float error = kDeviations * workspace.code_query.error;
    const FloatSpace space = float_space();
    const FloatSpace::Query prepared = {query};
    const auto ask = [&](size_t begin) {
      for (size_t i = begin; i < std::min(begin + kBlock, found.size()); ++i) {
        space.PrefetchRow(found[i].row());
      }
    };
    std::vector<Hit> hits;
    hits.reserve(std::min(found.size(), 2 * k + kBlock));
    ask(0);
    for (size_t begin = 0; begin < found.size(); begin += kBlock) {
      ask(begin + kBlock);
      const size_t count = std::min(kBlock, found.size() - begin);
      uint32_t rows[kBlock];
      float distances[kBlock];
      for (size_t i = 0; i < count; ++i) rows[i] = found[begin + i].row();
      space.Distances(prepared, rows, count, distances);
      for (size_t i = 0; i < count; ++i) {
        hits.push_back({rows[i], ScoreOf(header_.metric, distances[i])});
      }
      if (begin + count < found.size() && hits.size() >= k) {
        const auto kth = hits.begin() + static_cast<ptrdiff_t>(k) - 1;
        std::nth_element(hits.begin(), kth, hits.end());
        const float nearest =
            std::max(found[begin + count].distance() - error,
                     IsSquared(header_.metric)
                         ? 0.0f
                         : -std::numeric_limits<float>::infinity());
        if (ScoreOf(header_.metric, nearest) < kth->score) break;
      }
    }
    return Best(std::move(hits), k);
  }

  static std::vector<Hit> Best(std::vector<Hit> hits, size_t k) {
    k = std::min(k, hits.size());
    std::partial_sort(hits.begin(), hits.begin() + static_cast<ptrdiff_t>(k),
                      hits.end());
    hits.resize(k);
    return hits;
  }

  const std::string path_;
  const std::unique_ptr<MappedFile> file_;
  const SegmentHeader header_;
  const VectorIndexOptions options_;
  const std::span<const uint8_t> labels_;
  const std::span<const uint64_t> from_commits_;
  const std::span<const float> vectors_;
  const HnswGraph graph_;
  MemoryBudget* const budget_;
  std::optional<ScalarQuantizer> quantizer_;
  std::unique_ptr<IvfPq> lists_;
  mutable WorkspacePool workspaces_;
};

Segment::Segment(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Segment::~Segment() = default;

absl::StatusOr<std::unique_ptr<Segment>> Segment::Open(const std::string& path,
                                                       MemoryBudget* budget) {
  SKG_ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file,
                       MappedFile::Open(path));
  SKG_ASSIGN_OR_RETURN(const SegmentHeader header,
                       ReadSegmentHeader(file->bytes(), path));
  auto impl = std::make_unique<Impl>(path, std::move(file), header, budget);
  SKG_RETURN_IF_ERROR(impl->Prepare());
  return std::unique_ptr<Segment>(new Segment(std::move(impl)));
}

absl::Status Segment::Verify(const Cancellation* cancellation) const {
  return impl_->Verify(cancellation);
}

absl::StatusOr<std::vector<Hit>> Segment::Search(
    std::span<const float> query, const SegmentSearch& search) const {
  return impl_->Search(query, search);
}

uint32_t Segment::rows() const {
  return static_cast<uint32_t>(impl_->header().rows);
}
const VectorIndexOptions& Segment::options() const { return impl_->options(); }
size_t Segment::label_bytes() const { return impl_->header().label_bytes; }

std::span<const uint8_t> Segment::label(uint32_t row) const {
  return impl_->labels().subspan(row * label_bytes(), label_bytes());
}
uint64_t Segment::from_commit(uint32_t row) const {
  return impl_->from_commits()[row];
}
std::span<const float> Segment::vector(uint32_t row) const {
  const size_t dimension = impl_->header().dimension;
  return impl_->vectors().subspan(row * dimension, dimension);
}

uint64_t Segment::file_bytes() const { return impl_->header().file_bytes; }

uint64_t Segment::hot_bytes() const {
  const SegmentHeader& header = impl_->header();
  const auto bytes = [&](Section section) {
    return header.sections[static_cast<size_t>(section)].bytes;
  };
  const uint64_t links = bytes(Section::kLevel0) + bytes(Section::kUpperAt) +
                         bytes(Section::kUpper);
  if (bytes(Section::kLists) > 0) return bytes(Section::kLists);
  return header.traversal == Traversal::kCodes
             ? links + bytes(Section::kCodes) + bytes(Section::kAddends)
             : links + bytes(Section::kVectors);
}

}  // namespace skg::vector
