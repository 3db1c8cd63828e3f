"""Embedders: what makes vectors of texts."""

import functools
import importlib.util
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple

import skg._skg as _skg
from skg import _arguments
from skg._arguments import Timeout
from skg._errors import BY_CODE, Error

__all__ = ["BuiltinEmbedder", "hashing_embedder", "http_embedder"]

CANCELLED, INVALID_ARGUMENT, RESOURCE_EXHAUSTED, UNAVAILABLE = 1, 3, 8, 14

Answer = Tuple[int, str, bytes]
"""The code of a status, its message, and all numbers as float32."""


class BuiltinEmbedder:
    """An embedder of the library's own. Made by ``hashing_embedder`` and
    ``http_embedder``; for ``skg.open(..., embedders={"name": it})``."""

    __slots__ = ("_raw",)

    def __init__(self, raw: "_skg.Embedder"):
        self._raw = raw

    def __repr__(self) -> str:
        return f"<skg.BuiltinEmbedder {self.name!r} of dimension {self.dimension}>"

    @property
    def dimension(self) -> int:
        """Of all its vectors."""
        return self._raw.dimension

    @property
    def name(self) -> str:
        """What it is: "hashing", or the model's name."""
        return self._raw.name

    def embed(self, texts: Iterable[str], *, timeout: Timeout = None) -> Any:
        """The vectors of these texts: float32 of shape (texts, dimension).

        timeout: seconds or a timedelta; None: as long as it takes.
        Errors: DeadlineExceededError; of HTTP UnavailableError (no usable
        answer, or the breaker is open), PermissionDeniedError,
        InvalidArgumentError (an empty text, other statuses of 4xx),
        DataLossError (no answer of the protocol).
        """
        if isinstance(texts, (str, bytes)):
            raise TypeError(f"texts: expected a list of str, got {type(texts).__name__}")
        return self._raw.embed([_arguments.text("texts", text) for text in texts], timeout)


def hashing_embedder(dimension: int = 384) -> BuiltinEmbedder:
    """The embedder that is built in under the name "hashing", of another
    dimension (16 to 4096): texts that share words or parts of words are near
    each other. Needs no model and no network.
    Errors: InvalidArgumentError (the dimension)."""
    return BuiltinEmbedder(_skg.hashing_embedder(_dimension(dimension)))


def http_embedder(
    *,
    base_url: str,
    model: str,
    dimension: int = 384,
    api_key: str = "",
    api_key_header: str = "Authorization",
    ca_file: str = "",
    most_texts: int = 64,
    most_text_bytes: int = 256 << 10,
    longest_text_bytes: int = 32 << 10,
    request_timeout: Timeout = 30,
    most_attempts: int = 5,
    first_pause: Timeout = 0.25,
    longest_pause: Timeout = 20,
    breaker_failures: int = 5,
    breaker_pause: Timeout = 30,
) -> BuiltinEmbedder:
    """An embedder that asks a server by OpenAI's protocol: POST
    {base_url}/v1/embeddings. It sends all texts as they are.

    base_url: "https://models.example.org/openai": http or https, a host,
        perhaps a port and a path.
    model: what the server calls it.
    dimension: which every answer must have, 1 to 4096.
    api_key: sent as "Authorization: Bearer KEY", or in another header
        (api_key_header) as it is; "": none is sent.
    ca_file: of https: whom to trust, certificates in PEM; "": whom the system
        does.
    most_texts, most_text_bytes: of one request; a longer text goes alone.
    longest_text_bytes: a longer text is cut there.
    request_timeout: of one request.
    most_attempts: a request that got no answer, or status 408, 429 or 5xx, is
        sent again, up to so often in all, after a pause that doubles from
        first_pause to longest_pause, or as long as the server says.
    breaker_failures: after so many failures in a row nothing is sent for
        breaker_pause.
    Spans of time are seconds or timedeltas.
    Errors: InvalidArgumentError (``fields`` says which).
    """
    return BuiltinEmbedder(_skg.http_embedder({
        "base_url": base_url,
        "model": model,
        "dimension": dimension,
        "api_key": api_key,
        "api_key_header": api_key_header,
        "ca_file": ca_file,
        "most_texts": most_texts,
        "most_text_bytes": most_text_bytes,
        "longest_text_bytes": longest_text_bytes,
        "request_timeout": request_timeout,
        "most_attempts": most_attempts,
        "first_pause": first_pause,
        "longest_pause": longest_pause,
        "breaker_failures": breaker_failures,
        "breaker_pause": breaker_pause,
    }))


def _dimension(value: Any) -> int:
    number = _arguments.whole("dimension", value, 1)
    if number > 4096:
        raise ValueError(f"dimension: a number from 1 to 4096 is expected, got {number}")
    return number


def given(embedders: Optional[Mapping[str, Any]]) -> Dict[str, Any]:
    """The argument of ``skg.open`` as the extension module takes it."""
    if embedders is None:
        return {}
    if not isinstance(embedders, Mapping):
        raise TypeError(
            f"embedders: expected a dict from names to embedders, got {type(embedders).__name__}")
    return {
        _arguments.text("embedders", name): _given(f"embedders[{name!r}]", name, embedder)
        for name, embedder in embedders.items()}


def _given(argument: str, key: str, embedder: Any) -> Any:
    if isinstance(embedder, BuiltinEmbedder):
        return embedder._raw
    embed = getattr(embedder, "embed", None)
    if not callable(embed) or not hasattr(embedder, "dimension"):
        raise TypeError(
            f"{argument}: expected an object with a dimension and a method embed, got "
            + type(embedder).__name__)
    try:
        dimension = _dimension(embedder.dimension)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{argument}.{error}") from None
    if importlib.util.find_spec("numpy") is None:
        raise ImportError(f"{argument}: embedders written in Python need NumPy")
    name = getattr(embedder, "name", key)
    return (str(name), dimension, functools.partial(_answer, str(name), embed, dimension))


def _answer(
    name: str, embed: Callable[[List[str]], Any], dimension: int, texts: List[str]
) -> Answer:
    """Called by the extension module, by a thread that is not Python's: raises
    nothing."""
    try:
        return (0, "", _numbers(embed(texts), len(texts), dimension))
    except BaseException as error:  # pylint: disable=broad-except
        message = f"embedder {name!r}: {type(error).__name__}: {error}"
        return (_code(error), message.replace("\0", " ").encode("utf-8", "replace").decode(), b"")


def _code(error: BaseException) -> int:
    if isinstance(error, Error):
        return next((code for code, kind in BY_CODE.items() if kind.code == error.code), UNAVAILABLE)
    if isinstance(error, OSError):  # ConnectionError and TimeoutError among them
        return UNAVAILABLE
    if isinstance(error, MemoryError):
        return RESOURCE_EXHAUSTED
    return INVALID_ARGUMENT if isinstance(error, Exception) else CANCELLED


def _numbers(vectors: Any, count: int, dimension: int) -> bytes:
    import numpy

    array = numpy.ascontiguousarray(vectors, dtype=numpy.float32)
    if array.shape != (count, dimension):
        raise ValueError(
            f"embed() gave numbers of shape {array.shape}, not {(count, dimension)}: "
            "a vector for each text")
    finite = numpy.isfinite(array).all(axis=1)
    if not finite.all():
        raise ValueError(f"embed() gave vector {int(finite.argmin())} with what is no finite number")
    return array.tobytes()
