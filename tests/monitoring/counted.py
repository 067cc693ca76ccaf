"""A program that counts, as far as a Prometheus sees one: pages that go from nothing to what happened."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class Counted:
    """Series by their text, with what they come to; gauges are always so.

    Parameters
    ----------
    happened
        Whether counters are beyond zero.
    """

    counters: Mapping[str, float]
    gauges: Mapping[str, float]
    happened: bool = False
    scrapes: int = 0
    target: str = field(default="", init=False)

    def page(self) -> str:
        """Return what is scraped."""
        self.scrapes += 1
        counted = {name: value if self.happened else 0.0 for name, value in self.counters.items()}
        return "".join(f"{name} {value}\n" for name, value in {**counted, **self.gauges}.items())


@contextlib.contextmanager
def serving(counted: Counted) -> Iterator[Counted]:
    """Serve the page on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = counted.page().encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    counted.target = f"127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield counted
    finally:
        server.shutdown()
        server.server_close()


def histogram(name: str, labels: str, classes: Mapping[str, float], seconds: float) -> dict[str, float]:
    """Return the series of a histogram; ``classes`` are cumulative, by upper bound."""
    made = {f'{name}_bucket{{{labels},le="{bound}"}}': count for bound, count in classes.items()}
    return made | {f"{name}_count{{{labels}}}": max(classes.values()), f"{name}_sum{{{labels}}}": seconds}
