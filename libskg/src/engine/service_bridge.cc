#include "engine/service_bridge.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "sparql/results.h"

namespace skg {
namespace engine {
namespace {

sparql::ResultFormat FormatOf(ServiceAnswer::Format format) {
  switch (format) {
    case ServiceAnswer::Format::kXml:
      return sparql::ResultFormat::kXml;
    case ServiceAnswer::Format::kCsv:
      return sparql::ResultFormat::kCsv;
    case ServiceAnswer::Format::kTsv:
      return sparql::ResultFormat::kTsv;
    case ServiceAnswer::Format::kJson:
      break;
  }
  return sparql::ResultFormat::kJson;
}

// What is wrong over there must not look like a failure of the store here.
absl::StatusCode CodeOf(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
      return code;
    default:
      return absl::StatusCode::kUnknown;
  }
}

absl::Status About(const std::string& endpoint, const absl::Status& status) {
  return absl::Status(
      CodeOf(status.code()),
      absl::StrCat("SERVICE <", endpoint, ">: ", status.message()));
}

}  // namespace

absl::Status ServiceBridge::Select(const std::string& endpoint,
                                   const std::string& query,
                                   const Cancellation* cancellation,
                                   size_t most_bytes,
                                   const query::ServiceHandler& handler) {
  ServiceRequest request;
  request.endpoint = endpoint;
  request.query = query;
  request.deadline = deadline_;
  request.most_bytes = most_bytes;
  request.cancelled = [cancellation] {
    return cancellation != nullptr && !cancellation->Check().ok();
  };
  const absl::StatusOr<ServiceAnswer> answer = client_.Ask(request);
  if (!answer.ok()) return About(endpoint, answer.status());
  if (answer->body.size() > most_bytes) {
    return About(endpoint,
                 absl::ResourceExhaustedError(absl::StrCat(
                     "the answer is longer than ", most_bytes, " bytes")));
  }
  sparql::ResultHandler reading;
  reading.on_variables = handler.on_variables;
  reading.on_row = handler.on_row;
  reading.on_boolean = [](bool) {
    return absl::InvalidArgumentError("an answer of ASK, not of SELECT");
  };
  const absl::Status read = sparql::ReadResults(
      FormatOf(answer->format), answer->body, reading, endpoint);
  return read.ok() ? read : About(endpoint, read);
}

}  // namespace engine

ServiceClient::~ServiceClient() = default;

}  // namespace skg
