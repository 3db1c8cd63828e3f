// ExternalSorter: rows of fixed size in order, more of them than memory holds:
// sorted stretches in a temporary file, merged while they are read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status.h"
#include "storage/spill_file.h"

namespace skg::storage {

// `Before` is a total order: no two rows may be equal in it unless either may
// come first. Not thread-safe while it is filled; then readers of several
// threads. More may be added once these have ended, and be sorted again.
// Memory: as given, and up to 256 KiB a stretch and reader: less where these
// would be more than what is given, but at least 16 KiB.
template <typename Row, typename Before>
class ExternalSorter {
  static_assert(std::is_trivially_copyable_v<Row>);
  struct Stretch {
    uint64_t begin, end;  // bytes in the file
  };

 public:
  // `directory`: see SpillFile.
  ExternalSorter(std::string directory, size_t memory_bytes,
                 Before before = Before())
      : directory_(std::move(directory)),
        most_rows_(std::max<size_t>(1024, memory_bytes / sizeof(Row))),
        before_(before) {}

  [[nodiscard]] absl::Status Add(const Row& row) {
    if (rows_.size() == rows_.capacity()) Grow();
    rows_.push_back(row);
    ++size_;
    return rows_.size() < most_rows_ ? absl::OkStatus() : Spill();
  }
  // After the last Add, before the first reader.
  [[nodiscard]] absl::Status Sort() {
    if (file_ == nullptr) {
      std::sort(rows_.begin(), rows_.end(), before_);
      return absl::OkStatus();
    }
    SKG_RETURN_IF_ERROR(Spill());
    std::vector<Row>().swap(rows_);
    return file_->Flush();
  }
  [[nodiscard]] uint64_t size() const { return size_; }
  // Sorts, and tells where rows that are added later begin.
  using Mark = size_t;
  [[nodiscard]] absl::StatusOr<Mark> SortAndMark() {
    SKG_RETURN_IF_ERROR(Spill());
    SKG_RETURN_IF_ERROR(Sort());
    return stretches_.size();
  }

  // Goes through all rows in order. Must end before the sorter.
  class Reader {
   public:
    [[nodiscard]] bool valid() const { return current_.has_value(); }
    [[nodiscard]] const Row& row() const { return *current_; }
    [[nodiscard]] absl::Status Next() {
      if (heads_.empty()) {
        const std::vector<Row>& rows = sorter_->rows_;
        if (at_ < rows.size()) {
          current_ = rows[at_++];
        } else {
          current_.reset();
        }
        return absl::OkStatus();
      }
      return NextOfHeads();
    }

   private:
    friend class ExternalSorter;
    struct Head {
      SpillReader reader;
      Row row;
    };
    explicit Reader(const ExternalSorter& sorter) : sorter_(&sorter) {}

    [[nodiscard]] absl::Status Open(Mark from) {
      const auto& stretches = sorter_->stretches_;
      for (size_t i = from; i < stretches.size(); ++i) {
        Head& head = heads_.emplace_back(Head{
            SpillReader(*sorter_->file_, stretches[i].begin, stretches[i].end,
                        sorter_->BufferBytes(stretches.size() - from)),
            {}});
        SKG_RETURN_IF_ERROR(head.reader.ReadValue(&head.row));
      }
      std::make_heap(heads_.begin(), heads_.end(), After());
      if (heads_.empty()) return Next();
      current_ = heads_.front().row;
      return absl::OkStatus();
    }
    [[nodiscard]] auto After() const {
      return [this](const Head& a, const Head& b) {
        return sorter_->before_(b.row, a.row);
      };
    }
    // The front of the heap is what `current_` was taken from.
    [[nodiscard]] absl::Status NextOfHeads() {
      if (!current_) return absl::OkStatus();
      std::pop_heap(heads_.begin(), heads_.end(), After());
      Head& head = heads_.back();
      if (!head.reader.at_end()) {
        SKG_RETURN_IF_ERROR(head.reader.ReadValue(&head.row));
        std::push_heap(heads_.begin(), heads_.end(), After());
      } else if (heads_.size() > 1) {
        heads_.pop_back();
      } else {
        current_.reset();
        return absl::OkStatus();
      }
      current_ = heads_.front().row;
      return absl::OkStatus();
    }

    const ExternalSorter* sorter_;
    size_t at_ = 0;  // where all rows are in memory
    std::vector<Head> heads_;
    std::optional<Row> current_;
  };
  // With a mark: only what was added since.
  [[nodiscard]] absl::StatusOr<Reader> Read(Mark from = 0) const {
    Reader reader(*this);
    SKG_RETURN_IF_ERROR(reader.Open(from));
    return reader;
  }

  // Whether there is a row that is neither before nor after: compares only as
  // `before(row, key)` and `after(row, key)` say. O(log rows) for each stretch.
  template <typename Key, typename IsBefore, typename IsAfter>
  [[nodiscard]] absl::StatusOr<bool> Contains(const Key& key,
                                              const IsBefore& before,
                                              const IsAfter& after) const {
    if (file_ == nullptr) {
      const auto at = std::partition_point(
          rows_.begin(), rows_.end(),
          [&](const Row& row) { return before(row, key); });
      return at != rows_.end() && !after(*at, key);
    }
    for (const Stretch& stretch : stretches_) {
      uint64_t low = 0, high = (stretch.end - stretch.begin) / sizeof(Row);
      const uint64_t count = high;
      Row row;
      const auto read = [&](uint64_t i) {
        return file_->Read(stretch.begin + i * sizeof(Row), &row, sizeof row);
      };
      while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        SKG_RETURN_IF_ERROR(read(middle));
        if (before(row, key)) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      if (low == count) continue;
      SKG_RETURN_IF_ERROR(read(low));
      if (!after(row, key)) return true;
    }
    return false;
  }

 private:
  // Doubling, but never past what is allowed: a vector would take up to twice
  // that.
  void Grow() {
    rows_.reserve(
        std::min(most_rows_, std::max<size_t>(1024, rows_.size() * 2)));
  }

  [[nodiscard]] size_t BufferBytes(size_t stretches) const {
    return std::clamp(most_rows_ * sizeof(Row) / std::max<size_t>(stretches, 1),
                      size_t{16} << 10, SpillReader::kBufferBytes);
  }

  [[nodiscard]] absl::Status Spill() {
    if (rows_.empty()) return absl::OkStatus();
    std::sort(rows_.begin(), rows_.end(), before_);
    if (file_ == nullptr) {
      SKG_ASSIGN_OR_RETURN(file_, SpillFile::Create(directory_));
    }
    const uint64_t begin = file_->size();
    SKG_RETURN_IF_ERROR(
        file_->Append(rows_.data(), rows_.size() * sizeof(Row)));
    stretches_.push_back({begin, file_->size()});
    rows_.clear();
    return absl::OkStatus();
  }

  const std::string directory_;
  const size_t most_rows_;
  const Before before_;
  std::vector<Row> rows_;
  uint64_t size_ = 0;
  std::unique_ptr<SpillFile> file_;
  std::vector<Stretch> stretches_;
};

}  // namespace skg::storage
