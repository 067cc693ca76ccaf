"""With a Prometheus configured the page gets the same series from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scripts.demo_server import jupyter_server
from tests.engines.bench import wait_for
from tests.monitoring.conftest import WINDOW, Run, same_percentile


def about(number: int) -> Any:
    """Return what Prometheus may make of a number: it extrapolates, by the tolerance that docs/monitoring.md states."""
    return pytest.approx(number, rel=0.06)


def close(theirs: dict[str, Any], ours: dict[str, Any]) -> dict[str, Any] | None:
    """Return the page when it is about the whole run: its newest point is up to a step old, and counts of series that
    are young are extrapolated by more than those that are not.
    """
    whole = len(theirs["reward"]) == 2 and theirs["totals"]["requests"] == about(ours["totals"]["requests"])
    return theirs if whole and theirs["totals"]["feedback"] == about(120) else None


def test_the_same_series_come_from_prometheus(run: Run, folder: Path) -> None:
    options = [f"--PrimehubDeploy.prometheus_url={run.prometheus.url}"]
    with jupyter_server(folder, root=folder, options=options) as server:
        ours = run.metrics()
        theirs = wait_for(lambda: close(run.metrics(server), ours))

    assert (theirs["source"], ours["source"]) == ("prometheus", "engine")
    assert set(theirs) == set(ours)
    assert theirs["totals"]["codes"] == {code: about(n) for code, n in ours["totals"]["codes"].items()}
    assert theirs["totals"]["success"] == pytest.approx(ours["totals"]["success"], abs=0.01)
    assert theirs["totals"]["feedback"] == about(120)
    assert theirs["totals"]["reward"] == pytest.approx(ours["totals"]["reward"], abs=0.02)
    for percentile, value in ours["totals"]["latency"].items():
        assert theirs["totals"]["latency"][percentile] == same_percentile(value), percentile
    assert theirs["requests_ever"] == ours["requests_ever"] == run.total
    assert theirs["marks"] == ours["marks"]
    assert theirs["not_measured"] == []
    for name in ("predict_qps", "reward", "latency"):
        assert [line["label"] for line in theirs[name]] == [line["label"] for line in ours[name]], name
    assert {"2-0", "2-1"} <= {line["label"] for line in theirs["cpu"]}
    assert theirs["ready"][-1] == 2
    assert len(theirs["times"]) == 900 // theirs["step"]
    # Before anybody scraped nothing was measured.
    assert theirs["qps"][0] is None
    assert WINDOW < 900


def test_a_prometheus_that_is_away_is_told(run: Run, folder: Path) -> None:
    with (
        jupyter_server(folder, root=folder, options=["--PrimehubDeploy.prometheus_url=http://127.0.0.1:9"]) as server,
        pytest.raises(OSError, match="502"),
    ):
        run.metrics(server)
