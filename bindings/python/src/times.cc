#include "times.h"

#include <datetime.h>

#include <cmath>

#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "errors.h"
#include "terms.h"

namespace skg::python {
namespace {

absl::Duration DeltaOf(PyObject* delta) {
  return absl::Hours(24) * PyDateTime_DELTA_GET_DAYS(delta) +
         absl::Seconds(PyDateTime_DELTA_GET_SECONDS(delta)) +
         absl::Microseconds(PyDateTime_DELTA_GET_MICROSECONDS(delta));
}

absl::Time DateTimeOf(PyObject* value) {
  const absl::CivilSecond civil(
      PyDateTime_GET_YEAR(value), PyDateTime_GET_MONTH(value),
      PyDateTime_GET_DAY(value), PyDateTime_DATE_GET_HOUR(value),
      PyDateTime_DATE_GET_MINUTE(value), PyDateTime_DATE_GET_SECOND(value));
  const absl::Time time =
      absl::FromCivil(civil, absl::UTCTimeZone()) +
      absl::Microseconds(PyDateTime_DATE_GET_MICROSECOND(value));
  const py::object offset = py::handle(value).attr("utcoffset")();
  if (offset.is_none()) return time;
  return time - DeltaOf(offset.ptr());
}

}  // namespace

void LoadTimes() {
  PyDateTime_IMPORT;
  if (PyDateTimeAPI == nullptr) throw py::error_already_set();
}

absl::Time TimeOf(py::handle value, const char* argument) {
  if (PyDateTime_Check(value.ptr()) != 0) return DateTimeOf(value.ptr());
  if (!PyUnicode_Check(value.ptr())) {
    RaiseType(argument, "a datetime or an ISO 8601 str", value);
  }
  const std::string text = PlainText(value, argument);
  auto point = ParsePointInTime(text);
  if (!point.ok() || point->commit()) {
    RaiseValue(argument, "'" + text + "' is no ISO 8601 time");
  }
  return point->time();
}

absl::Duration DurationOf(py::handle value, const char* argument) {
  absl::Duration duration;
  if (PyDelta_Check(value.ptr()) != 0) {
    duration = DeltaOf(value.ptr());
  } else if (PyBool_Check(value.ptr()) == 0 &&
             (PyFloat_Check(value.ptr()) || PyLong_Check(value.ptr()))) {
    const double seconds = PyFloat_AsDouble(value.ptr());
    if (std::isnan(seconds) || PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      RaiseValue(argument, "is no number of seconds");
    }
    duration = absl::Seconds(seconds);
  } else {
    RaiseType(argument, "seconds (int, float) or a timedelta", value);
  }
  if (duration < absl::ZeroDuration()) {
    RaiseValue(argument, "is negative; 0 or more seconds, or None");
  }
  return duration;
}

absl::Time DeadlineOf(py::handle timeout) {
  if (!timeout || timeout.is_none()) return absl::InfiniteFuture();
  return absl::Now() + DurationOf(timeout, "timeout");
}

std::optional<PointInTime> PointOf(py::handle value, const char* argument) {
  if (!value || value.is_none()) return std::nullopt;
  if (PyDateTime_Check(value.ptr()) != 0) {
    return PointInTime(DateTimeOf(value.ptr()));
  }
  if (PyUnicode_Check(value.ptr())) {
    auto point = ParsePointInTime(PlainText(value, argument));
    if (!point.ok()) {
      RaiseValue(argument, std::string(point.status().message()));
    }
    return *point;
  }
  if (PyLong_Check(value.ptr()) == 0 || PyBool_Check(value.ptr()) != 0) {
    RaiseType(argument, "a commit (int), a datetime or an ISO 8601 str", value);
  }
  const uint64_t commit = PyLong_AsUnsignedLongLong(value.ptr());
  if (PyErr_Occurred() != nullptr) {
    PyErr_Clear();
    RaiseValue(argument, "a commit is a number from 0 to 2**64 - 1");
  }
  return PointInTime(commit);
}

PyObject* TimeObject(absl::Time time) {
  const absl::TimeZone utc = absl::UTCTimeZone();
  const absl::TimeZone::CivilInfo info = utc.At(time);
  if (info.cs.year() < 1 || info.cs.year() > 9999) Py_RETURN_NONE;
  PyObject* object = PyDateTimeAPI->DateTime_FromDateAndTime(
      static_cast<int>(info.cs.year()), info.cs.month(), info.cs.day(),
      info.cs.hour(), info.cs.minute(), info.cs.second(),
      static_cast<int>(info.subsecond / absl::Microseconds(1)),
      PyDateTime_TimeZone_UTC, PyDateTimeAPI->DateTimeType);
  if (object == nullptr) throw py::error_already_set();
  return object;
}

}  // namespace skg::python
