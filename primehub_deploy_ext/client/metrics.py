"""What was measured of a deployment, as a data frame and as a figure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from primehub_deploy_ext.domain.errors import InvalidInput

Json = dict[str, Any]

_NO_LINES = {"times", "marks", "not_measured"}
_MIB = 1024 * 1024
# Title and unit, name of the column or its beginning, factor.
_CHARTS = (
    ("QPS", "qps", 1.0),
    ("Success", "success", 1.0),
    ("4xx a second", "client_errors", 1.0),
    ("5xx a second", "server_errors", 1.0),
    ("Predict QPS by revision", "predict_qps", 1.0),
    ("Latency, ms", "latency", 1000.0),
    ("Reward by revision", "reward", 1.0),
    ("CPU cores by replica", "cpu", 1.0),
    ("Memory by replica, MiB", "memory", 1 / _MIB),
)
_COLOURS = {"revision": "tab:green", "restart": "tab:orange", "failure": "tab:red", "stop": "tab:grey"}


def metrics_frame(metrics: Json) -> Any:
    """Return one row per point in time and one column per line."""
    import pandas as pd

    index = pd.DatetimeIndex(pd.to_datetime(list(metrics["times"]), unit="s", utc=True), name="time")
    frame = pd.DataFrame(dict(_lines(metrics)), index=index, dtype="float64")
    frame.attrs = {name: metrics[name] for name in ("id", "range", "totals", "marks", "not_measured")}
    return frame


def metrics_figure(metrics: Json, title: str) -> Any:
    """Draw one chart per measure on a common time axis, with revisions, restarts and failures as marks.

    Raises
    ------
    InvalidInput
        matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise InvalidInput(
            "plot() draws with matplotlib, which this kernel doesn't have: `pip install matplotlib`; "
            "metrics() gives the same as a data frame"
        ) from error
    frame = metrics_frame(metrics)
    columns, rows = 3, -(-len(_CHARTS) // 3)
    figure = Figure(figsize=(14, 3 * rows), layout="constrained")
    axes = figure.subplots(rows, columns, sharex=True)
    for axis, (name, chart, factor) in zip(axes.flat, _CHARTS, strict=True):
        lines = [column for column in frame.columns if column.partition(" ")[0] == chart]
        for column in lines:
            axis.plot(frame.index, frame[column] * factor, label=column.partition(" ")[2])
        axis.set_title(name)
        # A success of 1 must not hide in the frame.
        axis.set_ylim(bottom=0, top=1.05 if chart == "success" else None)
        if len(lines) > 1:
            axis.legend(fontsize="x-small")
        _mark(axis, metrics["marks"])
    figure.suptitle(f"{title}, last {metrics['range']}")
    figure.autofmt_xdate()
    return figure


def _mark(axis: Any, marks: list[Json]) -> None:
    import pandas as pd

    for mark in marks:
        axis.axvline(pd.Timestamp(mark["time"]), color=_COLOURS.get(mark["kind"], "tab:purple"), alpha=0.5, lw=1)


def _lines(metrics: Json) -> Iterator[tuple[str, list[float | None]]]:
    for name, value in metrics.items():
        if name in _NO_LINES or not isinstance(value, list):
            continue
        if value and isinstance(value[0], dict):
            for line in value:
                yield f"{name} {line['label']}", line["values"]
        elif value:
            yield name, value
