#include "columns.h"

#include <charconv>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>

#include "arrays.h"
#include "call.h"
#include "cursor.h"
#include "objects.h"
#include "terms.h"

namespace skg::python {
namespace {

template <class T>
std::vector<T> Copy(std::span<const T> from) {
  return {from.begin(), from.end()};
}

ColumnPart PartOf(const Column& column, const TextColumn& texts, size_t rows) {
  ColumnPart part;
  part.kind = column.kind;
  part.rows = rows;
  part.unbound = column.unbound;
  part.validity = Copy(column.validity);
  if (!texts.indices.empty()) {
    part.kind = Column::Kind::kTerms;
    part.indices = Copy(texts.indices);
    part.offsets = Copy(texts.offsets);
    part.bytes = texts.bytes;
    return part;
  }
  switch (column.kind) {
    case Column::Kind::kTerms:
      part.ids = Copy(column.ids);
      break;
    case Column::Kind::kIntegers:
      part.integers = Copy(column.integers);
      break;
    case Column::Kind::kBooleans:
      part.booleans = Copy(column.booleans);
      break;
    default:
      part.doubles = Copy(column.doubles);
  }
  return part;
}

// The number that a literal is, if it is one.
std::optional<double> NumberOf(std::string_view term) {
  constexpr std::string_view kType = "\"^^<http://www.w3.org/2001/XMLSchema#";
  const size_t quote = term.find(kType);
  if (quote == std::string_view::npos || term[0] != '"') return std::nullopt;
  const std::string_view type =
      term.substr(quote + kType.size(), term.size() - quote - kType.size() - 1);
  if (type != "integer" && type != "decimal" && type != "double" &&
      type != "float") {
    return std::nullopt;
  }
  double number = 0;
  const char* end = term.data() + quote;
  const auto read = std::from_chars(term.data() + 1, end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

// Of terms that are all numbers.
void PutNumber(double number, ColumnPart& part) {
  if (part.kind == Column::Kind::kIntegers) {
    part.integers.push_back(static_cast<int64_t>(number));
  } else {
    part.doubles.push_back(number);
  }
}

void PutText(const std::string& term, ColumnPart& part) {
  part.indices.push_back(static_cast<int32_t>(part.offsets.size()) - 1);
  part.bytes += term;
  part.offsets.push_back(static_cast<int64_t>(part.bytes.size()));
}

// One column of rows of terms.
ColumnPart PartOf(const Rows& rows, size_t column) {
  ColumnPart part;
  part.rows = rows.terms.size();
  if (!rows.kinds.empty()) part.kind = rows.kinds[column];
  const bool texts = part.kind == Column::Kind::kTerms;
  if (texts) part.offsets.push_back(0);
  part.validity.assign((part.rows + 7) / 8, 0xff);
  for (size_t row = 0; row < part.rows; ++row) {
    const std::string& term = rows.terms[row][column];
    if (!texts) {
      PutNumber(NumberOf(term).value_or(0), part);
    } else if (!term.empty()) {
      PutText(term, part);
    } else {
      part.indices.push_back(-1);
      ++part.unbound;
      part.validity[row / 8] &= static_cast<uint8_t>(~(1U << (row % 8)));
    }
  }
  if (part.unbound == 0) part.validity.clear();
  return part;
}

// The numbers of a part's texts, one each; unset: some are none.
std::optional<std::vector<double>> NumbersOf(const ColumnPart& part) {
  std::vector<double> numbers;
  for (size_t i = 0; i + 1 < part.offsets.size(); ++i) {
    const auto begin = static_cast<size_t>(part.offsets[i]);
    const auto end = static_cast<size_t>(part.offsets[i + 1]);
    const auto number =
        NumberOf(std::string_view(part.bytes).substr(begin, end - begin));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

bool HasTexts(const ColumnPart& part) {
  return !part.indices.empty() && part.unbound < part.rows;
}

// A column whose terms are numbers of several types is one of doubles.
void MakeNumbers(std::vector<ColumnPart>& column) {
  std::vector<std::vector<double>> numbers;
  for (const ColumnPart& part : column) {
    if (!HasTexts(part)) continue;
    auto found = NumbersOf(part);
    if (!found) return;
    numbers.push_back(*std::move(found));
  }
  size_t next = 0;
  for (ColumnPart& part : column) {
    if (!HasTexts(part)) continue;
    const std::vector<double>& of = numbers[next++];
    part.kind = Column::Kind::kDoubles;
    for (const int32_t index : part.indices) {
      part.doubles.push_back(index < 0 ? 0 : of[static_cast<size_t>(index)]);
    }
    part.indices.clear();
  }
}

void Append(const Rows& rows, ColumnParts& parts) {
  const bool terms = !rows.terms.empty();
  const size_t columns = terms ? rows.terms[0].size() : rows.columns.columns();
  parts.columns.resize(columns);
  for (size_t i = 0; i < columns; ++i) {
    parts.columns[i].push_back(
        terms ? PartOf(rows, i)
              : PartOf(rows.columns.column(i), rows.texts[i], rows.size));
  }
  parts.rows += rows.size;
}

// What an array is made of, widest last.
enum class Form { kNothing, kBooleans, kIntegers, kDoubles, kIds, kObjects };

Form FormOf(const ColumnPart& part) {
  if (part.unbound == part.rows && part.ids.empty()) return Form::kNothing;
  switch (part.kind) {
    case Column::Kind::kTerms:
      return part.ids.empty() ? Form::kObjects : Form::kIds;
    case Column::Kind::kIntegers:
      return Form::kIntegers;
    case Column::Kind::kBooleans:
      return Form::kBooleans;
    default:
      return Form::kDoubles;
  }
}

Form Common(Form a, Form b) {
  if (a == b || b == Form::kNothing) return a;
  if (a == Form::kNothing) return b;
  const bool numbers = (a == Form::kIntegers || a == Form::kDoubles) &&
                       (b == Form::kIntegers || b == Form::kDoubles);
  return numbers ? Form::kDoubles : Form::kObjects;
}

template <class T, class From>
void Add(const std::vector<From>& from, size_t rows, std::vector<T>& values) {
  if (from.empty()) {  // all unbound
    values.resize(values.size() + rows);
    return;
  }
  values.insert(values.end(), from.begin(), from.end());
}

py::object Masked(const py::array& values, const std::vector<ColumnPart>& parts,
                  size_t rows) {
  std::vector<uint8_t> mask;
  mask.reserve(rows);
  bool any = false;
  for (const ColumnPart& part : parts) {
    for (size_t row = 0; row < part.rows; ++row) {
      mask.push_back(part.bound(row) ? 0 : 1);
      any = any || mask.back() != 0;
    }
  }
  if (!any) return values;
  const py::object as_bool = OwnArray(std::move(mask)).attr("view")("bool");
  return py::module_::import("numpy.ma").attr("MaskedArray")(values, as_bool);
}

py::object Numbers(const std::vector<ColumnPart>& parts, size_t rows) {
  std::vector<double> values;
  values.reserve(rows);
  for (const ColumnPart& part : parts) {
    const size_t begin = values.size();
    if (part.kind == Column::Kind::kIntegers) {
      Add(part.integers, part.rows, values);
    } else {
      Add(part.doubles, part.rows, values);
    }
    if (part.unbound == 0) continue;
    for (size_t row = 0; row < part.rows; ++row) {
      if (!part.bound(row)) {
        values[begin + row] = std::numeric_limits<double>::quiet_NaN();
      }
    }
  }
  return OwnArray(std::move(values));
}

template <class T>
py::array Plain(const std::vector<ColumnPart>& parts, size_t rows,
                std::vector<T> ColumnPart::*member) {
  std::vector<T> values;
  values.reserve(rows);
  for (const ColumnPart& part : parts) Add(part.*member, part.rows, values);
  return OwnArray(std::move(values));
}

// New references into the array's memory, which held None.
void AddObjects(const ColumnPart& part, PyObject** at) {
  std::vector<py::object> texts(part.offsets.empty() ? 0
                                                     : part.offsets.size() - 1);
  const std::string_view bytes = part.bytes;
  for (size_t row = 0; row < part.rows; ++row) {
    if (!part.bound(row)) continue;
    py::object value;
    if (!part.indices.empty()) {
      if (part.indices[row] < 0) continue;
      const auto index = static_cast<size_t>(part.indices[row]);
      if (!texts[index]) {
        const auto begin = static_cast<size_t>(part.offsets[index]);
        const auto end = static_cast<size_t>(part.offsets[index + 1]);
        texts[index] = py::reinterpret_steal<py::object>(
            TermValue(bytes.substr(begin, end - begin)));
      }
      value = texts[index];
    } else if (!part.integers.empty()) {
      value = py::int_(part.integers[row]);
    } else if (!part.booleans.empty()) {
      value = py::bool_(part.booleans[row] != 0);
    } else if (!part.ids.empty()) {
      value = py::int_(part.ids[row]);
    } else {
      value = py::float_(part.doubles[row]);
    }
    Py_DECREF(at[row]);
    at[row] = value.release().ptr();
  }
}

py::object Objects(const std::vector<ColumnPart>& parts, size_t rows) {
  const py::object array = py::module_::import("numpy").attr("full")(
      rows, py::none(), py::arg("dtype") = "object");
  const auto memory = array.cast<py::array>();
  auto** at = static_cast<PyObject**>(
      const_cast<void*>(memory.data()));  // NOLINT: it is ours alone
  for (const ColumnPart& part : parts) {
    AddObjects(part, at);
    at += part.rows;
  }
  return array;
}

// None: there are no more rows.
py::object FetchArrays(const ResultObject& self, uint64_t least_rows,
                       bool ids) {
  const Use<Results> results = self.Open();
  const Control control{
      .cancel = [object = results.object()] { object->Cancel(); }};
  results.running().OnClose(control.cancel);
  const Texts wanted = ids ? Texts::kNone : self.texts();
  const auto parts = Value(Run(
      [results, wanted, least_rows]() -> absl::StatusOr<ColumnParts> {
        ColumnParts fetched;
        const absl::Status status =
            FetchColumns(*results, wanted, least_rows, fetched);
        if (!status.ok()) return status;
        if (wanted != Texts::kValues) return fetched;
        for (auto& column : fetched.columns) MakeNumbers(column);
        return fetched;
      },
      control));
  py::list arrays;
  if (parts.rows == 0) return py::none();
  for (const auto& column : parts.columns) {
    arrays.append(ColumnArray(column, parts.rows));
  }
  return arrays;
}

}  // namespace

absl::Status FetchColumns(Results& results, Texts wanted, size_t least_rows,
                          ColumnParts& parts) {
  while (!parts.last && parts.rows < least_rows) {
    auto rows = results.Fetch(wanted);
    if (!rows.ok()) return rows.status();
    if ((*rows)->size > 0) Append(**rows, parts);
    parts.last = (*rows)->last;
  }
  return absl::OkStatus();
}

py::object ColumnArray(const std::vector<ColumnPart>& parts, size_t rows) {
  Form form = Form::kNothing;
  for (const ColumnPart& part : parts) form = Common(form, FormOf(part));
  switch (form) {
    case Form::kBooleans:
      return Masked(
          Plain(parts, rows, &ColumnPart::booleans).attr("view")("bool"), parts,
          rows);
    case Form::kIntegers:
      return Masked(Plain(parts, rows, &ColumnPart::integers), parts, rows);
    case Form::kDoubles:
      return Numbers(parts, rows);
    case Form::kIds:
      return Plain(parts, rows, &ColumnPart::ids);
    default:
      return Objects(parts, rows);
  }
}

void BindColumns(py::module_& module) {
  module.def("fetch_arrays", FetchArrays);
}

}  // namespace skg::python
