// skg: the command line and the daemon of libskg.
#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/command_line.h"
#include "cli/terminal.h"

int main(int argc, char** argv) {
  // A reader that goes away early shows as EPIPE where it is written to.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return skg::cli::RunCommandLine(argc, argv);
  } catch (const std::exception& error) {
    // Only running out of memory gets here.
    skg::cli::PrintFailure(error.what());
    return skg::cli::kExitFailed;
  }
}
