#include "terms.h"

#include <charconv>
#include <cstdint>

#include "errors.h"
#include "skg/parameters.h"
#include "types.h"

namespace skg::python {
namespace {

constexpr std::string_view kXsd = "http://www.w3.org/2001/XMLSchema#";
constexpr const char* kTermTypes =
    "a name (str), a term (skg.IRI, skg.Literal, skg.Statement) or a value "
    "(int, float, Decimal, bool, datetime, date, time, UUID, bytes)";

PyObject* OrThrow(PyObject* object) {
  if (object == nullptr) throw py::error_already_set();
  return object;
}

std::string Utf8(PyObject* text, const char* argument) {
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text, &size);
  if (bytes == nullptr) {  // a lone surrogate
    PyErr_Clear();
    RaiseValue(argument, "is no Unicode text: it holds half a surrogate pair");
  }
  return {bytes, static_cast<size_t>(size)};
}

// What is inline in most programs; others are asked of _terms.term_of.
std::string OtherTermText(py::handle value, const char* argument) {
  PyObject* text = PyObject_CallOneArg(PythonTypes().term_of, value.ptr());
  if (text == nullptr) {
    // A value that no term has: of its message the argument is missing.
    if (PyErr_ExceptionMatches(PyExc_ValueError) == 0) {
      throw py::error_already_set();
    }
    const py::error_already_set error;
    RaiseValue(argument, py::str(error.value()).cast<std::string>());
  }
  const auto owned = py::reinterpret_steal<py::object>(text);
  if (owned.is_none()) RaiseType(argument, kTermTypes, value);
  return Utf8(owned.ptr(), argument);
}

// The end of the quoted part of a literal: the place of its closing quote.
size_t ClosingQuote(std::string_view term) {
  size_t i = 1;
  while (i < term.size() && term[i] != '"') i += term[i] == '\\' ? 2 : 1;
  return i;
}

void AppendUtf8(uint32_t c, std::string& out) {
  const auto add = [&out](uint32_t byte) {
    out.push_back(static_cast<char>(byte));
  };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xc0 | (c >> 6));
    add(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    add(0xe0 | (c >> 12));
    add(0x80 | ((c >> 6) & 0x3f));
    add(0x80 | (c & 0x3f));
  } else {
    add(0xf0 | (c >> 18));
    add(0x80 | ((c >> 12) & 0x3f));
    add(0x80 | ((c >> 6) & 0x3f));
    add(0x80 | (c & 0x3f));
  }
}

// The text that N-Triples escapes say (section 4 of RDF 1.2 N-Triples).
std::string Unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out.push_back(text[i]);
      continue;
    }
    const char c = text[++i];
    if (c == 'u' || c == 'U') {
      const size_t digits = c == 'u' ? 4 : 8;
      uint32_t code = 0;
      const std::string_view hex = text.substr(i + 1, digits);
      std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
      AppendUtf8(code, out);
      i += digits;
      continue;
    }
    constexpr std::string_view kFrom = "tbnrf";
    constexpr std::string_view kTo = "\t\b\n\r\f";
    const size_t at = kFrom.find(c);
    out.push_back(at == std::string_view::npos ? c : kTo[at]);
  }
  return out;
}

// A skg.Literal of xsd:string, without a call of Python code.
PyObject* StringValue(std::string_view text) {
  const auto str = py::reinterpret_steal<py::object>(TextObject(text));
  return OrThrow(PyObject_CallOneArg(PythonTypes().literal, str.ptr()));
}

PyObject* CallWithTexts(PyObject* function, std::string_view first,
                        std::string_view second) {
  const auto a = py::reinterpret_steal<py::object>(TextObject(first));
  const auto b = py::reinterpret_steal<py::object>(TextObject(second));
  return OrThrow(
      PyObject_CallFunctionObjArgs(function, a.ptr(), b.ptr(), nullptr));
}

// Null: the text is none, or one that only Python knows.
PyObject* NumberValue(std::string_view lexical, std::string_view type) {
  const char* end = lexical.data() + lexical.size();
  if (type == "integer") {
    int64_t value = 0;
    const auto read = std::from_chars(lexical.data(), end, value);
    if (read.ec == std::errc() && read.ptr == end) {
      return OrThrow(PyLong_FromLongLong(value));
    }
  } else if (type == "double" || type == "float") {
    double value = 0;
    const auto read = std::from_chars(lexical.data(), end, value);
    if (read.ec == std::errc() && read.ptr == end) {
      return OrThrow(PyFloat_FromDouble(value));
    }
  } else if (type == "boolean") {
    if (lexical == "true" || lexical == "1") Py_RETURN_TRUE;
    if (lexical == "false" || lexical == "0") Py_RETURN_FALSE;
  }
  return nullptr;
}

PyObject* LiteralValue(std::string_view term) {
  const size_t quote = ClosingQuote(term);
  const std::string_view quoted = term.substr(1, quote - 1);
  const bool escaped = quoted.find('\\') != std::string_view::npos;
  const std::string unescaped = escaped ? Unescape(quoted) : std::string();
  const std::string_view lexical =
      escaped ? std::string_view(unescaped) : quoted;
  const std::string_view rest =
      quote + 1 < term.size() ? term.substr(quote + 1) : std::string_view();
  if (rest.empty()) return StringValue(lexical);
  if (rest[0] == '@') {
    return CallWithTexts(PythonTypes().language_literal, lexical,
                         rest.substr(1));
  }
  // ^^<IRI>
  const std::string_view type =
      rest.size() > 4 ? rest.substr(3, rest.size() - 4) : std::string_view();
  if (type.substr(0, kXsd.size()) == kXsd) {
    PyObject* number = NumberValue(lexical, type.substr(kXsd.size()));
    if (number != nullptr) return number;
  }
  return CallWithTexts(PythonTypes().value_of, lexical, type);
}

}  // namespace

std::string TermText(py::handle value, const char* argument) {
  PyObject* object = value.ptr();
  if (PyUnicode_CheckExact(object)) return Utf8(object, argument);
  if (PyBool_Check(object)) return BooleanLiteral(object == Py_True);
  if (PyFloat_CheckExact(object)) {
    return DoubleLiteral(PyFloat_AS_DOUBLE(object));
  }
  if (PyLong_CheckExact(object)) {
    int overflow = 0;
    const int64_t number = PyLong_AsLongLongAndOverflow(object, &overflow);
    if (overflow == 0) return IntegerLiteral(number);
  }
  return OtherTermText(value, argument);
}

std::string PlainText(py::handle value, const char* argument) {
  if (!PyUnicode_Check(value.ptr())) RaiseType(argument, "a str", value);
  return Utf8(value.ptr(), argument);
}

PyObject* TextObject(std::string_view text) {
  return OrThrow(PyUnicode_DecodeUTF8(
      text.data(), static_cast<Py_ssize_t>(text.size()), "strict"));
}

PyObject* TermValue(std::string_view term) {
  constexpr std::string_view kUuid = "<urn:uuid:";
  if (!term.empty() && term[0] == '"') return LiteralValue(term);
  if (term.size() == kUuid.size() + 37 &&
      term.substr(0, kUuid.size()) == kUuid) {
    const auto text = py::reinterpret_steal<py::object>(
        TextObject(term.substr(kUuid.size(), 36)));
    PyObject* uuid = PyObject_CallOneArg(PythonTypes().uuid, text.ptr());
    if (uuid != nullptr) return uuid;
    PyErr_Clear();  // some other URN
  }
  return TextObject(term);
}

}  // namespace skg::python
