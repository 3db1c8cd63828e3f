#include "fork.h"

#include <pthread.h>

#include <vector>

namespace skg::python {
namespace {

uint64_t count = 0;

std::vector<void (*)()>& Calls() {
  static auto& calls = *new std::vector<void (*)()>;
  return calls;
}

void InChild() {
  ++count;
  for (auto* call : Calls()) call();
}

}  // namespace

uint64_t ForkCount() { return count; }

void OnForkInChild(void (*call)()) {
  if (Calls().empty()) pthread_atfork(nullptr, nullptr, InChild);
  Calls().push_back(call);
}

}  // namespace skg::python
