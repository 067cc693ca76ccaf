"""What Envoy counted, read from its Prometheus page. Pure.

The page is the one answer that has counters, histograms and gauges alike. Names and units are those of
:mod:`.bootstrap`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS

FILTER = r"^(gw[.]|cluster[.].*[.]upstream_rq_active$)"

_LINE = re.compile(r"envoy_(gw_\w+|cluster_upstream_rq_active)\{([^}]*)\} ([0-9.e+]+)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_MICRO = 1_000_000


@dataclass(frozen=True)
class Labels:
    """What a request was; ``""`` where there is no such thing, as the revision of an answer without a replica."""

    deployment: str
    kind: str
    method: str
    revision: str
    code: int


@dataclass
class Requests:
    """How many requests of one kind there were, since Envoy started.

    Parameters
    ----------
    seconds
        The time that all of them took together.
    buckets
        Cumulative counts by upper bound in seconds.
    """

    count: int = 0
    seconds: float = 0.0
    buckets: dict[float, int] = field(default_factory=dict)


@dataclass
class Readings:
    """All that Envoy counted.

    Parameters
    ----------
    bytes_in, bytes_out
        By deployment.
    active
        Requests being answered now, by cluster (``<deployment>/<revision>``).
    """

    requests: dict[Labels, Requests] = field(default_factory=dict)
    bytes_in: dict[str, int] = field(default_factory=dict)
    bytes_out: dict[str, int] = field(default_factory=dict)
    active: dict[str, int] = field(default_factory=dict)


def read(page: str) -> Readings:
    """Read the page; lines that are about something else are left alone."""
    found = Readings()
    for name, labels, value in _samples(page):
        if name == "cluster_upstream_rq_active":
            found.active[labels.get("envoy_cluster_name", "")] = int(value)
        elif name == "gw_bytes_in":
            found.bytes_in[labels.get("deployment", "")] = int(value)
        elif name == "gw_bytes_out":
            found.bytes_out[labels.get("deployment", "")] = int(value)
        elif name in {"gw_aborted", "gw_busy_us", "gw_latency_us_bucket"}:
            requests = found.requests.setdefault(_labels(labels), Requests())
            if name == "gw_aborted":
                requests.count = int(value)
            elif name == "gw_busy_us":
                requests.seconds = value / _MICRO
            else:
                requests.buckets[_bound(labels["le"])] = int(value)
                if labels["le"] == "+Inf":
                    requests.count = int(value)
    return found


def _samples(page: str) -> Iterator[tuple[str, dict[str, str], float]]:
    for line in _LINE.finditer(page):
        yield line[1], dict(_LABEL.findall(line[2])), float(line[3])


def _labels(labels: dict[str, str]) -> Labels:
    code = labels.get("code", "")
    return Labels(
        deployment=labels.get("deployment", ""),
        kind=labels.get("kind", ""),
        method=labels.get("method", ""),
        revision=labels.get("revision", ""),
        code=int(code) if code.isdigit() else 0,
    )


def _bound(text: str) -> float:
    micros = float(text)
    return _BOUNDS.get(micros, micros / _MICRO)


# 2500 µs are 0.0025 s, and not the neighbouring float that a division gives.
_BOUNDS = {float(round(bound * _MICRO)): bound for bound in LATENCY_BOUNDS} | {math.inf: math.inf}
