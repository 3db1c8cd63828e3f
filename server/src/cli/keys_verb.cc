// skg keys create: a new API key, and the record of it in a data directory.
#include "absl/strings/str_cat.h"
#include "auth/api_key.h"
#include "cli/data_directory.h"
#include "cli/interrupt.h"
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "skg/engine.h"

namespace skg::cli {
namespace {

absl::Status Store(const std::string& directory,
                   const server::ApiKeyRecord& record) {
  const absl::StatusOr<std::unique_ptr<Engine>> engine =
      OpenEngine(directory, /*create=*/true);
  if (!engine.ok()) return engine.status();
  return server::StoreApiKey(**engine, record);
}

}  // namespace

// The environment does not count here: a key is stored only where that was
// asked for.
int RunKeysCreate(const KeysCreateVerb& verb) {
  ExitOnInterrupt();
  const std::string key = server::GenerateApiKey();
  server::ApiKeyRecord record = server::MakeApiKeyRecord(key, verb.tenant);
  if (!verb.roles.empty()) record.roles = verb.roles;
  std::string text = absl::StrCat("key:  ", key, "\nhash: ", record.hash, "\n");
  if (!verb.data.empty()) {
    const absl::Status stored = Store(verb.data, record);
    if (!stored.ok()) return Fail(stored);
    absl::StrAppend(&text, "stored for tenant ", verb.tenant, " in ",
                    Printable(verb.data), "\n");
  }
  return PrintResult(text);
}

}  // namespace skg::cli
