#include "analytics/ordered_pieces.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <vector>

namespace skg::analytics {
namespace {

// A sum of these depends on its sequence.
double TermOf(uint64_t piece, size_t entry) {
  return 1.0 / static_cast<double>(3 * piece + entry + 1);
}

// Two sums, and which pieces they are of.
struct Whole {
  std::vector<double> sums = std::vector<double>(2);
  std::vector<uint64_t> pieces;
};

class Worker final : public PieceWorker {
 public:
  Worker(Whole& whole, std::optional<uint64_t> last)
      : whole_(whole), last_(last) {}

  bool Work(uint64_t piece, StopSign /*stop*/) override {
    if (piece == last_) return false;
    piece_ = piece;
    for (size_t i = 0; i < part_.size(); ++i) part_[i] += TermOf(piece, i);
    return true;
  }
  void Merge() override {
    AddAndForget(part_, whole_.sums);
    whole_.pieces.push_back(piece_);
  }

 private:
  Whole& whole_;
  const std::optional<uint64_t> last_;
  uint64_t piece_ = 0;
  std::vector<double> part_ = std::vector<double>(2);
};

// `last`: the piece at which the work is left.
Whole Merged(size_t threads, uint64_t pieces,
             std::optional<uint64_t> last = std::nullopt) {
  const GraphView view = GraphView::FromEdges(0, {}).value();
  const KernelOptions options = {.threads = threads};
  KernelRun run(view, options);
  Whole whole;
  CHECK(WorkInOrder(
            run, pieces, threads,
            [&] { return std::make_unique<Worker>(whole, last); },
            [] { return 0.5; })
            .ok());
  return whole;
}

TEST_CASE("Sums of pieces are those of one thread to the last bit") {
  constexpr uint64_t kPieces = 500;
  Whole expected;
  for (uint64_t piece = 0; piece < kPieces; ++piece) {
    for (size_t i = 0; i < 2; ++i) expected.sums[i] += TermOf(piece, i);
    expected.pieces.push_back(piece);
  }
  for (const size_t threads : {1, 2, 4}) {
    const Whole got = Merged(threads, kPieces);
    CHECK(got.sums == expected.sums);
    CHECK(got.pieces == expected.pieces);
  }
}

TEST_CASE("No piece is merged after one that was left") {
  for (const size_t threads : {1, 2, 4}) {
    const Whole got = Merged(threads, 100, 40);
    CHECK(got.pieces.size() <= 40);
    for (size_t i = 0; i < got.pieces.size(); ++i) CHECK(got.pieces[i] == i);
  }
}

TEST_CASE("What is added is forgotten, and longer wholes keep their ends") {
  std::vector<double> part = {1, 2}, whole = {10, 20, 30};
  AddAndForget(part, whole);
  CHECK(whole == std::vector<double>{11, 22, 30});
  AddAndForget(part, whole);
  CHECK(whole == std::vector<double>{11, 22, 30});
}

}  // namespace
}  // namespace skg::analytics
