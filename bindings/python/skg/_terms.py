"""Terms: IRIs, literals, and the values of Python that are literals, too.

A plain ``str`` is a *name* (``"Marie Curie"``: the IRI of that name in the
graph's namespace) or, where it begins with ``<``, ``"``, ``_:`` or ``\\``, a
term in N-Triples form. Text as data is a ``Literal``.
"""

import base64
import binascii
import datetime
import decimal
import re
import uuid
from typing import Any, Callable, Dict, Optional, Tuple, Union

__all__ = ["IRI", "Literal"]

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

_ESCAPES = {
    '"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t",
    "\b": "\\b", "\f": "\\f",
}
_ESCAPED = re.compile(r'["\\\n\r\t\b\f]')


def _quoted(text: str) -> str:
    return '"' + _ESCAPED.sub(lambda found: _ESCAPES[found.group()], text) + '"'


class IRI(str):
    """An absolute IRI, without brackets: ``IRI("https://schema.org/Person")``.

    As an argument it is that IRI, where a plain ``str`` would be a name.
    """

    __slots__ = ()

    def n3(self) -> str:
        """The IRI as a term: ``<https://schema.org/Person>``."""
        return "<" + str.__str__(self) + ">"

    def __repr__(self) -> str:
        return "skg.IRI(" + str.__repr__(self) + ")"


class Literal(str):
    """A literal: its lexical form as a ``str``, with a datatype or language.

    ``Literal("Ulm")`` is a string, ``Literal("Ulm", language="de")`` one in a
    language, ``Literal("P1D", datatype=...)`` any other. Of a value such as
    ``Literal(5)`` the datatype is that of the value (xsd:integer); as
    arguments, the values can be given as they are.

    It compares, sorts and hashes as its text: ``Literal("Ulm") == "Ulm"``;
    ``n3()`` tells terms apart.
    """

    __slots__ = ("_datatype", "_language")

    _datatype: str
    _language: str

    def __new__(
        cls,
        value: Any,
        datatype: Optional[str] = None,
        language: Optional[str] = None,
    ) -> "Literal":
        """
        value: text, or a value that is a literal (int, float, Decimal, bool,
            datetime, date, time, bytes).
        datatype: an absolute IRI; only with text.
        language: a BCP 47 tag, perhaps with a direction ("ar--rtl"); only with
            text.
        """
        if type(value) is str:
            made = str.__new__(cls, value)
        elif isinstance(value, str):
            made = str.__new__(cls, value)
            if datatype is None and language is None and isinstance(value, Literal):
                datatype, language = value._type(), value.language
        else:
            if datatype is not None or language is not None:
                raise TypeError(
                    "value: expected a str where a datatype or language is given, got "
                    + type(value).__name__)
            text, datatype = _lexical(value)
            made = str.__new__(cls, text)
        if datatype is not None:
            if language is not None:
                raise ValueError("language: a literal has a datatype or a language")
            if not isinstance(datatype, str):
                raise TypeError("datatype: expected a str, got " + type(datatype).__name__)
            if datatype.startswith("<") and datatype.endswith(">"):
                datatype = datatype[1:-1]
            made._datatype = str(datatype)
        elif language is not None:
            if not isinstance(language, str):
                raise TypeError("language: expected a str, got " + type(language).__name__)
            made._language = language.lower()
        return made

    def _type(self) -> Optional[str]:
        return getattr(self, "_datatype", None)

    @property
    def datatype(self) -> str:
        """Its IRI: xsd:string unless said otherwise, rdf:langString and
        rdf:dirLangString with a language."""
        language = self.language
        if language is not None:
            return RDF + ("dirLangString" if "--" in language else "langString")
        return getattr(self, "_datatype", XSD + "string")

    @property
    def language(self) -> Optional[str]:
        """The tag, lower case, with the direction after ``--``; or None."""
        return getattr(self, "_language", None)

    @property
    def value(self) -> Any:
        """The value of Python that it is: an int, Decimal, datetime ..., the
        text of a string, or the Literal where there is none."""
        datatype = self._type()
        if datatype is None or datatype == XSD + "string":
            return str.__str__(self)
        return value_of(str.__str__(self), datatype)

    def n3(self) -> str:
        """The literal as a term in N-Triples form."""
        text = _quoted(str.__str__(self))
        if self.language is not None:
            return text + "@" + self.language
        datatype = self._type()
        if datatype is None or datatype == XSD + "string":
            return text
        return text + "^^<" + datatype + ">"

    def __repr__(self) -> str:
        inside = str.__repr__(self)
        if self.language is not None:
            inside += ", language=" + repr(self.language)
        elif self._type() is not None:
            inside += ", datatype=" + repr(self._datatype)
        return "skg.Literal(" + inside + ")"

    def __reduce__(self) -> Any:
        return (Literal, (str.__str__(self), self._type(), self.language))


def language_literal(text: str, tag: str) -> Literal:
    """Called by the extension module."""
    made = str.__new__(Literal, text)
    made._language = tag
    return made


def _float(value: float) -> str:
    if value != value:
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "INF" if value > 0 else "-INF"
    return repr(value)


def _decimal(value: decimal.Decimal) -> str:
    if not value.is_finite():
        raise ValueError("a Decimal that is " + str(value) + " is no xsd:decimal")
    return format(value, "f")


def _lexical(value: Any) -> Tuple[str, str]:
    """(lexical form, datatype) of a value that is a literal."""
    if isinstance(value, bool):
        return ("true" if value else "false", XSD + "boolean")
    if isinstance(value, int):
        return (str(int(value)), XSD + "integer")
    if isinstance(value, float):
        return (_float(float(value)), XSD + "double")
    if isinstance(value, decimal.Decimal):
        return (_decimal(value), XSD + "decimal")
    if isinstance(value, datetime.datetime):
        text = value.isoformat()
        return (text[:-6] + "Z" if text.endswith("+00:00") else text, XSD + "dateTime")
    if isinstance(value, datetime.date):
        return (value.isoformat(), XSD + "date")
    if isinstance(value, datetime.time):
        return (value.isoformat(), XSD + "time")
    if isinstance(value, (bytes, bytearray, memoryview)):
        return (base64.b64encode(bytes(value)).decode("ascii"), XSD + "base64Binary")
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "ndim", 1) == 0:
        plain = value.item()  # a scalar of NumPy
        if not hasattr(plain, "dtype"):
            return _lexical(plain)
    raise TypeError(
        "value: expected a str, int, float, Decimal, bool, datetime, date, time or bytes, got "
        + type(value).__name__)


def term_of(value: Any) -> Optional[str]:
    """The term of a value; None: it is none. Called by the extension module
    for what it does not know itself."""
    if isinstance(value, (Literal, IRI)):
        return value.n3()
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, uuid.UUID):
        return "<urn:uuid:" + str(value) + ">"
    if type(value).__name__ == "Statement" and hasattr(value, "triple"):
        terms = [_inner(one) for one in value.triple]
        return "<<( " + " ".join(terms) + " )>>"
    try:
        text, datatype = _lexical(value)
    except TypeError:
        return None
    return _quoted(text) + "^^<" + datatype + ">"


def _inner(value: Any) -> str:
    text = term_of(value)
    if text is None:
        raise ValueError("a statement holds what is no term: " + repr(value))
    if not text.startswith(("<", '"', "_:")):
        raise ValueError(
            "in a triple term write names as IRIs, skg.IRI(...): " + repr(text))
    return text


_Reader = Callable[[str], Any]
_DATE_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$")
_TIME = re.compile(r"(\d\d:\d\d:\d\d)(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?$")


def _clock(time: str, fraction: Optional[str], zone: Optional[str]) -> str:
    text = time + ("." + fraction[1:].ljust(6, "0") if fraction else "")
    return text + ("+00:00" if zone == "Z" else zone or "")


def _read_date_time(text: str) -> datetime.datetime:
    found = _DATE_TIME.match(text)
    if found is None:
        raise ValueError(text)
    date, time, fraction, zone = found.groups()
    return datetime.datetime.fromisoformat(date + "T" + _clock(time, fraction, zone))


def _read_time(text: str) -> datetime.time:
    found = _TIME.match(text)
    if found is None:
        raise ValueError(text)
    return datetime.time.fromisoformat(_clock(*found.groups()))


def _read_boolean(text: str) -> bool:
    return {"true": True, "1": True, "false": False, "0": False}[text]


def _read_float(text: str) -> float:
    return float({"INF": "inf", "+INF": "inf", "-INF": "-inf", "NaN": "nan"}.get(text, text))


def _read_date(text: str) -> datetime.date:
    if len(text) != 10:  # a zone, or another era
        raise ValueError(text)
    return datetime.date.fromisoformat(text)


def _read_base64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def _read_hex(text: str) -> bytes:
    return binascii.unhexlify(text)


_INTEGERS = (
    "integer", "long", "int", "short", "byte", "nonNegativeInteger",
    "positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedLong",
    "unsignedInt", "unsignedShort", "unsignedByte",
)
_READERS: Dict[str, _Reader] = {XSD + name: int for name in _INTEGERS}
_READERS.update({
    XSD + "decimal": decimal.Decimal,
    XSD + "double": _read_float,
    XSD + "float": _read_float,
    XSD + "boolean": _read_boolean,
    XSD + "dateTime": _read_date_time,
    XSD + "date": _read_date,
    XSD + "time": _read_time,
    XSD + "base64Binary": _read_base64,
    XSD + "hexBinary": _read_hex,
})


def value_of(lexical: str, datatype: str) -> Union[Any, Literal]:
    """The value of a literal, or the Literal where Python has none such.
    Called by the extension module, too."""
    read = _READERS.get(datatype)
    if read is not None:
        try:
            return read(lexical)
        except (ValueError, KeyError, ArithmeticError):
            pass  # no form of its datatype, or beyond what Python has
    made = str.__new__(Literal, lexical)
    made._datatype = datatype
    return made
