#include "engine/load_input.h"

#include <zlib.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status.h"

namespace skg::engine {
namespace {

constexpr size_t kRawBytes = size_t{64} << 10;
// A small gzip file can unpack to a thousand times its size: the caller hears
// of it at least this often.
constexpr uint64_t kReportEvery = uint64_t{1} << 20;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
// zlib: 15 window bits, and 16 for "a gzip header must come first".
constexpr int kGzipWindowBits = 15 + 16;

void EndInflate(z_stream_s* stream) { inflateEnd(stream); }

}  // namespace

LoadInput::LoadInput(const LoadSource& source, Progress progress)
    : source_(source),
      name_(source.name.empty() ? "input" : source.name),
      progress_(std::move(progress)),
      raw_(kRawBytes) {}

LoadInput::~LoadInput() {
  if (zip_ != nullptr) EndInflate(zip_.get());
}

absl::StatusOr<size_t> LoadInput::Read(char* buffer, size_t size) {
  if (!failed_.ok()) return failed_;
  absl::StatusOr<size_t> got = ReadUnchecked(buffer, size);
  if (!got.ok()) failed_ = got.status();
  return got;
}

absl::StatusOr<size_t> LoadInput::ReadUnchecked(char* buffer, size_t size) {
  if (size == 0) return 0;
  if (encoding_ == Encoding::kUnknown) SKG_RETURN_IF_ERROR(Begin());
  if (!lookahead_.empty()) {
    const size_t count = std::min(size, lookahead_.size());
    std::memcpy(buffer, lookahead_.data(), count);
    lookahead_.erase(0, count);
    return count;
  }
  SKG_ASSIGN_OR_RETURN(const size_t got, encoding_ == Encoding::kGzip
                                             ? ReadGzip(buffer, size)
                                             : ReadPlain(buffer, size));
  unpacked_since_report_ += got;
  if (unpacked_since_report_ >= kReportEvery)
    SKG_RETURN_IF_ERROR(ReportProgress());
  return got;
}

absl::Status LoadInput::ReportProgress() {
  unpacked_since_report_ = 0;
  if (progress_ && !progress_(raw_bytes_, statements_)) {
    return absl::CancelledError(absl::StrCat(
        name_, ": the load was cancelled; the graph is as it was"));
  }
  return absl::OkStatus();
}

// Moves what is left to the front and asks the source for more behind it.
absl::Status LoadInput::Refill() {
  if (source_ended_) return absl::OkStatus();
  std::memmove(raw_.data(), raw_.data() + raw_begin_, raw_end_ - raw_begin_);
  raw_end_ -= raw_begin_;
  raw_begin_ = 0;
  SKG_RETURN_IF_ERROR(ReportProgress());
  const size_t room = raw_.size() - raw_end_;
  SKG_ASSIGN_OR_RETURN(const size_t got,
                       source_.read(raw_.data() + raw_end_, room));
  if (got > room) {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ": the source says that it gave ", got,
                     " bytes where ", room, " were asked for"));
  }
  source_ended_ = got == 0;
  raw_end_ += got;
  raw_bytes_ += got;
  // Whoever cancels may also have ended the source: its end must not pass for
  // the whole input.
  return source_ended_ ? ReportProgress() : absl::OkStatus();
}

absl::Status LoadInput::Begin() {
  if (!source_.read) {
    return absl::InvalidArgumentError(
        absl::StrCat(name_, ": the source has no read function"));
  }
  while (raw_end_ - raw_begin_ < 2 && !source_ended_)
    SKG_RETURN_IF_ERROR(Refill());
  const bool gzip = raw_end_ - raw_begin_ >= 2 && raw_[raw_begin_] == '\x1f' &&
                    raw_[raw_begin_ + 1] == '\x8b';
  encoding_ = gzip ? Encoding::kGzip : Encoding::kPlain;
  if (gzip) SKG_RETURN_IF_ERROR(NextMember().status());

  char buffer[kByteOrderMark.size()];
  while (lookahead_.size() < kByteOrderMark.size()) {
    const size_t want = kByteOrderMark.size() - lookahead_.size();
    SKG_ASSIGN_OR_RETURN(const size_t got, gzip ? ReadGzip(buffer, want)
                                                : ReadPlain(buffer, want));
    if (got == 0) break;
    lookahead_.append(buffer, got);
  }
  if (lookahead_ == kByteOrderMark) lookahead_.clear();
  return absl::OkStatus();
}

absl::StatusOr<size_t> LoadInput::ReadPlain(char* buffer, size_t size) {
  if (raw_begin_ == raw_end_) SKG_RETURN_IF_ERROR(Refill());
  const size_t count = std::min(size, raw_end_ - raw_begin_);
  std::memcpy(buffer, raw_.data() + raw_begin_, count);
  raw_begin_ += count;
  return count;
}

absl::StatusOr<bool> LoadInput::NextMember() {
  while (true) {
    if (raw_begin_ == raw_end_) {
      SKG_RETURN_IF_ERROR(Refill());
      if (raw_begin_ == raw_end_) return false;
    }
    if (raw_[raw_begin_] != '\0') break;
    ++raw_begin_;
  }
  auto stream = std::make_unique<z_stream_s>();
  std::memset(stream.get(), 0, sizeof *stream);
  if (inflateInit2(stream.get(), kGzipWindowBits) != Z_OK) {
    return absl::ResourceExhaustedError(
        absl::StrCat(name_, ": no memory to unpack gzip data"));
  }
  zip_ = std::move(stream);
  return true;
}

absl::StatusOr<size_t> LoadInput::ReadGzip(char* buffer, size_t size) {
  const uInt room = static_cast<uInt>(std::min<size_t>(size, size_t{1} << 30));
  while (zip_ != nullptr) {
    if (raw_begin_ == raw_end_) SKG_RETURN_IF_ERROR(Refill());
    zip_->next_in = reinterpret_cast<Bytef*>(raw_.data() + raw_begin_);
    zip_->avail_in = static_cast<uInt>(raw_end_ - raw_begin_);
    zip_->next_out = reinterpret_cast<Bytef*>(buffer);
    zip_->avail_out = room;
    const int result = inflate(zip_.get(), Z_NO_FLUSH);
    raw_begin_ = raw_end_ - zip_->avail_in;
    const size_t got = room - zip_->avail_out;
    if (result == Z_STREAM_END) {
      EndInflate(zip_.get());
      zip_.reset();
      // What follows is looked at only once these bytes are used.
      if (got > 0) return got;
      SKG_RETURN_IF_ERROR(NextMember().status());
      continue;
    }
    if (got == 0 && source_ended_ && raw_begin_ == raw_end_) {
      return absl::DataLossError(
          absl::StrCat(name_, ": the gzip data ends early, after ", raw_bytes_,
                       " bytes; the file was cut off"));
    }
    // Z_BUF_ERROR: it needs more input, which the next round brings.
    if (result != Z_OK && result != Z_BUF_ERROR) {
      return absl::DataLossError(absl::StrCat(
          name_, ": damaged gzip data near byte ", raw_bytes_ - zip_->avail_in,
          " (", zip_->msg != nullptr ? zip_->msg : "unknown reason", ")"));
    }
    if (got > 0) return got;
  }
  SKG_ASSIGN_OR_RETURN(const bool more, NextMember());
  if (more) return ReadGzip(buffer, size);
  return 0;
}

}  // namespace skg::engine
