"""The classes into which latencies are counted, everywhere: gateway, replicas, store, scrape endpoint.

Seldon's own bounds (``executor/api/metric/constants.go``) and finer ones below and above, so that queries written for
Seldon find theirs and a model that answers in a millisecond has percentiles too. No third party: the runner counts
with it.
"""

from __future__ import annotations

LATENCY_BOUNDS = (
    *(0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1),
    *(0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 60.0),
)
"""Upper bounds in seconds, inclusive; beyond the last there is one class more."""
