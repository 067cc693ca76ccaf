"""With a Prometheus configured the page gets the same series from it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.demo_server import jupyter_server
from tests.engines.bench import wait_for
from tests.monitoring.conftest import WINDOW, Run


def total(page: dict, name: str) -> float:
    """Return how many there were, from a rate over time."""
    return sum(value * page["step"] for value in page[name] if value is not None)


def test_the_same_series_come_from_prometheus(run: Run, folder: Path) -> None:
    options = [f"--PrimehubDeploy.prometheus_url={run.prometheus.url}"]
    with jupyter_server(folder, root=folder, options=options) as server:
        # Its newest point is up to a step old.
        wait_for(lambda: len(run.metrics(server)["reward"]) == 2, 40)
        theirs, ours = run.metrics(server), run.metrics()

    assert (theirs["source"], ours["source"]) == ("prometheus", "engine")
    assert set(theirs) == set(ours)
    # Prometheus extrapolates what it scraped to the edges of the range: the tolerance that docs/monitoring.md states.
    assert theirs["totals"]["codes"] == {
        code: pytest.approx(n, rel=0.06, abs=2) for code, n in ours["totals"]["codes"].items()
    }
    assert theirs["totals"]["success"] == pytest.approx(ours["totals"]["success"], abs=0.01)
    assert theirs["totals"]["feedback"] == pytest.approx(120, abs=3)
    assert theirs["totals"]["reward"] == pytest.approx(ours["totals"]["reward"], abs=0.02)
    for percentile, value in ours["totals"]["latency"].items():
        assert theirs["totals"]["latency"][percentile] == pytest.approx(value, rel=0.06), percentile
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
