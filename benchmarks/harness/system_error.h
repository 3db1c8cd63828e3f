// The text of an errno; std::strerror is not safe among threads.
#pragma once

#include <string>
#include <system_error>

namespace skg::bench {

[[nodiscard]] inline std::string ErrnoText(int error) {
  return std::generic_category().message(error);
}

}  // namespace skg::bench
