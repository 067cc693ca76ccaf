"""Prometheus' text formats. Pure.

https://prometheus.io/docs/instrumenting/exposition_formats/ and https://openmetrics.io
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from primehub_deploy_ext.domain.buckets import LATENCY_BOUNDS
from primehub_deploy_ext.monitoring.histogram import cumulative

TEXT = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"

Labels = Mapping[str, str]

_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})
_HELP_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n"})


@dataclass
class Family:
    """One metric with all its series.

    Parameters
    ----------
    name
        As in queries; of a counter it ends in ``_total``.
    """

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    help: str
    lines: list[str] = field(default_factory=list)

    def add(self, labels: Labels, value: float) -> None:
        """Add one series of a counter or a gauge."""
        self.lines.append(f"{self.name}{_braces(labels)} {number(value)}")

    def add_histogram(self, labels: Labels, counts: Sequence[float], seconds: float) -> None:
        """Add one histogram: counts by class (not cumulative), and the sum of what was observed."""
        inside = _braces(labels)[:-1]
        buckets = cumulative([int(count) for count in counts])
        for bound, count in zip((*LATENCY_BOUNDS, math.inf), buckets, strict=True):
            self.lines.append(f'{self.name}_bucket{inside},le="{number(bound)}"}} {count}')
        self.lines.append(f"{self.name}_sum{inside}}} {number(seconds)}")
        self.lines.append(f"{self.name}_count{inside}}} {buckets[-1]}")


def render(families: Iterable[Family], *, openmetrics: bool = False) -> str:
    """Return the page."""
    lines: list[str] = []
    for family in families:
        # OpenMetrics names a counter without the ending of its series.
        name = family.name.removesuffix("_total") if openmetrics and family.kind == "counter" else family.name
        lines += [f"# HELP {name} {family.help.translate(_HELP_ESCAPES)}", f"# TYPE {name} {family.kind}"]
        lines += family.lines
    if openmetrics:
        lines.append("# EOF")
    return "\n".join([*lines, ""])


def number(value: float) -> str:
    """Write a number."""
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return str(int(value)) if value == int(value) else repr(round(value, 9))


def _braces(labels: Labels) -> str:
    return "{" + ",".join(f'{name}="{text.translate(_ESCAPES)}"' for name, text in labels.items()) + "}"
