#include "storage/commit_memory.h"

#include "absl/strings/str_cat.h"
#include "base/memory_status.h"

namespace skg::storage {

namespace {

// Of each operation: its place in the writer's state of triples, in the lists
// of touched triples, changes and rows, its log entry, its rows in a run and
// in the id index.
constexpr size_t kOperationBytes = 600;
// Of each new term: as it waits for its number, in the table of those that
// have theirs, two rows of the dictionary without the text.
constexpr size_t kTermBytes = 240;
// The text: encoded, as a key of that table, in both rows, and what is spare
// in a batch that has just grown.
constexpr size_t kTextCopies = 4;
constexpr size_t kRecordBytes = 300;
constexpr size_t kRecordCopies = 4;

}  // namespace

size_t CommitBytes(const CommitRequest& request) {
  size_t text = 0;
  for (const rdf::Term& term : request.new_terms) text += rdf::TextBytes(term);
  size_t records = 0;
  for (const Record& record : request.records)
    records += record.metadata.size() + record.source.size();
  return request.operations.size() * kOperationBytes +
         request.new_terms.size() * kTermBytes + text * kTextCopies +
         request.records.size() * kRecordBytes + records * kRecordCopies;
}

CommitMemory::Share& CommitMemory::Share::operator=(Share&& other) noexcept {
  if (this == &other) return *this;
  GiveBack();
  memory_ = std::exchange(other.memory_, nullptr);
  reserved_ = std::move(other.reserved_);
  return *this;
}

void CommitMemory::Share::GiveBack() {
  if (memory_ == nullptr) return;
  CommitMemory& memory = *std::exchange(memory_, nullptr);
  const std::lock_guard lock(memory.mutex_);
  reserved_ = {};
  --memory.holders_;
  memory.changed_.notify_all();
}

absl::StatusOr<CommitMemory::Share> CommitMemory::Reserve(
    const CommitRequest& request) {
  if (budget_ == nullptr) return Share();
  const size_t bytes = CommitBytes(request);
  if (bytes <= kFreeBytes) return Share();
  std::unique_lock lock(mutex_);
  const uint64_t ticket = next_ticket_++;
  changed_.wait(lock, [&] { return turn_ == ticket; });
  absl::StatusOr<MemoryReservation> reserved =
      budget_->Reserve("commits", bytes);
  // Commits end by themselves; who else holds memory may do so for ever.
  while (!reserved.ok() && holders_ > 0) {
    changed_.wait(lock);
    reserved = budget_->Reserve("commits", bytes);
  }
  ++turn_;
  changed_.notify_all();
  if (!reserved.ok()) {
    return OutOfMemoryBudget(absl::StrCat(
        "a commit of ", request.operations.size(), " changes takes about ",
        bytes >> 10, " KiB of memory while it is written; ",
        budget_->free_bytes() >> 10, " KiB of the budget of ",
        budget_->limit_bytes() >> 10,
        " KiB are free; split it, load it in bulk, or raise the budget"));
  }
  ++holders_;
  return Share(*this, *std::move(reserved));
}

}  // namespace skg::storage
