// The kernels of one kind of processor each. Only distance.cc looks here.
#pragma once

#include "vector/distance.h"

#if defined(__x86_64__)
#define SKG_VECTOR_X86 1
#endif

namespace skg::vector {

extern const DistanceKernels kPortableKernels;
#ifdef SKG_VECTOR_X86
extern const DistanceKernels kAvx2Kernels;    // AVX2 and FMA
extern const DistanceKernels kAvx512Kernels;  // AVX-512 F, BW and VNNI
#endif

template <typename T>
const T* RowAt(const T* base, const RowSelection& rows, size_t i) {
  const size_t index = rows.ids != nullptr ? rows.ids[i] : rows.first + i;
  return base + index * rows.stride;
}

}  // namespace skg::vector
