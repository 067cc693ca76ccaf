"""Series as a table for spreadsheets: a line per point, a column per line of a chart."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timezone

from primehub_deploy_ext.domain.metrics import Metrics, Numbers, Series, UsageLine, UsageReport
from primehub_deploy_ext.service.audit_csv import cell


def columns_of(metrics: Metrics) -> dict[str, Numbers]:
    """Return every line of every chart by name: ``qps``, ``latency p95``, ``cpu 3-0``."""
    columns: dict[str, Numbers] = {}
    for name in type(metrics).model_fields:
        value = getattr(metrics, name)
        if name in {"times", "marks", "not_measured"} or not isinstance(value, list):
            continue
        if value and isinstance(value[0], Series):
            columns |= {f"{name} {series.label}": series.values for series in value}
        elif value:
            columns[name] = value
    return columns


def usage_csv(report: UsageReport) -> str:
    """Return the usage report as a table; a group whose name would be a formula to a spreadsheet has ``'`` in front."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(list(UsageLine.model_fields))
    for line in report.items:
        values = line.model_dump()
        table.writerow([round(value, 4) if isinstance(value, float) else cell(value) for value in values.values()])
    return text.getvalue()


def metrics_csv(metrics: Metrics) -> str:
    """Return the table, quoted as in RFC 4180; a cell is empty where nothing was measured."""
    columns = columns_of(metrics)
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(["time", *columns])
    for index, time in enumerate(metrics.times):
        values = [column[index] for column in columns.values()]
        stamp = datetime.fromtimestamp(time, timezone.utc).isoformat().replace("+00:00", "Z")
        table.writerow([stamp, *("" if value is None else round(value, 6) for value in values)])
    return text.getvalue()
