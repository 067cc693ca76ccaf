"""How objects are read off the wire: fields that nobody reads are never made into Python objects.

A pod is some 5 KB of JSON, half of it ``managedFields``. Reading it whole and throwing most of it away takes ten times
as long as skipping what isn't wanted while reading, which is what ``msgspec`` does with a ``TypedDict``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

Json = dict[str, Any]
T = TypeVar("T")


class _Page(msgspec.Struct, Generic[T]):
    metadata: Json
    items: list[T] | None = None


class Shape:
    """What is kept of the objects of a kind.

    Parameters
    ----------
    fields
        A ``TypedDict`` of the fields that are read; the object as it is when left out.
    keep
        Makes of what was read what is kept; it may change it in place.
    """

    def __init__(self, fields: Any = Json, keep: Callable[[Json], Any] = lambda item: item) -> None:
        self.keep = keep
        self._item: msgspec.json.Decoder[Json] = msgspec.json.Decoder(fields)
        self._page: msgspec.json.Decoder[_Page[Json]] = msgspec.json.Decoder(_Page[fields])

    def read(self, body: bytes | msgspec.Raw) -> Json:
        """Read one object, which :attr:`keep` is still to be called with."""
        return self._item.decode(body)

    def read_page(self, body: bytes) -> Json:
        """Read a list object."""
        page = self._page.decode(body)
        return {"metadata": page.metadata, "items": page.items or []}

    def of(self, item: Json) -> Any:
        """Return what is kept of an object that was read whole."""
        return self.keep(self.read(msgspec.json.encode(item)))


WHOLE = Shape()
