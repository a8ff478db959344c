"""A statement and its answer in one trip: the driver of PostgreSQL makes three of every statement with values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pg8000 import core, legacy
from pg8000.converters import make_params

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNNAMED = core.NULL_BYTE


class Connection(legacy.Connection):  # type: ignore[misc]  # the driver has no types
    """
    A connection that sends all that belongs to a statement at once.

    The driver waits for the server after it was told of a statement, again after it asked what comes back, and again
    after the values. The protocol needs none of that: what the server says comes in the same order, and after a fault
    it leaves out all that follows.
    """

    def execute_unnamed(
        self,
        statement: str,
        vals: Sequence[object] = (),
        oids: Sequence[int] = (),
        stream: object = None,
    ) -> Any:  # noqa: ANN401 - of the driver
        """Execute a statement with values, and return what came of it."""
        if stream is not None:
            return super().execute_unnamed(statement, vals, oids, stream)
        params = make_params(self.py_types, vals)
        context = core.Context(statement)
        self._send_message(core.PARSE, self._parse(statement, oids))
        self._send_message(core.DESCRIBE, core.STATEMENT + _UNNAMED)
        self._send_message(core.BIND, self._bind(params))
        core._write(self._sock, core.EXECUTE_MSG + core.SYNC_MSG)  # noqa: SLF001 - as above
        core._flush(self._sock)  # noqa: SLF001
        self.handle_messages(context)
        return context

    def _parse(self, statement: str, oids: Sequence[int]) -> bytes:
        types = [core.i_pack(0 if oid == -1 else oid) for oid in oids]
        raw = statement.encode(self._client_encoding)
        return b"".join([_UNNAMED, raw, core.NULL_BYTE, core.H_pack(len(oids)), *types])

    def _bind(self, params: Sequence[str | None]) -> bytes:
        parts = [core.NULL_BYTE, _UNNAMED, core.H_pack(0), core.H_pack(len(params))]
        for value in params:
            raw = None if value is None else value.encode(self._client_encoding)
            parts += [core.i_pack(-1)] if raw is None else [core.i_pack(len(raw)), raw]
        return b"".join([*parts, core.H_pack(0)])
