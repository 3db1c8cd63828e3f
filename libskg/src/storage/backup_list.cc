#include "storage/backup_list.h"

#include <algorithm>
#include <optional>
#include <set>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/status.h"
#include "base/strings.h"
#include "storage/durable_files.h"

namespace skg::storage {
namespace {

constexpr std::string_view kFirstLine = "skg backup ";
constexpr uint64_t kVersion = 1;
constexpr std::string_view kOwnFile = "-";
constexpr size_t kHashDigits = 32;
constexpr size_t kMaxContentIdDigits = 128;

bool IsHex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
  });
}

bool IsFileName(std::string_view name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '-' || c == '_' || c == '.';
  });
  return plain && !name.empty() && name.size() <= 255 && name.front() != '.';
}

absl::Status Damaged(std::string_view what) {
  return absl::DataLossError(
      absl::StrCat("the list of a backup is damaged: ", av(what)));
}

// "WORD NUMBER"
std::optional<uint64_t> NumberAfter(std::string_view word,
                                    std::string_view line) {
  uint64_t number = 0;
  if (!line.starts_with(word) ||
      !absl::SimpleAtoi(av(line.substr(word.size())), &number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<BackedUpFile> FileOf(std::string_view line) {
  const std::vector<std::string> parts = absl::StrSplit(av(line), ' ');
  BackedUpFile file;
  if (parts.size() != 5 || parts[0] != "file" || !IsFileName(parts[1]) ||
      !absl::SimpleAtoi(parts[2], &file.size) ||
      parts[3].size() != kHashDigits || !IsHex(parts[3])) {
    return std::nullopt;
  }
  file.name = parts[1];
  file.hash = parts[3];
  if (parts[4] == kOwnFile) return file;
  if (parts[4].empty() || parts[4].size() > kMaxContentIdDigits ||
      !IsHex(parts[4])) {
    return std::nullopt;
  }
  file.content_id = parts[4];
  return file;
}

// The lines before the last one, which proves that they are whole.
absl::StatusOr<std::string_view> WithoutEnd(std::string_view text) {
  const size_t end = text.rfind("end ");
  if (end == std::string_view::npos || (end > 0 && text[end - 1] != '\n'))
    return Damaged("it does not end");
  const std::string_view lines = text.substr(0, end);
  if (text.substr(end) != absl::StrCat("end ", HashOf(lines), "\n"))
    return Damaged("its checksum does not agree");
  return lines;
}

}  // namespace

std::string EncodeBackupList(const BackupList& list) {
  std::string text = absl::StrCat(av(kFirstLine), kVersion, "\ntime ",
                                  absl::ToUnixMicros(list.time), "\nnew ",
                                  list.new_bytes, "\n");
  for (const BackedUpFile& file : list.files) {
    absl::StrAppend(
        &text, "file ", file.name, " ", file.size, " ", file.hash, " ",
        file.content_id.empty() ? av(kOwnFile) : av(file.content_id), "\n");
  }
  return absl::StrCat(text, "end ", HashOf(text), "\n");
}

absl::StatusOr<BackupList> DecodeBackupList(std::string_view text) {
  SKG_ASSIGN_OR_RETURN(const std::string_view lines, WithoutEnd(text));
  std::vector<std::string> all =
      absl::StrSplit(av(lines), '\n', absl::SkipEmpty());
  if (all.size() < 3) return Damaged("it is too short");
  const auto version = NumberAfter(kFirstLine, all[0]);
  if (!version) return Damaged("its first line");
  if (*version != kVersion) {
    return absl::FailedPreconditionError(absl::StrCat(
        "the backup is of format ", *version, ", this program reads format ",
        kVersion, "; use the program that made it or a newer one"));
  }
  const auto time = NumberAfter("time ", all[1]);
  const auto new_bytes = NumberAfter("new ", all[2]);
  if (!time || !new_bytes || *time > uint64_t{INT64_MAX})
    return Damaged("its time or size");
  BackupList list;
  list.time = absl::FromUnixMicros(static_cast<int64_t>(*time));
  list.new_bytes = *new_bytes;
  std::set<std::string> names;
  for (size_t i = 3; i < all.size(); ++i) {
    std::optional<BackedUpFile> file = FileOf(all[i]);
    if (!file || !names.insert(file->name).second)
      return Damaged(absl::StrCat("line ", i + 1));
    list.files.push_back(*std::move(file));
  }
  return list;
}

}  // namespace skg::storage
