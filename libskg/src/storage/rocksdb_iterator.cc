#include "storage/rocksdb_iterator.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "rocksdb/options.h"
#include "storage/rocksdb_status.h"

namespace skg::storage {
namespace {

rocksdb::Slice ToSlice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}
std::string_view ToView(const rocksdb::Slice& slice) {
  return {slice.data(), slice.size()};
}

// Asks RocksDB nothing that it would answer with an assertion.
class RocksIterator final : public KvIterator {
 public:
  RocksIterator(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle,
                Family family, const KvScanOptions& options,
                rocksdb::ReadOptions read)
      : lower_(options.lower),
        upper_(options.upper),
        lower_slice_(lower_),
        upper_slice_(upper_),
        probe_(options.prefix_probe),
        probe_bytes_(ProbePrefixBytes(family)) {
    read.total_order_seek = true;
    if (!lower_.empty()) read.iterate_lower_bound = &lower_slice_;
    if (!upper_.empty()) read.iterate_upper_bound = &upper_slice_;
    read.fill_cache = options.fill_cache;
    if (probe_ &&
        (family == Family::kDelta || family == Family::kStatementIds)) {
      read.total_order_seek = false;
      read.prefix_same_as_start = true;
    }
    iterator_.reset(db.NewIterator(read, handle));
  }

  [[nodiscard]] bool Valid() const override {
    return misuse_.ok() && iterator_->Valid();
  }
  void Seek(std::string_view key) override {
    if (probe_ && key.size() < probe_bytes_) {
      return Refuse(absl::StrCat("a prefix probe for a key of ", key.size(),
                                 " bytes; it needs ", probe_bytes_));
    }
    misuse_ = absl::OkStatus();
    iterator_->Seek(ToSlice(key));
  }
  void SeekToFirst() override {
    if (probe_)
      return Refuse("a prefix probe can only Seek and go to the Next key");
    iterator_->SeekToFirst();
  }
  void SeekToLast() override {
    if (probe_)
      return Refuse("a prefix probe can only Seek and go to the Next key");
    iterator_->SeekToLast();
  }
  void Next() override {
    if (Valid()) iterator_->Next();
  }
  void Prev() override {
    if (probe_)
      return Refuse("a prefix probe can only Seek and go to the Next key");
    if (Valid()) iterator_->Prev();
  }
  [[nodiscard]] std::string_view key() const override {
    return Valid() ? ToView(iterator_->key()) : std::string_view();
  }
  [[nodiscard]] std::string_view value() const override {
    return Valid() ? ToView(iterator_->value()) : std::string_view();
  }
  [[nodiscard]] absl::Status status() const override {
    return misuse_.ok() ? ToAbsl(iterator_->status(), "reading a range")
                        : misuse_;
  }

 private:
  void Refuse(const std::string& why) {
    misuse_ = absl::InvalidArgumentError(why);
  }

  const std::string lower_, upper_;
  const rocksdb::Slice lower_slice_, upper_slice_;  // RocksDB points at them
  const bool probe_;
  const size_t probe_bytes_;
  absl::Status misuse_;
  std::unique_ptr<rocksdb::Iterator> iterator_;
};

}  // namespace

std::unique_ptr<KvIterator> NewRocksIterator(
    rocksdb::DB& db, rocksdb::ColumnFamilyHandle* handle, Family family,
    const KvScanOptions& options, const rocksdb::ReadOptions& read) {
  return std::make_unique<RocksIterator>(db, handle, family, options, read);
}

}  // namespace skg::storage
