#include "kernels/kernels.h"

namespace skg::bench {

std::vector<KernelCase> CommunityKernels() {
  std::vector<KernelCase> kernels;
  return kernels;
}

}  // namespace skg::bench
