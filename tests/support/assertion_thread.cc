// Catch2's assertions may only be used by the thread that runs the test cases:
// two at once corrupt its lists, which shows rarely and far from the cause. So
// every assertion passes through here (--wrap, see CMakeLists.txt), and one of
// another thread ends the program with its place.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#define SKG_ASSERTION_HANDLER                     \
  "_ZN5Catch16AssertionHandlerC1ERKNS_9StringRef" \
  "ERKNS_14SourceLineInfoES1_NS_17ResultDisposition5FlagsE"

namespace skg::test {

// The names that --wrap gives to the constructor of Catch::AssertionHandler
// and to what stands in for it.
void Construct(void* handler, const Catch::StringRef& macro,
               const Catch::SourceLineInfo& line, Catch::StringRef expression,
               Catch::ResultDisposition::Flags flags)  //
    asm("__real_" SKG_ASSERTION_HANDLER);

void ConstructChecked(void* handler, const Catch::StringRef& macro,
                      const Catch::SourceLineInfo& line,
                      Catch::StringRef expression,
                      Catch::ResultDisposition::Flags flags)  //
    asm("__wrap_" SKG_ASSERTION_HANDLER);

void ConstructChecked(void* handler, const Catch::StringRef& macro,
                      const Catch::SourceLineInfo& line,
                      Catch::StringRef expression,
                      Catch::ResultDisposition::Flags flags) {
  if (gettid() != getpid()) {
    std::fprintf(stderr,
                 "%s:%zu: an assertion outside the thread of the test cases\n",
                 line.file, line.line);
    std::abort();
  }
  Construct(handler, macro, line, expression, flags);
}

}  // namespace skg::test
