"""Times as the API writes them. Pure."""

from __future__ import annotations

from datetime import datetime

NEVER = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def moment(text: str | None) -> datetime | None:
    """Return a time that the API wrote, with or without fractions of seconds; None where somebody wrote another thing.

    What controllers of others write into an object's status nobody checks.
    """
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except (ValueError, AttributeError):
        return None
    return found if found is not None and found.tzinfo is not None else None
