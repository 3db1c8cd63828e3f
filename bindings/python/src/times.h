// Points in time and spans of it: datetime, seconds, timedelta.
#pragma once

#include <pybind11/pybind11.h>

#include <optional>

#include "absl/time/time.h"
#include "skg/time_travel.h"

namespace skg::python {

namespace py = pybind11;

// A datetime (naive: UTC) or an ISO 8601 text. Raises TypeError, ValueError.
[[nodiscard]] absl::Time TimeOf(py::handle value, const char* argument);
// Seconds, or a timedelta; not negative. Raises TypeError, ValueError.
[[nodiscard]] absl::Duration DurationOf(py::handle value, const char* argument);
// None: no limit. The end of a call that may take so long.
[[nodiscard]] absl::Time DeadlineOf(py::handle timeout);
// A commit's number, a datetime, or text as ParsePointInTime reads; None:
// unset.
[[nodiscard]] std::optional<PointInTime> PointOf(py::handle value,
                                                 const char* argument);
// An aware datetime in UTC; None where datetime has none such. A new reference.
[[nodiscard]] PyObject* TimeObject(absl::Time time);

// Once, by the module's initialisation.
void LoadTimes();

}  // namespace skg::python
