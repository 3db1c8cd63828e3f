"""JSON query documents, as text or as dicts with values of Python in them."""

import datetime
import json
from typing import Any, Callable, Dict, Iterable, Mapping

from skg import _arguments
from skg._terms import term_of

LANGUAGES = ("sparql", "json", "pattern")
"""What ``language`` may be; the last two are the same."""

_TERMS = ("subject", "predicate", "object", "graph")


def is_document(language: Any) -> bool:
    """Whether a text is a JSON document and not SPARQL; or TypeError,
    ValueError."""
    name = _arguments.text("language", language)
    if name not in LANGUAGES:
        raise ValueError(f"language: {name!r} is none of " + ", ".join(map(repr, LANGUAGES)))
    return name != "sparql"


def refuse(given: Mapping[str, Any]) -> None:
    """TypeError for an argument that a document has no use for."""
    for name, value in given.items():
        if value:
            why = ("write values into the document" if name == "params"
                   else "the document itself says what is asked")
            raise TypeError(f"{name}: is of language 'sparql' alone; {why}")


def _term(value: Any) -> Any:
    """A value where the document has a term; what is none is left, for the
    library to say so."""
    if value is None or type(value) is str or isinstance(value, Mapping):
        return value
    text = term_of(value)
    return value if text is None else text


def _pattern(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {key: _term(item) if key in _TERMS else item for key, item in value.items()}


def _listed(value: Any, convert: Any) -> Any:
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes, Mapping)):
        return [convert(item) for item in value]
    return value


def _time(value: Any) -> str:
    if isinstance(value, (datetime.datetime, datetime.date)):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that JSON can say")


_FIELDS: Dict[str, Callable[[Any], Any]] = {
    "pattern": lambda value: _listed(value, _term),
    "patterns": lambda value: _listed(value, _pattern),
    "start_entity": _term,
    "relationship_types": lambda value: _listed(value, _term),
}


def document_text(text: Any) -> str:
    """A document's text, or TypeError, ValueError."""
    if isinstance(text, str):
        return str.__str__(text)
    if not isinstance(text, Mapping):
        raise TypeError(f"text: expected a dict or a str of JSON, got {type(text).__name__}")
    fields: Dict[Any, Any] = {
        key: _FIELDS[key](value) if key in _FIELDS else value for key, value in text.items()}
    try:
        return json.dumps(fields, ensure_ascii=False, allow_nan=False, default=_time)
    except (TypeError, ValueError) as error:
        raise type(error)(f"text: {error}") from None
