#include "storage/record_spill.h"

#include "base/status.h"
#include "storage/keys.h"
#include "storage/rows.h"

namespace skg::storage {

absl::StatusOr<uint64_t> RecordSpill::Add(const Record& record) {
  if (file_ == nullptr) {
    SKG_ASSIGN_OR_RETURN(file_, SpillFile::Create(directory_));
  }
  const uint64_t place = file_->size() + 1;
  const std::string bytes = EncodeRecord(record);
  const auto size = static_cast<uint32_t>(bytes.size());
  SKG_RETURN_IF_ERROR(file_->Append(&size, sizeof size));
  SKG_RETURN_IF_ERROR(file_->Append(bytes.data(), bytes.size()));
  return place;
}

absl::Status RecordSpill::Flush() {
  return file_ == nullptr ? absl::OkStatus() : file_->Flush();
}

absl::StatusOr<Record> RecordSpill::Read(uint64_t place) const {
  if (file_ == nullptr || place == 0 || place > file_->size())
    return absl::InternalError("there is no such record");
  uint32_t size = 0;
  SKG_RETURN_IF_ERROR(file_->Read(place - 1, &size, sizeof size));
  std::string bytes(size, '\0');
  SKG_RETURN_IF_ERROR(
      file_->Read(place - 1 + sizeof size, bytes.data(), bytes.size()));
  return DecodeRecord(bytes);
}

absl::Status RecordSpill::ForEach(
    const std::function<absl::Status(const Record&)>& visit) const {
  if (file_ == nullptr) return absl::OkStatus();
  SpillReader reader(*file_, 0, file_->size());
  std::string bytes;
  while (!reader.at_end()) {
    uint32_t size = 0;
    SKG_RETURN_IF_ERROR(reader.ReadValue(&size));
    bytes.resize(size);
    SKG_RETURN_IF_ERROR(reader.Read(bytes.data(), size));
    SKG_ASSIGN_OR_RETURN(const Record record, DecodeRecord(bytes));
    SKG_RETURN_IF_ERROR(visit(record));
  }
  return absl::OkStatus();
}

absl::Status StatementRecords::Add(const StatementKey& statement,
                                   const Record& record) {
  if (entries_ == nullptr) {
    SKG_ASSIGN_OR_RETURN(entries_, SpillFile::Create(directory_));
  }
  Entry entry{statement, 0};
  SKG_ASSIGN_OR_RETURN(entry.place, records_.Add(record));
  return entries_->Append(&entry, sizeof entry);
}

absl::Status StatementRecords::Flush() {
  if (entries_ == nullptr) return absl::OkStatus();
  SKG_RETURN_IF_ERROR(entries_->Flush());
  return records_.Flush();
}

uint64_t StatementRecords::size() const {
  return entries_ == nullptr ? 0 : entries_->size() / sizeof(Entry);
}

uint64_t StatementRecords::bytes() const {
  return records_.bytes() + size() * (kGraphBytes + kStatementBytes + 8);
}

absl::StatusOr<StatementRecords::Entry> StatementRecords::EntryAt(
    uint64_t i) const {
  Entry entry;
  SKG_RETURN_IF_ERROR(entries_->Read(i * sizeof entry, &entry, sizeof entry));
  return entry;
}

absl::Status StatementRecords::ForEach(
    const std::function<absl::Status(const StatementKey&, const Record&)>&
        visit) const {
  if (entries_ == nullptr) return absl::OkStatus();
  SpillReader entries(*entries_, 0, entries_->size());
  return records_.ForEach([&](const Record& record) -> absl::Status {
    Entry entry;
    SKG_RETURN_IF_ERROR(entries.ReadValue(&entry));
    return visit(entry.statement, record);
  });
}

absl::StatusOr<std::optional<Record>> StatementRecords::Find(
    const StatementKey& statement) const {
  uint64_t low = 0, high = size();
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    SKG_ASSIGN_OR_RETURN(const Entry entry, EntryAt(middle));
    if (entry.statement == statement) {
      SKG_ASSIGN_OR_RETURN(Record record, records_.Read(entry.place));
      return std::optional<Record>(std::move(record));
    }
    if (entry.statement < statement) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return std::optional<Record>();
}

}  // namespace skg::storage
