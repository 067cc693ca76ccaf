"""Which deployments the running cell shows as a card already: a second one beside it says nothing new."""

from __future__ import annotations

from primehub_deploy_ext.client.shell import running_shell

_cell = ""
_ids: set[str] = set()


def note_card(id: str) -> None:
    """Remember that the running cell has a card of a deployment."""
    global _cell  # noqa: PLW0603 (a kernel runs one cell at a time)
    now = _running()
    if now != _cell:
        _cell = now
        _ids.clear()
    _ids.add(id)


def has_card(id: str) -> bool:
    """Tell whether the running cell has a card of a deployment."""
    now = _running()
    return bool(now) and now == _cell and id in _ids


def _running() -> str:
    """Return the id of the request that the kernel works on; empty outside of a notebook."""
    try:
        return str(running_shell().get_parent()["header"]["msg_id"])
    except (AttributeError, LookupError, TypeError):
        return ""
