// NumPy arrays over memory that C++ owns.
#pragma once

#include <pybind11/numpy.h>

#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace skg::python {

namespace py = pybind11;

// Numbers in one piece of memory; copied only if they are no float32 yet.
using Floats = py::array_t<float, py::array::c_style | py::array::forcecast>;

// An array that owns its values.
template <class T>
py::array OwnArray(std::vector<T> values) {
  auto kept = std::make_unique<std::vector<T>>(std::move(values));
  const auto size = static_cast<py::ssize_t>(kept->size());
  T* data = kept->data();
  const py::capsule owner(kept.release(), [](void* vector) {
    delete static_cast<std::vector<T>*>(vector);
  });
  return py::array_t<T>({size}, data, owner);
}

// An array that shows values of `owner`'s, read-only.
template <class T, class Owner>
py::array SharedArray(std::span<const T> values,
                      const std::shared_ptr<Owner>& owner) {
  const py::capsule kept(new std::shared_ptr<Owner>(owner), [](void* pointer) {
    delete static_cast<std::shared_ptr<Owner>*>(pointer);
  });
  py::array_t<T> array({static_cast<py::ssize_t>(values.size())}, values.data(),
                       kept);
  py::detail::array_proxy(array.ptr())->flags &=
      ~py::detail::npy_api::NPY_ARRAY_WRITEABLE_;
  return array;
}

}  // namespace skg::python
