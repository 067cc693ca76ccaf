"""What failed is tried again, ever more seldom, and nobody waits for it for ever. Pure."""

from __future__ import annotations

FIRST, LONGEST = 2.0, 300.0
# So many failures in a row, over half a minute, are no hiccup.
PATIENCE = 5


class Retries:
    """How often something failed in a row for each deployment.

    It counts for one revision: what another one wants may well go.
    """

    def __init__(self) -> None:
        self._failures: dict[str, tuple[int, int]] = {}

    def failed(self, id: str, revision: int) -> float:
        """Count a failure; return the seconds to wait before the next attempt."""
        count = self.count(id, revision) + 1
        self._failures[id] = (revision, count)
        return min(FIRST * 2.0 ** (min(count, 30) - 1), LONGEST)

    def count(self, id: str, revision: int) -> int:
        """Return how often it failed."""
        known, count = self._failures.get(id, (revision, 0))
        return count if known == revision else 0

    def is_lasting(self, id: str, revision: int) -> bool:
        """Tell whether one more failure would be the one after which nothing waits for it any more."""
        return self.count(id, revision) + 1 >= PATIENCE

    def forget(self, id: str) -> None:
        """It went, or there is no such deployment any more."""
        self._failures.pop(id, None)
