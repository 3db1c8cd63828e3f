// What several routes read from a request.
#pragma once

#include <charconv>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "http/message.h"
#include "http/services.h"
#include "skg/field_error.h"
#include "skg/graph.h"
#include "skg/time_travel.h"

namespace skg::server {

// The graph of the key's tenant that the parameter `graph` names, else `main`.
[[nodiscard]] absl::StatusOr<Graph> RequestGraph(Services& services,
                                                 const ApiRequest& request);

// An error reply for a failed call, remembering a store that has failed.
// `place`: where the fields stand, "body" or "query".
[[nodiscard]] ApiResponse Failed(Services& services, const ApiRequest& request,
                                 const absl::Status& status,
                                 std::string_view place = "body");

// The state of the graph that is asked; unset: the present. A state that is
// not there is kOutOfRange with the field `as_of`.
[[nodiscard]] absl::StatusOr<ReadView> RequestView(
    const Graph& graph, const std::optional<PointInTime>& as_of);

// The same of the graph that the request names.
[[nodiscard]] absl::StatusOr<ReadView> RequestView(
    Services& services, const ApiRequest& request,
    const std::optional<PointInTime>& as_of);

// Counts a query that was answered.
void RecordQuery(Services& services, const ApiRequest& request, QueryType type,
                 uint64_t results);

// Reads query parameters, gathering what is wrong with them.
class ParameterReader {
 public:
  // Names outside `known` (and `graph`) are errors.
  ParameterReader(const ApiRequest& request,
                  std::initializer_list<std::string_view> known);

  [[nodiscard]] std::optional<std::string> Text(std::string_view name) const;
  [[nodiscard]] uint64_t Number(std::string_view name, uint64_t fallback,
                                uint64_t min, uint64_t max);
  [[nodiscard]] double Fraction(std::string_view name, double fallback);
  [[nodiscard]] bool Flag(std::string_view name, bool fallback);
  // A commit number or a time.
  [[nodiscard]] std::optional<PointInTime> Point(std::string_view name);
  [[nodiscard]] std::optional<absl::Time> Time(std::string_view name);
  void Refuse(std::string_view name, std::string message, std::string type);

  // OK, or kInvalidArgument with the fields.
  [[nodiscard]] absl::Status status() const;

 private:
  const ApiRequest& request_;
  std::vector<FieldError> errors_;
};

// Refuses every parameter but `graph`.
[[nodiscard]] absl::Status OnlyGraphParameter(const ApiRequest& request);

// Milliseconds since the request was received, as JSON shows them.
[[nodiscard]] double ElapsedMilliseconds(const ApiRequest& request);

// Says so where the commit was one of before, under the same idempotency key.
[[nodiscard]] ApiResponse WithReplayed(ApiResponse response,
                                       const CommitResult& result);

}  // namespace skg::server
