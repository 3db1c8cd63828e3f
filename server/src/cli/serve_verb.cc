// skg serve: the HTTP daemon.
#include "cli/terminal.h"
#include "cli/verbs.h"
#include "http/serve.h"

namespace skg::cli {

int RunServe(const server::FlagValues& flags) {
  const absl::StatusOr<server::Settings> settings = server::LoadSettings(flags);
  if (!settings.ok())
    return FailUsage("serve", std::string(settings.status().message()));
  return server::Serve(*settings);
}

}  // namespace skg::cli
