// Options: keyword arguments of Python as fields of the library's options.
#pragma once

#include <pybind11/pybind11.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "call.h"
#include "skg/parameters.h"
#include "skg/statement.h"

namespace skg::python {

namespace py = pybind11;

// Each method leaves the field as it is where the argument is absent or None,
// and raises TypeError or ValueError that name the argument.
class Options {
 public:
  explicit Options(const py::dict& given) : given_(given) {}

  // Null: absent or None.
  [[nodiscard]] py::handle Find(const char* name) const;

  void Text(const char* name, std::string& field) const;
  void Texts(const char* name, std::vector<std::string>& field) const;
  void Term(const char* name, std::string& field) const;
  void Term(const char* name, std::optional<std::string>& field) const;
  void Terms(const char* name, std::vector<std::string>& field) const;
  void Flag(const char* name, bool& field) const;
  void Number(const char* name, float& field) const;
  void Number(const char* name, uint64_t& field) const;
  void Number(const char* name, std::optional<uint64_t>& field) const;
  void Number(const char* name, uint32_t& field) const;
  void Number(const char* name, int& field) const;
  void Span(const char* name, absl::Duration& field) const;
  void Time(const char* name, std::optional<absl::Time>& field) const;
  void Parameters(const char* name, ParameterValues& field) const;
  // One of `names`, whose place in the list becomes the field's value.
  template <class Enum>
  void Choice(const char* name, std::initializer_list<const char*> names,
              Enum& field) const {
    const int at = Place(name, names);
    if (at >= 0) field = static_cast<Enum>(at);
  }

 private:
  int Place(const char* name, std::initializer_list<const char*> names) const;

  const py::dict& given_;
};

// Tells the argument "progress" of a call's progress, by which it is ended.
[[nodiscard]] Control ProgressControl(
    const Options& given, const std::shared_ptr<Progress>& progress);

// skip_duplicates, idempotency_key, durability.
[[nodiscard]] CommitOptions CommitOptionsOf(const Options& options);

}  // namespace skg::python
