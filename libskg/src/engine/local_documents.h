// LocalDocuments: files below one folder, for LOAD.
#pragma once

#include <filesystem>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "query/exec/update.h"

namespace skg::engine {

// Thread-safe.
class LocalDocuments final : public query::DocumentSource {
 public:
  explicit LocalDocuments(std::filesystem::path folder)
      : folder_(std::move(folder)) {}

  // `iri`: file: and an absolute path; its syntax is told by its ending.
  // Errors: kInvalidArgument (another IRI, ending, or syntax), kNotFound,
  // kPermissionDenied (outside of the folder), kUnavailable.
  [[nodiscard]] absl::Status Read(const std::string& iri,
                                  const Cancellation* cancellation,
                                  const Visitor& visit) override;

 private:
  [[nodiscard]] absl::StatusOr<std::filesystem::path> PathOf(
      const std::string& iri) const;

  const std::filesystem::path folder_;
};

}  // namespace skg::engine
