#include "vector/vector_segments.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <functional>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"

namespace skg::vector {

namespace {

constexpr std::string_view kSuffix = ".seg";

RowSet AllRows(uint32_t rows) {
  RowSet set;
  set.words.assign((size_t{rows} + 63) / 64, ~uint64_t{0});
  if (rows % 64 != 0) set.words.back() = (uint64_t{1} << (rows % 64)) - 1;
  set.count = rows;
  return set;
}

// Calls visit(path, what follows the prefix, without the suffix).
void ForEachFile(const std::string& directory, const std::string& prefix,
                 const std::function<void(const std::filesystem::path&,
                                          std::string_view)>& visit) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(directory, error), end;
       !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (!name.starts_with(prefix)) continue;
    std::string_view rest = std::string_view(name).substr(prefix.size());
    // What a crash left of one that was being written.
    if (rest.ends_with(".part")) rest.remove_suffix(5);
    if (!rest.ends_with(kSuffix)) continue;
    rest.remove_suffix(kSuffix.size());
    visit(at->path(), rest);
  }
}

// Graph, index and file, or nothing.
std::optional<std::array<uint64_t, 3>> NumbersOf(std::string_view name) {
  std::array<uint64_t, 3> numbers = {};
  for (size_t i = 0; i < numbers.size(); ++i) {
    const auto [end, error] =
        std::from_chars(name.data(), name.data() + name.size(), numbers[i]);
    if (error != std::errc()) return std::nullopt;
    name.remove_prefix(static_cast<size_t>(end - name.data()));
    if (i + 1 == numbers.size()) break;
    if (!name.starts_with('-')) return std::nullopt;
    name.remove_prefix(1);
  }
  if (!name.empty() || numbers[0] > UINT32_MAX || numbers[1] > UINT32_MAX)
    return std::nullopt;
  return numbers;
}

// The files of an index; of one that is not there (any more), none. Nothing
// where that cannot be told.
std::optional<absl::flat_hash_set<uint64_t>> ListedFiles(
    const storage::KvStore& kv, uint32_t graph, uint32_t index) {
  absl::flat_hash_set<uint64_t> files;
  std::string value;
  const auto known = kv.Get(storage::Family::kVectors,
                            DefinitionKey(graph, index), &value, nullptr);
  if (!known.ok()) return std::nullopt;
  if (!*known) return files;
  const auto list = ReadSegments(kv, graph, index, nullptr);
  if (!list.ok()) return std::nullopt;
  for (const SegmentEntry& entry : list->segments) files.insert(entry.file);
  return files;
}

}  // namespace

OpenSegment::OpenSegment(SegmentEntry entry, std::unique_ptr<Segment> segment)
    : entry_(entry),
      segment_(std::move(segment)),
      live_(AllRows(segment_->rows())) {}

uint64_t OpenSegment::end(uint32_t row) const {
  const auto known = ends_.find(row);
  return known == ends_.end() ? UINT64_MAX : known->second;
}

void OpenSegment::End(uint32_t row, uint64_t commit) {
  live_.Clear(row);
  ends_[row] = commit;
}

RowSet OpenSegment::VisibleAt(uint64_t commit) const {
  RowSet rows = live_;
  for (const auto& [row, end] : ends_)
    if (end > commit) rows.Set(row);
  if (commit >= entry_.last_commit) return rows;
  for (uint32_t row = 0; row < segment_->rows(); ++row)
    if (segment_->from_commit(row) > commit) rows.Clear(row);
  return rows;
}

std::string SegmentFiles::Path(uint64_t file) const {
  return absl::StrCat(directory, "/", graph, "-", index, "-", file,
                      std::string(kSuffix));
}

void SegmentFiles::RemoveOthers(const SegmentList& list) const {
  ForEachFile(
      directory, absl::StrCat(graph, "-", index, "-"),
      [&](const std::filesystem::path& path, std::string_view rest) {
        uint64_t file = 0;
        const auto [end, error] =
            std::from_chars(rest.data(), rest.data() + rest.size(), file);
        if (error != std::errc() || end != rest.data() + rest.size()) return;
        const bool listed = std::any_of(
            list.segments.begin(), list.segments.end(),
            [&](const SegmentEntry& entry) { return entry.file == file; });
        if (listed || file >= list.next_file) return;
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
      });
}

void SegmentFiles::RemoveAll() const {
  ForEachFile(directory,
              index == 0 ? absl::StrCat(graph, "-")
                         : absl::StrCat(graph, "-", index, "-"),
              [](const std::filesystem::path& path, std::string_view) {
                std::error_code ignored;
                std::filesystem::remove(path, ignored);
              });
}

void RemoveUnlisted(const storage::KvStore& kv, const std::string& directory,
                    const absl::flat_hash_set<uint32_t>& graphs) {
  absl::flat_hash_map<std::pair<uint32_t, uint32_t>,
                      std::optional<absl::flat_hash_set<uint64_t>>>
      listed;
  ForEachFile(
      directory, "",
      [&](const std::filesystem::path& path, std::string_view name) {
        const auto numbers = NumbersOf(name);
        if (!numbers) return;  // somebody else's
        const std::pair index(static_cast<uint32_t>((*numbers)[0]),
                              static_cast<uint32_t>((*numbers)[1]));
        if (graphs.contains(index.first) && path.extension() != ".part") {
          auto [files, is_new] = listed.try_emplace(index);
          if (is_new)
            files->second = ListedFiles(kv, index.first, index.second);
          if (!files->second || files->second->contains((*numbers)[2])) return;
        }
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
      });
}

}  // namespace skg::vector
