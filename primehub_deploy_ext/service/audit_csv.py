"""The audit log as a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from primehub_deploy_ext.domain.audit import AuditEntry

# A cell that begins so is a formula to a spreadsheet; the log holds texts that strangers sent
# (https://owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 -- the wide ones count too


def csv_header() -> str:
    """Return the first line: the names of the fields."""
    return _lines([list(AuditEntry.model_fields)])


def csv_rows(entries: Iterable[AuditEntry]) -> str:
    """Return one line per entry, quoted as in RFC 4180; a text that would be a formula has ``'`` in front."""
    return _lines([cell(value) for value in entry.model_dump(mode="json").values()] for entry in entries)


def cell(value: object) -> object:
    """Return a value as a cell: a text that would be a formula has ``'`` in front."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _lines(rows: Iterable[list[object]] | Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
