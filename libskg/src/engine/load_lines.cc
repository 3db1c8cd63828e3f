#include "engine/load_lines.h"

#include <algorithm>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "rdf/input_window.h"
#include "rdf/line_parser.h"
#include "storage/load_block_builder.h"

namespace skg::engine {
namespace {

constexpr size_t kPieceBytes = size_t{1} << 20;
// Four terms of the longest size, escaped, and room for a comment.
constexpr size_t kMaxLineBytes = 5 * rdf::kMaxTermBytes;

// Some whole lines, and what became of them.
struct Piece {
  struct Error {
    uint64_t line, column;  // in the piece
    std::string message;
    bool exhausted;
  };

  std::string text;
  storage::LoadBlockBuilder builder;
  uint64_t statements = 0;
  uint64_t lines = 0;  // ended in it
  std::vector<Error> errors;
  uint64_t more_errors = 0;
  bool parsed = false;
};

void Parse(Piece& piece, bool quads, const BulkRows& rows, bool go_on) {
  rdf::InputWindow window(piece.text);
  std::string_view text = piece.text;
  rdf::Quad quad;
  rdf::LexicalError error;
  const auto malformed = [&](const char* at, std::string message) {
    if (piece.errors.size() == LoadErrors::kListed) {
      ++piece.more_errors;
      return;
    }
    const rdf::Place place = window.PlaceOf(at);
    piece.errors.push_back(
        {place.line, place.column, std::move(message), error.exhausted});
  };
  while (!text.empty() && (go_on || piece.errors.empty())) {
    const char* const start = text.data();
    switch (rdf::ParseLine(text, quads, quad, error)) {
      case rdf::LineContent::kStatement:
        if (const absl::Status added = rows.Add(quad, piece.builder);
            !added.ok()) {
          malformed(start, std::string(sv(added.message())));
        } else {
          ++piece.statements;
        }
        break;
      case rdf::LineContent::kNothing:
        break;
      case rdf::LineContent::kError:
        malformed(start + error.offset, std::move(error.message));
        error = rdf::LexicalError();
        break;
    }
  }
  piece.lines = window.PlaceOf(piece.text.data() + piece.text.size()).line - 1;
}

// Parses pieces on threads of its own and gives them back in their order.
class Parsers {
 public:
  Parsers(size_t threads, bool quads, const BulkRows& rows, bool go_on) {
    for (size_t i = 0; i < threads; ++i)
      threads_.emplace_back([this, quads, &rows, go_on] {
        while (Piece* piece = Take()) {
          Parse(*piece, quads, rows, go_on);
          const std::lock_guard lock(mutex_);
          piece->parsed = true;
          parsed_.notify_all();
        }
      });
  }
  ~Parsers() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    queued_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  Parsers(const Parsers&) = delete;
  Parsers& operator=(const Parsers&) = delete;

  void Add(std::unique_ptr<Piece> piece) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(piece.get());
    pieces_.push_back(std::move(piece));
    queued_.notify_one();
  }
  [[nodiscard]] size_t pieces() const { return pieces_.size(); }
  // The oldest one, once it is parsed.
  std::unique_ptr<Piece> Next() {
    std::unique_lock lock(mutex_);
    parsed_.wait(lock, [&] { return pieces_.front()->parsed; });
    std::unique_ptr<Piece> piece = std::move(pieces_.front());
    pieces_.pop_front();
    return piece;
  }

 private:
  Piece* Take() {
    std::unique_lock lock(mutex_);
    queued_.wait(lock, [&] { return stop_ || !waiting_.empty(); });
    if (stop_) return nullptr;
    Piece* piece = waiting_.front();
    waiting_.pop_front();
    return piece;
  }

  std::mutex mutex_;
  std::condition_variable queued_, parsed_;
  std::deque<std::unique_ptr<Piece>> pieces_;  // in their order
  std::deque<Piece*> waiting_;
  bool stop_ = false;
  std::vector<std::thread> threads_;
};

// Cuts an input into pieces behind line ends.
class Cutter {
 public:
  explicit Cutter(LoadInput& input) : input_(input) {}

  // Empty at the end. kInvalidArgument: a line is longer than any can be.
  absl::Status Next(std::string& text) {
    text = std::exchange(rest_, {});
    while (!ended_) {
      const size_t begin = text.size();
      text.resize(std::max(kPieceBytes, begin * 2));
      SKG_ASSIGN_OR_RETURN(const size_t end, Fill(text, begin));
      text.resize(end);
      if (ended_) break;
      if (const size_t cut = EndOfLines(text); cut > 0) {
        rest_ = text.substr(cut);
        text.resize(cut);
        break;
      }
      if (text.size() > kMaxLineBytes) {
        return absl::InvalidArgumentError(
            absl::StrCat(input_.name(),
                         ": a line is longer than 320 MiB; the limit is 320 "
                         "MiB"));
      }
    }
    return absl::OkStatus();
  }

 private:
  absl::StatusOr<size_t> Fill(std::string& text, size_t at) {
    while (at < text.size()) {
      SKG_ASSIGN_OR_RETURN(const size_t got,
                           input_.Read(text.data() + at, text.size() - at));
      if (got == 0) {
        ended_ = true;
        break;
      }
      at += got;
    }
    return at;
  }
  static size_t EndOfLines(const std::string& text) {
    size_t last = text.rfind('\n');
    if (last == std::string::npos) last = text.rfind('\r');
    return last == std::string::npos ? 0 : last + 1;
  }

  LoadInput& input_;
  std::string rest_;
  bool ended_ = false;
};

// In the order of the input: its errors, then its statements.
absl::Status Consume(Piece& piece, uint64_t first_line, LoadInput& input,
                     LoadErrors& errors, storage::BulkLoad& load) {
  for (Piece::Error& error : piece.errors) {
    const uint64_t line = first_line + error.line - 1;
    if (error.exhausted && !errors.continues()) {
      return absl::ResourceExhaustedError(
          PlacedMessage(input.name(), line, error.column, error.message));
    }
    SKG_RETURN_IF_ERROR(
        errors.Malformed(line, error.column, std::move(error.message)));
  }
  errors.CountMore(piece.more_errors);
  SKG_RETURN_IF_ERROR(load.Add(piece.builder.block()));
  input.CountStatements(piece.statements);
  return absl::OkStatus();
}

}  // namespace

absl::Status LoadLines(LoadInput& input, bool quads, const BulkRows& rows,
                       LoadErrors& errors, storage::BulkLoad& load,
                       size_t threads) {
  Parsers parsers(threads, quads, rows, errors.continues());
  Cutter cutter(input);
  uint64_t line = 1;
  std::unique_ptr<Piece> spare;
  for (bool more = true; more || parsers.pieces() > 0;) {
    if (more) {
      auto piece = spare ? std::move(spare) : std::make_unique<Piece>();
      SKG_RETURN_IF_ERROR(cutter.Next(piece->text));
      more = !piece->text.empty();
      if (more) parsers.Add(std::move(piece));
    }
    if (parsers.pieces() == 0 || (more && parsers.pieces() < 2 * threads + 1))
      continue;
    std::unique_ptr<Piece> piece = parsers.Next();
    SKG_RETURN_IF_ERROR(Consume(*piece, line, input, errors, load));
    line += piece->lines;
    piece->builder.Clear();
    piece->errors.clear();
    piece->statements = piece->more_errors = 0;
    piece->parsed = false;
    spare = std::move(piece);
  }
  return absl::OkStatus();
}

}  // namespace skg::engine
