#include "kernels/kernels.h"

namespace skg::bench {

std::vector<KernelCase> CentralityKernels() {
  std::vector<KernelCase> kernels;
  return kernels;
}

}  // namespace skg::bench
