// Ctrl-C: long work ends early and cleanly.
#pragma once

#include "absl/status/statusor.h"

namespace skg::cli {

// From now on SIGINT and SIGTERM are noted; work that asks InterruptSignal()
// ends soon after. The second one ends the process at once.
void NoteInterrupts();
// From now on they end the process at once, with exit status 128 + signal: for
// verbs that change nothing.
void ExitOnInterrupt();

// 0, or the signal that came.
[[nodiscard]] int InterruptSignal();

// Reads from a descriptor that may never give anything, a terminal or a pipe.
// Errors: kCancelled once there was a signal, kUnavailable.
[[nodiscard]] absl::StatusOr<size_t> InterruptibleRead(int descriptor,
                                                       char* buffer,
                                                       size_t size);

}  // namespace skg::cli
