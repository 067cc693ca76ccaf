"""The configuration that ``docs/jupyterhub.md`` shows, so that the tests run what people will copy."""

from __future__ import annotations

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "jupyterhub.md"
_BLOCK = re.compile(r"^```python\n# (?P<file>\S+)[^\n]*\n(?P<code>.*?)^```", re.MULTILINE | re.DOTALL)


def snippets(file: str) -> list[str]:
    """Return the page's Python blocks whose first line is a comment that starts with the name of ``file``."""
    return [match["code"] for match in _BLOCK.finditer(PAGE.read_text()) if match["file"] == file]
