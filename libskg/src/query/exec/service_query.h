// The texts that a SERVICE pattern sends: its query, for some values of its
// variables at a time.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "query/exec/context.h"
#include "query/exec/service_feed.h"

namespace skg::query::exec {

// Values that all columns of a query's rows shall agree with.
class ServiceBlocks {
 public:
  using Tuple = ServiceFeed::Tuple;
  // One request asks about this many tuples at most, or about this much text.
  static constexpr size_t kMostTuples = 256;
  static constexpr size_t kMostTextBytes = size_t{64} << 10;

  // `names` are those of the tuples' columns. Columns where a value cannot be
  // told to another endpoint (unbound, blank nodes) are left out of all, so
  // that no row is found twice.
  [[nodiscard]] static absl::StatusOr<ServiceBlocks> Make(
      const std::vector<Variable>& columns, std::vector<Tuple> tuples,
      Context& context);

  // Nothing restricts the query: there is one text, the query itself.
  [[nodiscard]] bool unrestricted() const { return columns_.empty(); }
  [[nodiscard]] const std::vector<Variable>& columns() const {
    return columns_;
  }

  // The next text; false: there are no more. `query` is "SELECT * WHERE" and a
  // group. The tuples that it is about are block() then.
  [[nodiscard]] absl::StatusOr<bool> Next(std::string_view query,
                                          Context& context, std::string& text);
  [[nodiscard]] std::pair<size_t, size_t> block() const {
    return {begin_, end_};
  }
  [[nodiscard]] const std::vector<Tuple>& tuples() const { return tuples_; }

 private:
  std::vector<Variable> columns_;
  std::vector<Tuple> tuples_;  // distinct
  bool any_ = false;           // no tuple at all: nothing to ask
  size_t begin_ = 0, end_ = 0;
};

}  // namespace skg::query::exec
