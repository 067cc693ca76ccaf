"""A log as long as the tests want it.

``PUT primehub-deploy/v1/log-script`` takes ``{"count": lines at first, "mode": "ok" | "cut", "more": lines to add,
"lines": ["LEVEL text", …], over and over, in the place of made-up ones}``; every deployment has that one log.
"""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta, timezone
from typing import Any

from fake_rest import ScriptHandler
from tornado import web
from tornado.iostream import StreamClosedError

Json = dict[str, Any]
_SOURCES = ("1-0", "1-1")
_TOGETHER = 2000


class LogScript:
    """What was printed up to now, and whether one can get at it."""

    def __init__(self) -> None:
        self.begin = datetime.now(timezone.utc)
        self.count = 0
        self.mode = "ok"
        self.lines: list[str] = []
        self.news = asyncio.Condition()

    async def play(self, count: int | None, more: int, mode: str, lines: list[str]) -> None:
        """Begin anew with a count of lines, or add more."""
        if count is not None:
            self.count = count
            self.begin = datetime.now(timezone.utc) - timedelta(milliseconds=count)
        self.count += more
        self.mode = mode
        self.lines = lines
        async with self.news:
            self.news.notify_all()

    def line(self, number: int) -> Json:
        """Return one of the lines."""
        level = ("DEBUG", "INFO", "INFO", "INFO", "INFO", "WARNING", "INFO", "INFO", "INFO", "INFO")[number % 10]
        text = f"{level} line {number} of a long log" + " with some more words" * (number % 4)
        if number % 1000 == 999:
            text = f"ERROR line {number} failed"
        if self.lines:
            text = self.lines[number % len(self.lines)]
        return {
            "time": (self.begin + timedelta(milliseconds=number)).isoformat().replace("+00:00", "Z"),
            "replica": _SOURCES[number % 2],
            "attempt": 1,
            "stream": "stdout",
            "text": text,
            "position": number * 10,
        }


LOG = LogScript()


class PlayLog(ScriptHandler):
    @web.authenticated
    async def put(self) -> None:
        body = self.body
        await LOG.play(body.get("count"), body.get("more", 0), body.get("mode", "ok"), body.get("lines", []))
        self.set_status(204)
        self.finish()


class Logs(ScriptHandler):
    @web.authenticated
    async def get(self, id: str) -> None:
        self.prepare_answer("streamLogs")
        if LOG.mode == "cut":
            raise web.HTTPError(502)
        after = self._edge("after", max)
        before = self._edge("before", min)
        replica = self.get_query_argument("replica", "")
        end = LOG.count
        numbers = [
            number
            for number in range(after + 1 if after is not None else 0, before if before is not None else end)
            if replica in {"", _SOURCES[number % 2]}
        ]
        if self.get_query_argument("attempt", "") == "previous":
            numbers = []
        tail = int(self.get_query_argument("tail", "0")) or len(numbers)
        numbers = numbers[-tail:]
        text = "text/plain" in self.request.headers.get("Accept", "")
        self.set_header("Content-Type", "text/plain" if text else "application/x-ndjson")
        try:
            for at in range(0, len(numbers), _TOGETHER):
                lines = [LOG.line(number) for number in numbers[at : at + _TOGETHER]]
                self.write("".join((line["text"] if text else json.dumps(line)) + "\n" for line in lines))
                await self.flush()
            if self.get_query_argument("follow", "") == "1":
                await self._follow(end)
        except StreamClosedError:
            return

    async def _follow(self, end: int) -> None:
        while LOG.mode == "ok":
            self.write(json.dumps({"beat": datetime.now(timezone.utc).isoformat()}) + "\n")
            await self.flush()
            async with LOG.news:
                await LOG.news.wait()
            self.write("".join(json.dumps(LOG.line(number)) + "\n" for number in range(end, LOG.count)))
            end = LOG.count

    def _edge(self, name: str, choose: Any) -> int | None:
        parts = [part for part in self.get_query_argument(name, "").split(",") if part]
        return choose(int(part.rpartition(":")[2]) // 10 for part in parts) if parts else None


def routes() -> list[tuple[str, type]]:
    """Return the URL table."""
    return [("log-script", PlayLog), (r"deployments/([^/:]+)/logs", Logs)]
