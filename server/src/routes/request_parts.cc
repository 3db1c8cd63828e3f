#include "routes/request_parts.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "http/error_reply.h"

namespace skg::server {

absl::StatusOr<Graph> RequestGraph(Services& services,
                                   const ApiRequest& request) {
  return services.graphs.Open(request.principal->tenant_id,
                              request.Parameter("graph").value_or("main"));
}

ApiResponse Failed(Services& services, const ApiRequest& request,
                   const absl::Status& status, std::string_view place) {
  if (absl::IsUnavailable(status) || absl::IsDataLoss(status)) {
    services.store_failed.store(true);
  }
  return StatusReply(status, request.request_id, place);
}

absl::StatusOr<ReadView> RequestView(const Graph& graph,
                                     const std::optional<PointInTime>& as_of) {
  if (!as_of.has_value()) return graph.Latest();
  absl::StatusOr<ReadView> view = graph.AsOf(*as_of);
  if (absl::IsOutOfRange(view.status())) {
    return FieldErrorStatus(
        {{{"as_of"}, std::string(view.status().message()), "out_of_range"}},
        absl::StatusCode::kOutOfRange);
  }
  return view;
}

absl::StatusOr<ReadView> RequestView(Services& services,
                                     const ApiRequest& request,
                                     const std::optional<PointInTime>& as_of) {
  const absl::StatusOr<Graph> graph = RequestGraph(services, request);
  if (!graph.ok()) return graph.status();
  return RequestView(*graph, as_of);
}

void RecordQuery(Services& services, const ApiRequest& request, QueryType type,
                 uint64_t results) {
  services.metrics.RecordQuery(type, results);
  request.principal->metrics->RecordQuery(type, results);
}

ParameterReader::ParameterReader(const ApiRequest& request,
                                 std::initializer_list<std::string_view> known)
    : request_(request) {
  for (const auto& [name, value] : request.query) {
    if (name == "graph" ||
        std::find(known.begin(), known.end(), name) != known.end()) {
      continue;
    }
    Refuse(name, "no such parameter", "unknown_field");
  }
}

std::optional<std::string> ParameterReader::Text(std::string_view name) const {
  return request_.Parameter(name);
}

uint64_t ParameterReader::Number(std::string_view name, uint64_t fallback,
                                 uint64_t min, uint64_t max) {
  const std::optional<std::string> text = Text(name);
  if (!text.has_value()) return fallback;
  uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(text->data(), text->data() + text->size(), value);
  const bool number =
      error == std::errc() && end == text->data() + text->size();
  if (number && value >= min && value <= max) return value;
  Refuse(name, absl::StrCat("must be a whole number from ", min, " to ", max),
         number ? "out_of_range" : "wrong_type");
  return fallback;
}

double ParameterReader::Fraction(std::string_view name, double fallback) {
  const std::optional<std::string> text = Text(name);
  if (!text.has_value()) return fallback;
  double value = 0;
  const bool number = absl::SimpleAtod(*text, &value);
  if (number && value >= 0 && value <= 1) return value;
  Refuse(name, "must be a number from 0 to 1",
         number ? "out_of_range" : "wrong_type");
  return fallback;
}

bool ParameterReader::Flag(std::string_view name, bool fallback) {
  const std::optional<std::string> text = Text(name);
  if (!text.has_value()) return fallback;
  bool value = fallback;
  if (!absl::SimpleAtob(*text, &value)) {
    Refuse(name, "must be true or false", "wrong_type");
  }
  return value;
}

std::optional<PointInTime> ParameterReader::Point(std::string_view name) {
  const std::optional<std::string> text = Text(name);
  if (!text.has_value()) return std::nullopt;
  const absl::StatusOr<PointInTime> point = ParsePointInTime(*text);
  if (point.ok()) return *point;
  Refuse(name, std::string(point.status().message()), "malformed");
  return std::nullopt;
}

std::optional<absl::Time> ParameterReader::Time(std::string_view name) {
  const std::optional<std::string> text = Text(name);
  if (!text.has_value()) return std::nullopt;
  const absl::StatusOr<PointInTime> point = ParsePointInTime(*text);
  if (point.ok() && !point->commit().has_value()) return point->time();
  Refuse(name,
         "must be an ISO 8601 time such as 2024-01-15 or 2024-01-15T10:30:00Z",
         "malformed");
  return std::nullopt;
}

void ParameterReader::Refuse(std::string_view name, std::string message,
                             std::string type) {
  errors_.push_back({{std::string(name)}, std::move(message), std::move(type)});
}

absl::Status ParameterReader::status() const {
  if (errors_.empty()) return absl::OkStatus();
  return FieldErrorStatus(errors_);
}

absl::Status OnlyGraphParameter(const ApiRequest& request) {
  if (request.query.empty()) return absl::OkStatus();
  return ParameterReader(request, {}).status();
}

double ElapsedMilliseconds(const ApiRequest& request) {
  const double elapsed =
      absl::ToDoubleMilliseconds(absl::Now() - request.received);
  return std::round(std::max(0.0, elapsed) * 1000) / 1000;
}

ApiResponse WithReplayed(ApiResponse response, const CommitResult& result) {
  if (result.replayed) {
    response.headers.emplace_back("Idempotency-Replayed", "true");
  }
  return response;
}

}  // namespace skg::server
