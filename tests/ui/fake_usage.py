"""What groups used, as the tests write it.

``PUT primehub-deploy/v1/script`` takes ``"directory": {"usage": [UsageLine, …]}``.
"""

from __future__ import annotations

import csv
import io

from fake_rest import ScriptHandler
from tornado import web


class Usage(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("getUsage")
        month = self.get_query_argument("month", "")
        lines = [line for line in self.directory.usage if month in {"", line["month"]}]
        if "text/csv" not in self.request.headers.get("Accept", ""):
            self.finish({"items": lines})
            return
        text = io.StringIO()
        names = list(self.directory.usage[0]) if self.directory.usage else ["month", "group"]
        writer = csv.DictWriter(text, names)
        writer.writeheader()
        writer.writerows(lines)
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.finish(text.getvalue())


def routes() -> list[tuple[str, type[ScriptHandler]]]:
    """Return the URL table."""
    return [("usage", Usage)]
