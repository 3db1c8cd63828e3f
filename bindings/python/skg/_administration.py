"""What an engine holds for whom: tenants, quotas, settings."""

from typing import Any, Dict, List, NamedTuple, Optional, Union

import skg._skg as _skg
from skg import _arguments

__all__ = ["Quota"]


class Quota(NamedTuple):
    """What a tenant or graph may hold, and what it holds.

    max_statements, max_bytes: None: no limit.
    statements: exact; of a tenant the sum over its graphs.
    bytes: on disk, about: what is deleted counts until it is compacted.
    """

    max_statements: Optional[int]
    max_bytes: Optional[int]
    statements: int
    bytes: int


class Administered:
    """Tenants, quotas and settings of a data directory."""

    __slots__ = ()

    _raw: Any

    def tenants(self) -> List[Dict[str, Any]]:
        """The tenants that have a graph or a quota, sorted by name: dicts of
        name, graphs, statements (of all its graphs), max_statements, max_bytes
        (None: no limit)."""
        return _skg.tenants(self._raw)

    def set_tenant_quota(
        self,
        tenant: str,
        *,
        max_statements: Optional[int] = None,
        max_bytes: Optional[int] = None,
    ) -> None:
        """What all graphs of a tenant may hold together; durable.

        max_statements: counted exactly. None: no limit.
        max_bytes: on disk, with indexes and history; about. None: no limit.
        A commit that would go over a limit raises QuotaExceededError; one that
        adds nothing always may. A quota belongs to the name: it can be set
        before there is such a tenant, and outlives it.
        Errors: InvalidArgumentError (the name, or a limit above 2**63 - 1).
        """
        _skg.set_quota(self._raw, _arguments.text("tenant", tenant), False, {
            "max_statements": max_statements, "max_bytes": max_bytes})

    def set_graph_quota(
        self,
        name: str,
        *,
        max_statements: Optional[int] = None,
        max_bytes: Optional[int] = None,
    ) -> None:
        """What the graph ``name``, "graph" or "tenant/graph", may hold, beside
        the quota of its tenant. max_statements, max_bytes and errors are those
        of ``set_tenant_quota``."""
        _skg.set_quota(self._raw, _arguments.text("name", name), True, {
            "max_statements": max_statements, "max_bytes": max_bytes})

    def tenant_quota(self, tenant: str) -> Quota:
        """The limits of a tenant and what it holds now. What does not exist
        holds nothing. Errors: InvalidArgumentError (the name)."""
        return Quota(*_skg.quota(self._raw, _arguments.text("tenant", tenant), False))

    def graph_quota(self, name: str) -> Quota:
        """The limits of a graph, "graph" or "tenant/graph", and what it holds
        now, as ``tenant_quota``. Errors: InvalidArgumentError (the name)."""
        return Quota(*_skg.quota(self._raw, _arguments.text("name", name), True))

    def put_setting(self, key: str, value: Union[str, bytes]) -> None:
        """Stores a small setting of the data directory, durably.

        key: at most 255 bytes of UTF-8.
        value: bytes, or a str as UTF-8; at most 64 KiB.
        Errors: InvalidArgumentError.
        """
        if isinstance(value, str):
            value = value.encode("utf-8")
        if not isinstance(value, bytes):
            raise TypeError(f"value: expected bytes or a str, got {type(value).__name__}")
        _skg.put_setting(self._raw, _arguments.text("key", key), value)

    def get_setting(self, key: str) -> bytes:
        """The value of the setting ``key``, also where a str was put. Errors:
        NotFoundError."""
        return _skg.get_setting(self._raw, _arguments.text("key", key))

    def delete_setting(self, key: str) -> None:
        """Forgets the setting ``key``, durably; one that is not there is no
        error."""
        _skg.delete_setting(self._raw, _arguments.text("key", key))

    def settings(self, prefix: str = "") -> List[str]:
        """The keys that begin with ``prefix`` ("": all), sorted."""
        return _skg.settings(self._raw, _arguments.text("prefix", prefix))
