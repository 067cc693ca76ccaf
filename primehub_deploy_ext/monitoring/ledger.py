"""Counters that begin at 0 again with each process, made into totals that only grow. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Numbers = tuple[float, ...]


@dataclass(frozen=True)
class Reading:
    """What a counter said when it was last read.

    Parameters
    ----------
    source
        Name of the process, or of the file, that counts: another one began at 0.
    """

    source: str
    values: Numbers


class Baselines:
    """The last reading of each counter, by key.

    Parameters
    ----------
    known
        As they were kept.
    """

    def __init__(self, known: dict[str, Reading]) -> None:
        self._known = known
        self.changed: dict[str, Reading] = {}
        """Those that are not kept yet."""
        self.gone: set[str] = set()

    def increase(self, key: str, source: str, values: Sequence[float]) -> Numbers:
        """Return by how much a counter grew since the last time; all of it, if it is another one than then.

        A number that fell although the source is the same tells of a restart that nobody saw.
        """
        now = tuple(values)
        last = self._known.get(key)
        if last is not None and last.source == source and last.values == now:
            return (0,) * len(now)
        self._known[key] = self.changed[key] = Reading(source, now)
        self.gone.discard(key)
        if last is None or last.source != source or len(last.values) != len(now):
            return now
        if any(new < old for new, old in zip(now, last.values, strict=True)):
            return now
        return tuple(new - old for new, old in zip(now, last.values, strict=True))

    def forget(self, keys: Iterable[str]) -> None:
        """Forget counters that are gone for good."""
        for key in list(keys):
            if self._known.pop(key, None) is not None:
                self.changed.pop(key, None)
                self.gone.add(key)

    def starting_with(self, prefix: str) -> list[str]:
        """Return the keys that begin so."""
        return [key for key in self._known if key.startswith(prefix)]

    def kept(self) -> None:
        """All that changed is kept now."""
        self.changed, self.gone = {}, set()
