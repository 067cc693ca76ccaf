"""What Envoy counted, read from its Prometheus page. Pure.

The page is the one answer that has counters, histograms and gauges alike. Names and units are those of
:mod:`.bootstrap`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS

_LINE = re.compile(r"envoy_(gw_\w+|cluster_upstream_\w+)\{([^}]*)\} ([0-9.e+]+)")
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_MICRO = 1_000_000


@dataclass(frozen=True)
class Labels:
    """What a request was; ``""`` where there is no such thing, as the revision of an answer without a replica.

    Parameters
    ----------
    whose
        What its route says: see :class:`.routes.Route`.
    """

    whose: str
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
        The time that all of them took together, as Envoy adds it up: each to two digits.
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
        To and from replicas, by cluster (``<deployment>/<revision>``).
    active
        Requests being answered now, by cluster.
    """

    requests: dict[Labels, Requests] = field(default_factory=dict)
    bytes_in: dict[str, int] = field(default_factory=dict)
    bytes_out: dict[str, int] = field(default_factory=dict)
    active: dict[str, int] = field(default_factory=dict)


def filter_of(whose: Collection[str]) -> str:
    """Return the regular expression of the statistics that are read.

    Parameters
    ----------
    whose
        Those whose requests are asked for; all when there are none. Envoy forgets nothing that it counted, and the
        page would grow with every deployment that ever was.
    """
    routes = rf"\w+[.]route[.]({'|'.join(sorted(map(re.escape, whose)))})/" if whose else ""
    return rf"^(gw[.]{routes}|cluster[.].*[.]upstream_(rq_active|cx_[rt]x_bytes_total)$)"


def read(page: str) -> Readings:
    """Read the page; lines that are about something else are left alone."""
    found = Readings()
    of_clusters = {
        "cluster_upstream_rq_active": found.active,
        "cluster_upstream_cx_tx_bytes_total": found.bytes_in,
        "cluster_upstream_cx_rx_bytes_total": found.bytes_out,
    }
    for name, labels, value in _samples(page):
        if name in of_clusters:
            of_clusters[name][labels.get("envoy_cluster_name", "")] = int(value)
        elif name in {"gw_aborted", "gw_latency_us_sum", "gw_latency_us_bucket"}:
            requests = found.requests.setdefault(_labels(labels), Requests())
            if name == "gw_aborted":
                requests.count = int(value)
            elif name == "gw_latency_us_sum":
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
    whose, kind, method = ([*labels.get("route", "").split("/"), "", ""])[:3]
    return Labels(
        whose=whose,
        kind=kind,
        method=method,
        revision=labels.get("revision", ""),
        code=int(code) if code.isdigit() else 0,
    )


def _bound(text: str) -> float:
    micros = float(text)
    return _BOUNDS.get(micros, micros / _MICRO)


# 2500 µs are 0.0025 s, and not the neighbouring float that a division gives.
_BOUNDS = {float(round(bound * _MICRO)): bound for bound in LATENCY_BOUNDS} | {math.inf: math.inf}
