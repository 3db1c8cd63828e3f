#include "storage/rocksdb_status.h"

#include <cerrno>
#include <string>
#include <system_error>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/strings.h"

namespace skg::storage {
namespace {

// A file may not be larger, or its owner may not have more: of the ways in
// which there is no room RocksDB knows ENOSPC alone.
bool IsAtLimit(const rocksdb::Status& status) {
  if (!status.IsIOError()) return false;
  const std::string text = status.ToString();
  return text.ends_with(std::generic_category().message(EFBIG)) ||
         text.ends_with(std::generic_category().message(EDQUOT));
}

absl::StatusCode CodeOf(const rocksdb::Status& status) {
  if (status.IsNoSpace() || status.IsMemoryLimit() || IsAtLimit(status))
    return absl::StatusCode::kResourceExhausted;
  if (status.subcode() == rocksdb::Status::SubCode::kSpaceLimit) {
    return absl::StatusCode::kResourceExhausted;
  }
  switch (status.code()) {
    case rocksdb::Status::kOk:
      return absl::StatusCode::kOk;
    case rocksdb::Status::kCorruption:
      return absl::StatusCode::kDataLoss;
    case rocksdb::Status::kNotFound:
      return absl::StatusCode::kNotFound;
    case rocksdb::Status::kInvalidArgument:
      return absl::StatusCode::kInvalidArgument;
    case rocksdb::Status::kBusy:
      return absl::StatusCode::kFailedPrecondition;
    case rocksdb::Status::kIOError:
    case rocksdb::Status::kShutdownInProgress:
    case rocksdb::Status::kTimedOut:
    case rocksdb::Status::kAborted:
    case rocksdb::Status::kTryAgain:
      return absl::StatusCode::kUnavailable;
    default:
      return absl::StatusCode::kInternal;
  }
}

// Some of its messages are lines, one a file.
std::string OneLine(const rocksdb::Status& status) {
  std::string text = status.ToString();
  while (text.ends_with('\n')) text.pop_back();
  return absl::StrReplaceAll(text, {{"\n", "; "}});
}

bool IsLocked(const rocksdb::Status& status) {
  return status.IsIOError() &&
         (absl::StrContains(status.ToString(), "While lock file") ||
          absl::StrContains(status.ToString(), "lock hold by"));
}

}  // namespace

absl::Status ToAbsl(const rocksdb::Status& status, std::string_view what) {
  if (status.ok()) return absl::OkStatus();
  return absl::Status(CodeOf(status),
                      absl::StrCat(av(what), ": ", OneLine(status)));
}

absl::Status InUseError(std::string_view directory) {
  return absl::FailedPreconditionError(absl::StrCat(
      av(directory),
      ": in use by another process, or open already in this one; close it "
      "there, or read beside it with Engine::OpenReader (in Python "
      "read_only=True, on the command line --read-only)"));
}

absl::Status OpenError(const rocksdb::Status& status,
                       const std::string& directory) {
  if (status.ok()) return absl::OkStatus();
  if (IsLocked(status)) return InUseError(directory);
  if (status.IsPathNotFound()) {
    return absl::DataLossError(absl::StrCat(
        directory, ": a file of the store is missing: ", OneLine(status)));
  }
  return ToAbsl(status, absl::StrCat("opening ", directory));
}

}  // namespace skg::storage
