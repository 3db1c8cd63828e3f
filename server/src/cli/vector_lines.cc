#include "cli/vector_lines.h"

#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "routes/json_object.h"
#include "routes/put_vectors.h"
#include "skg/field_error.h"

namespace skg::cli {
namespace {

constexpr size_t kBatch = 1000;
constexpr size_t kMaxLineBytes = size_t{1} << 20;
constexpr size_t kPieceBytes = size_t{256} << 10;

// The lines of a source, without their ends.
class LineReader {
 public:
  explicit LineReader(const LoadSource& source) : source_(source) {}

  // False: the end. The line is good until the next call.
  absl::StatusOr<bool> Next(std::string_view& line) {
    buffer_.erase(0, std::exchange(used_, 0));
    size_t looked_at = 0;
    while (true) {
      const size_t end = buffer_.find('\n', looked_at);
      if (end != std::string::npos || (at_end_ && !buffer_.empty())) {
        line = std::string_view(buffer_).substr(0, end);
        used_ = end == std::string::npos ? buffer_.size() : end + 1;
        ++number_;
        return true;
      }
      if (at_end_) return false;
      if (buffer_.size() > kMaxLineBytes) {
        ++number_;
        return absl::InvalidArgumentError("the line is longer than 1 MiB");
      }
      looked_at = buffer_.size();
      buffer_.resize(looked_at + kPieceBytes);
      const absl::StatusOr<size_t> got =
          source_.read(buffer_.data() + looked_at, kPieceBytes);
      if (!got.ok()) return got.status();
      buffer_.resize(looked_at + *got);
      at_end_ = *got == 0;
    }
  }
  // Of the last line, from 1.
  [[nodiscard]] uint64_t number() const { return number_; }

 private:
  const LoadSource& source_;
  std::string buffer_;
  size_t used_ = 0;  // at its front
  bool at_end_ = false;
  uint64_t number_ = 0;
};

absl::StatusOr<VectorEntry> ReadEntry(std::string_view line) {
  const absl::StatusOr<nlohmann::json> document = server::ParseObject(
      std::string(line), R"({"entity": "Radium", "vector": [0.1, -0.5]})");
  if (!document.ok()) {
    return absl::InvalidArgumentError(
        R"(no JSON object such as {"entity": "Radium", "vector": [0.1, -0.5]})");
  }
  std::vector<FieldError> errors;
  server::JsonObject object(*document, {}, errors);
  VectorEntry entry;
  if (object.Find("entity") == nullptr)
    object.Refuse("entity", "is missing", "missing");
  if (object.Find("vector") == nullptr)
    object.Refuse("vector", "is missing", "missing");
  entry.owner = object.Text("entity", 65'536).value_or("");
  entry.vector = object.Vector("vector").value_or(std::vector<float>());
  object.RefuseOthers();
  if (!errors.empty()) return FieldErrorStatus(errors);
  return entry;
}

absl::Status AtLine(const LoadSource& source, uint64_t line,
                    const absl::Status& status) {
  if (absl::IsCancelled(status)) return status;
  return absl::Status(status.code(),
                      absl::StrCat(source.name, ":", line, ": ",
                                   std::string(status.message())));
}

// Entries that are to be one commit, and where they come from.
class Batch {
 public:
  void Add(VectorEntry entry, uint64_t line) {
    entries_.push_back(std::move(entry));
    lines_.push_back(line);
  }
  [[nodiscard]] size_t size() const { return entries_.size(); }
  absl::Status Commit(const LoadSource& source, Graph& graph,
                      const std::string& index) {
    const absl::Status put =
        server::PutVectors(graph, index, entries_).status();
    entries_.clear();
    const std::vector<uint64_t> lines = std::exchange(lines_, {});
    if (put.ok()) return put;
    const std::vector<FieldError> errors = FieldErrors(put);
    size_t entry = 0;
    if (errors.empty() || errors[0].path.empty() ||
        !absl::SimpleAtoi(errors[0].path[0], &entry) || entry >= lines.size()) {
      return put;
    }
    return AtLine(source, lines[entry],
                  absl::Status(put.code(), errors[0].message));
  }

 private:
  std::vector<VectorEntry> entries_;
  std::vector<uint64_t> lines_;
};

}  // namespace

absl::StatusOr<uint64_t> PutVectorLines(
    const LoadSource& source, Graph& graph, const std::string& index,
    const std::function<bool(uint64_t)>& progress) {
  LineReader lines(source);
  Batch batch;
  uint64_t put = 0;
  bool more = true;
  while (more) {
    std::string_view line;
    const absl::StatusOr<bool> next = lines.Next(line);
    if (!next.ok()) return AtLine(source, lines.number(), next.status());
    more = *next;
    if (more && line.find_first_not_of(" \t\r") != std::string_view::npos) {
      absl::StatusOr<VectorEntry> entry = ReadEntry(line);
      if (!entry.ok()) return AtLine(source, lines.number(), entry.status());
      batch.Add(*std::move(entry), lines.number());
    }
    if (batch.size() == 0 || (more && batch.size() < kBatch)) continue;
    const size_t size = batch.size();
    if (absl::Status status = batch.Commit(source, graph, index); !status.ok())
      return status;
    put += size;
    if (!progress(put)) return absl::CancelledError("interrupted");
  }
  return put;
}

}  // namespace skg::cli
