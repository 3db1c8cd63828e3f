// AlignedArray: plain memory that begins on a line of the cache, and on a large
// page where it is large.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "vector/distance.h"

namespace skg::vector {

// Zeros at first. Moved, never copied. Allocation failure throws
// std::bad_alloc, as everywhere.
template <typename T>
class AlignedArray {
 public:
  static_assert(std::is_trivially_destructible_v<T>);

  AlignedArray() = default;
  explicit AlignedArray(size_t size) : size_(size) {
    if (size == 0) return;
    constexpr size_t kLargePage = size_t{2} << 20;
    const size_t bytes = size * sizeof(T);
    const size_t alignment =
        bytes >= 2 * kLargePage ? kLargePage : kVectorAlignment;
    const size_t whole = (bytes + alignment - 1) / alignment * alignment;
    void* memory = std::aligned_alloc(alignment, whole);
    if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    // Rows are read in no order: fewer pages, fewer walks of the page table.
    if (alignment == kLargePage) ::madvise(memory, whole, MADV_HUGEPAGE);
#endif
    data_.reset(static_cast<T*>(memory));
    std::uninitialized_value_construct_n(data_.get(), size);
  }

  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }
  [[nodiscard]] size_t size() const { return size_; }
  [[nodiscard]] T& operator[](size_t i) { return data_.get()[i]; }
  [[nodiscard]] const T& operator[](size_t i) const { return data_.get()[i]; }
  [[nodiscard]] std::span<const T> span() const { return {data(), size_}; }

 private:
  struct Free {
    void operator()(T* memory) const { std::free(memory); }
  };
  std::unique_ptr<T, Free> data_;
  size_t size_ = 0;
};

}  // namespace skg::vector
