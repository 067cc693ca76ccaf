"""What was measured, in a notebook."""

from __future__ import annotations

import builtins
from typing import Any

import pandas as pd
import pytest

from primehub_deploy_ext.client.handle import DeploymentHandle
from primehub_deploy_ext.client.metrics import metrics_figure, metrics_frame
from primehub_deploy_ext.domain.errors import InvalidInput
from primehub_deploy_ext.domain.metrics import Mark, MetricsRange
from primehub_deploy_ext.monitoring.sample import Gauge, ReplicaSample, RevisionSample, Sample
from primehub_deploy_ext.monitoring.series import Point, metrics_of

SAMPLE = Sample(
    codes={200: 9, 500: 1},
    latency=(0, 10, *(0,) * 18),
    revisions={"1": RevisionSample(predictions=10, feedback=10, reward=3)},
    replicas={"1-0": ReplicaSample(0.5, Gauge.of(2.0**20))},
)


@pytest.fixture
def metrics() -> dict[str, Any]:
    points = [Point(1_800_000_000), Point(1_800_000_005, 5.0), Point(1_800_000_010, 5.0, SAMPLE)]
    mark = Mark(time="2027-01-15T08:00:01Z", kind="revision", label="revision 1")
    made = metrics_of("iris", MetricsRange.QUARTER, points, step=5, marks=[mark], requests_ever=10)
    return made.model_dump(mode="json")


def test_a_frame_has_a_row_per_point_and_a_column_per_line(metrics: dict[str, Any]) -> None:
    frame = metrics_frame(metrics)
    assert list(frame.index) == list(pd.to_datetime(metrics["times"], unit="s", utc=True))
    assert frame["qps"].fillna(-1).tolist() == [-1.0, 0.0, 2.0]
    assert frame["reward 1"].iloc[-1] == 0.3
    assert frame["cpu 1-0"].iloc[-1] == 0.1
    assert {"latency p50", "latency p99", "memory 1-0", "success"} <= set(frame.columns)
    assert set(frame.dtypes) == {pd.Series([0.0]).dtype}
    assert frame.attrs["totals"]["requests"] == 10


def test_the_handle_asks_its_server(server: Any, rest: Any, metrics: dict[str, Any]) -> None:
    server.metrics = metrics
    server.script = []
    body = {"name": "Iris", "id": "iris", "model": {}, "replicas": 1, "env": {}, "metadata": {}, "description": ""}
    handle = DeploymentHandle(rest, server.new_deployment(body | {"group": None}))
    assert handle.metrics("1h")["qps"].iloc[-1] == 2.0
    assert len(handle.plot().axes) == 9


def test_a_figure_has_a_chart_per_measure_and_its_marks(metrics: dict[str, Any]) -> None:
    figure = metrics_figure(metrics, "Iris")
    charts = {axis.get_title(): axis for axis in figure.axes}
    assert len(charts) == 9
    assert [line.get_label() for line in charts["Latency, ms"].lines[:5]] == ["p50", "p75", "p90", "p95", "p99"]
    assert charts["Success"].lines[0].get_ydata()[-1] == 0.9
    assert charts["QPS"].lines[-1].get_xdata()[0] == pd.Timestamp("2027-01-15T08:00:01Z")


def test_without_matplotlib_it_says_what_to_do(metrics: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refuse(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", refuse)
    with pytest.raises(InvalidInput, match=r"pip install matplotlib.*metrics\(\)"):
        metrics_figure(metrics, "Iris")
