#include "rdf/input_window.h"

#include <cstring>
#include <utility>

namespace skg::rdf {

InputWindow::InputWindow(std::string_view text)
    : cursor_(text.data()), end_(text.data() + text.size()), complete_(true) {
  begin_.at = cursor_;
  last_ = begin_;
}

InputWindow::InputWindow(const ByteSource& source, size_t capacity)
    : source_(&source),
      buffer_(std::make_unique_for_overwrite<char[]>(capacity)),
      capacity_(capacity),
      cursor_(buffer_.get()),
      end_(buffer_.get()) {
  begin_.at = cursor_;
  last_ = begin_;
}

void InputWindow::Move(Mark& mark, const char* to) {
  const auto size = [&] { return static_cast<size_t>(to - mark.at); };
  if (size() == 0) return;
  if (!mark.after_cr && std::memchr(mark.at, '\r', size()) == nullptr) {
    while (const void* found = std::memchr(mark.at, '\n', size())) {
      mark.at = static_cast<const char*>(found) + 1;
      ++mark.place.line;
      mark.place.column = 1;
    }
    mark.place.column += size();
    mark.at = to;
    return;
  }
  for (; mark.at < to; ++mark.at) {
    const bool ends_cr_lf = mark.after_cr && *mark.at == '\n';
    mark.after_cr = *mark.at == '\r';
    if (ends_cr_lf) {
      mark.place.column = 1;
    } else if (*mark.at == '\n' || *mark.at == '\r') {
      ++mark.place.line;
      mark.place.column = 1;
    } else {
      ++mark.place.column;
    }
  }
}

absl::Status InputWindow::Fill() {
  if (complete_) return absl::OkStatus();
  Move(begin_, cursor_);
  const size_t kept = size();
  if (kept > capacity_ / 2) {
    auto larger = std::make_unique_for_overwrite<char[]>(capacity_ * 2);
    std::memcpy(larger.get(), cursor_, kept);
    buffer_ = std::move(larger);
    capacity_ *= 2;
  } else {
    std::memmove(buffer_.get(), cursor_, kept);
  }
  cursor_ = buffer_.get();
  begin_.at = cursor_;
  last_ = begin_;
  size_t filled = kept;
  while (filled < capacity_) {
    absl::StatusOr<size_t> got =
        (*source_)(buffer_.get() + filled, capacity_ - filled);
    if (!got.ok()) {
      end_ = cursor_ + filled;
      return std::move(got).status();
    }
    if (*got == 0) {
      complete_ = true;
      break;
    }
    filled += *got;
  }
  end_ = cursor_ + filled;
  return absl::OkStatus();
}

absl::Status InputWindow::Ensure(size_t bytes) {
  while (size() < bytes && !complete_) {
    if (absl::Status status = Fill(); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status InputWindow::SkipByteOrderMark() {
  if (absl::Status status = Ensure(3); !status.ok()) return status;
  if (std::string_view(cursor_, size()).starts_with("\xEF\xBB\xBF")) {
    cursor_ += 3;
    begin_.at = cursor_;
    last_ = begin_;
  }
  return absl::OkStatus();
}

Place InputWindow::PlaceOf(const char* at) {
  if (at < last_.at) last_ = begin_;
  Move(last_, at);
  return last_.place;
}

}  // namespace skg::rdf
