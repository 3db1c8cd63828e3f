// SearchTable: the hits of one search of a query, found in portions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "engine/search_call.h"
#include "engine/view_impl.h"
#include "rdf/term.h"
#include "skg/index_over.h"

namespace skg::engine {

// Hits, best first: the first portion holds few, each further one asks the
// index again for eight times as many and holds those that are new. So a query
// that stops early has looked for at most about nine times as many as it read,
// or for the first portion; one that reads all of kMostHits for 1.5 times as
// many. Thread-safe.
class SearchTable {
 public:
  // The portions before the last hold that many.
  static constexpr uint64_t kFirst = 64;

  struct Hit {
    rdf::Term entity;
    double score = 0;
    std::string text;  // of words
  };
  using Portion = std::vector<Hit>;

  // `call` is right.
  SearchTable(std::shared_ptr<const ViewImpl> view, SearchCall call,
              absl::Time deadline)
      : view_(std::move(view)), call_(std::move(call)), deadline_(deadline) {}

  // Null: there are no more than the portions before it. Errors: those of
  // ReadView::SearchText and SearchVectors.
  [[nodiscard]] absl::StatusOr<std::shared_ptr<const Portion>> Get(
      size_t portion);

 private:
  // A name of ReadView, its score and text.
  struct Found {
    std::string owner;
    double score = 0;
    std::string text;
  };
  // The first `count`, best first.
  [[nodiscard]] absl::StatusOr<std::vector<Found>> Find(uint64_t count);
  [[nodiscard]] absl::StatusOr<std::vector<Found>> FindWords(uint64_t count);
  [[nodiscard]] absl::StatusOr<std::vector<Found>> FindNear(uint64_t count);
  [[nodiscard]] absl::Status ReadVector();
  [[nodiscard]] absl::StatusOr<IndexOver> Over() const;
  [[nodiscard]] absl::Status Grow();

  const std::shared_ptr<const ViewImpl> view_;
  SearchCall call_;  // with its vector, once that is known
  const absl::Time deadline_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<const Portion>> portions_;
  absl::flat_hash_set<std::string> owners_;  // in portions_
  uint64_t asked_ = 0;
  bool complete_ = false;
};

}  // namespace skg::engine
