#include "storage/kv.h"

#include "absl/strings/str_cat.h"
#include "base/strings.h"

namespace skg::storage {

std::string_view FamilyName(Family family) {
  switch (family) {
    case Family::kCatalog:
      return "catalog";
    case Family::kManifest:
      return "manifest";
    case Family::kTerms:
      return "terms";
    case Family::kTermIds:
      return "term_ids";
    case Family::kGspo:
      return "gspo";
    case Family::kGpos:
      return "gpos";
    case Family::kGosp:
      return "gosp";
    case Family::kSpog:
      return "spog";
    case Family::kPosg:
      return "posg";
    case Family::kOspg:
      return "ospg";
    case Family::kDelta:
      return "delta";
    case Family::kRecords:
      return "records";
    case Family::kStatementIds:
      return "statement_ids";
    case Family::kLog:
      return "log";
    case Family::kStats:
      return "stats";
    case Family::kVectors:
      return "vectors";
    case Family::kPostings:
      return "postings";
    case Family::kFeatures:
      return "features";
    case Family::kTasks:
      return "tasks";
    case Family::kFollowers:
      return "followers";
  }
  return "unknown";
}

absl::Status CheckEntrySize(Family family, std::string_view key,
                            std::string_view value) {
  if (key.size() > kMaxKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("family ", av(FamilyName(family)), ": a key of ",
                     key.size(), " bytes; keys have at most ", kMaxKeyBytes));
  }
  if (value.size() > kMaxValueBytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "family ", av(FamilyName(family)), ": a value of ", value.size(),
        " bytes; values have at most ", kMaxValueBytes));
  }
  return absl::OkStatus();
}

absl::Status OpenedForReading() {
  return absl::FailedPreconditionError(
      "the data directory is opened for reading; write through the process "
      "that has it open for writing, or open it with Engine::Open where there "
      "is none");
}

}  // namespace skg::storage
