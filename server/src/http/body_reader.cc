#include "http/body_reader.h"

#include <algorithm>
#include <charconv>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace skg::server {
namespace {

// Of a chunk's size with its extensions, and of all trailers together.
constexpr size_t kMaxLine = 1024;
constexpr size_t kMaxTrailer = size_t{16} * 1024;

absl::Status BadFraming() {
  return absl::InvalidArgumentError(
      "The body ended early or is not framed as announced");
}

}  // namespace

BodyReader::BodyReader(Connection& connection, const RequestHead& head,
                       uint64_t most_bytes)
    : connection_(connection),
      chunked_(head.chunked),
      most_bytes_(most_bytes),
      left_(head.chunked ? 0 : head.content_length),
      at_end_(!head.chunked && head.content_length == 0) {}

absl::StatusOr<size_t> BodyReader::Read(char* buffer, size_t size) {
  if (!failed_.ok()) return failed_;
  if (chunked_ && left_ == 0 && !at_end_) failed_ = NextChunk();
  if (!failed_.ok()) return failed_;
  if (at_end_ || size == 0) return 0;
  const auto wanted = static_cast<size_t>(std::min<uint64_t>(size, left_));
  const ssize_t got = connection_.read(buffer, wanted);
  if (got <= 0) return failed_ = BadFraming();
  left_ -= static_cast<uint64_t>(got);
  read_ += static_cast<uint64_t>(got);
  if (read_ > most_bytes_) return failed_ = TooLarge();
  if (!chunked_ && left_ == 0) at_end_ = true;
  return static_cast<size_t>(got);
}

absl::StatusOr<std::string> BodyReader::ReadAll(uint64_t most_bytes) {
  std::string all;
  constexpr size_t kPiece = size_t{64} * 1024;
  for (;;) {
    const size_t size = all.size();
    all.resize(size + kPiece);
    const absl::StatusOr<size_t> got = Read(all.data() + size, kPiece);
    if (!got.ok()) return got.status();
    all.resize(size + *got);
    if (all.size() > most_bytes) return failed_ = TooLarge();
    if (*got == 0) return all;
  }
}

absl::Status BodyReader::TooLarge() {
  too_large_ = true;
  return absl::OutOfRangeError("The body is too large");
}

absl::Status BodyReader::NextChunk() {
  std::string line;
  absl::Status status;
  if (in_chunk_) {
    status = ReadLine(line);
    if (!status.ok()) return status;
    if (!line.empty()) return BadFraming();
  }
  status = ReadLine(line);
  if (!status.ok()) return status;
  const auto [end, error] =
      std::from_chars(line.data(), line.data() + line.size(), left_, 16);
  const std::string_view rest(end, line.data() + line.size());
  const bool ends_well =
      rest.empty() || rest[0] == ';' || rest[0] == ' ' || rest[0] == '\t';
  if (error != std::errc() || !ends_well) return BadFraming();
  in_chunk_ = true;
  if (left_ > 0) return absl::OkStatus();
  return SkipTrailer();
}

absl::Status BodyReader::SkipTrailer() {
  std::string line;
  for (size_t bytes = 0; bytes <= kMaxTrailer; bytes += line.size()) {
    const absl::Status status = ReadLine(line);
    if (!status.ok()) return status;
    if (line.empty()) {
      at_end_ = true;
      return absl::OkStatus();
    }
  }
  return BadFraming();
}

// Without its CR LF.
absl::Status BodyReader::ReadLine(std::string& line) {
  line.clear();
  while (line.size() <= kMaxLine) {
    char c = 0;
    if (connection_.read(&c, 1) != 1) return BadFraming();
    if (c != '\n') {
      line += c;
      continue;
    }
    if (line.empty() || line.back() != '\r') return BadFraming();
    line.pop_back();
    return absl::OkStatus();
  }
  return BadFraming();
}

}  // namespace skg::server
