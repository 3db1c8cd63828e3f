// What a process that was forked finds: objects of its parent, whose threads it
// does not have and whose locks may be held for ever. They are left as they
// are, and whoever uses one is told so.
#pragma once

#include <cstdint>

namespace skg::python {

// How often this process is a fork of one that had this module.
[[nodiscard]] uint64_t ForkCount();

// Calls it in each child, in its only thread. Must not throw.
void OnForkInChild(void (*call)());

}  // namespace skg::python
