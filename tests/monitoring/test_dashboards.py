"""Every panel of both dashboards, evaluated by a real Prometheus, gives what really happened; so does the page.

Tolerance of rates: 6 %. ``rate`` extrapolates from the first and last scrape inside its window to the window's ends,
half a scrape interval at most where the counter began inside it.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from primehub_deploy_ext.monitoring import panels, promql
from primehub_deploy_ext.monitoring.promql import Scope
from tests.monitoring.conftest import FAST, RULES, SLOW, WINDOW, Run, same_percentile
from tests.monitoring.prometheus import binary

DASHBOARDS = RULES.parent
RATE = 0.06
SCOPE = Scope(deployment="iris", revision=".*", model=".*", window=f"{WINDOW}s")


def expressions(name: str) -> dict[str, list[str]]:
    """Return the expressions of a generated dashboard by panel, its variables filled in."""
    found: dict[str, list[str]] = {}
    filled = {"$deployment": "iris", "$revision": ".*", "$model": ".*", "$__rate_interval": f"{WINDOW}s"}

    def walk(panel: Any) -> None:
        for inner in panel.get("panels", []):
            walk(inner)
        for target in panel.get("targets", []):
            text = target["expr"]
            for variable, value in filled.items():
                text = text.replace(variable, value)
            assert "$" not in text, text
            found.setdefault(panel["title"], []).append(text)

    walk(json.loads((DASHBOARDS / name).read_text()))
    return found


def test_the_table_of_deployments(run: Run) -> None:
    (queries,) = expressions("model-deployments.json").values()
    everything = [query.replace("iris", ".*") for query in queries]
    qps, success = (run.prometheus.values(query) for query in everything)
    assert qps["iris"] == pytest.approx(run.total / WINDOW, rel=RATE)
    assert qps["quiet"] == 0
    assert success == {"iris": pytest.approx(1 - 6 / run.total, abs=0.005)}  # without traffic there is none


def test_the_numbers_of_a_deployment(run: Run) -> None:
    shown = expressions("model-deployment.json")
    (qps,), (success,), (refused,), (failed,) = (shown[title] for title in ("QPS", "Success", "4xx", "5xx"))
    assert run.codes == {200: 150, 500: 6, 400: 4}
    assert run.prometheus.value(qps) == pytest.approx(160 / WINDOW, rel=RATE)
    assert run.prometheus.value(success) == pytest.approx(154 / 160, abs=0.005)
    assert run.prometheus.value(refused) == pytest.approx(4 / WINDOW, rel=RATE)
    assert run.prometheus.value(failed) == pytest.approx(6 / WINDOW, rel=RATE)


def test_predict_qps_by_model_and_revision(run: Run) -> None:
    (query,) = expressions("model-deployment.json")["Predict QPS"]
    found = run.prometheus.values(query)
    assert {label.split()[-1]: pytest.approx(value, rel=RATE) for label, value in found.items()} == {
        revision: count / WINDOW for revision, count in run.by_revision.items()
    }


def test_thirty_percent_of_ones_is_a_reward_of_0_3(run: Run) -> None:
    (query,) = expressions("model-deployment.json")["Reward"]
    found = {label.split()[-1]: value for label, value in run.prometheus.values(query).items()}
    assert found == {"1": pytest.approx(0.3, abs=0.01), "2": pytest.approx(0.5, abs=0.02)}
    assert run.rewards == {"1": 0.3, "2": 0.5}


def test_latency_is_what_was_injected(run: Run) -> None:
    queries = expressions("model-deployment.json")["Latency"]
    found = dict(zip(("p50", "p75", "p90", "p95", "p99"), map(run.prometheus.value, queries), strict=True))
    # Of 160: 60 at once, 90 in 30 ms, 10 in 200 ms. Tolerance: the class that the true value lies in, a busy machine's
    # delay on top.
    assert FAST * 0.8 <= found["p50"] <= 0.1
    assert FAST * 0.8 <= found["p75"] <= 0.25
    assert FAST * 0.8 <= found["p90"] <= 0.25
    assert SLOW / 2 <= found["p95"] <= 1.0
    assert SLOW / 2 <= found["p99"] <= 1.0


def test_cpu_memory_and_replicas(run: Run) -> None:
    shown = expressions("model-deployment.json")
    (cpu,), (memory,), (ready,) = (shown[title] for title in ("CPU", "Memory", "Replicas"))
    assert {"2-0", "2-1"} <= set(run.prometheus.values(cpu))
    assert all(value > 5_000_000 for value in run.prometheus.values(memory).values())
    assert run.prometheus.value(ready) == 2


def test_no_panel_is_left_out(run: Run) -> None:
    made = {*expressions("model-deployments.json"), *expressions("model-deployment.json")}
    assert made == {panel.title for panel in panels.every(promql.DASHBOARD)}
    for panel in panels.every(SCOPE):
        for query in panel.queries:
            assert run.prometheus.values(query.expression), panel.title


def test_the_page_says_the_same(run: Run) -> None:
    page = run.metrics()
    totals = page["totals"]
    assert totals["codes"] == {str(code): count for code, count in run.codes.items()}
    assert (totals["requests"], totals["client_errors"], totals["server_errors"]) == (160, 4, 6)
    assert totals["success"] == pytest.approx(154 / 160)
    assert totals["feedback"] == 120
    counts = {
        line["label"]: round(sum(value * page["step"] for value in line["values"] if value is not None))
        for line in page["predict_qps"]
    }
    assert counts == pytest.approx(run.by_revision, rel=0.25)  # on a busy machine a look may be a second late
    for percentile, value in totals["latency"].items():
        asked = run.prometheus.value(promql.latency(SCOPE, percentile))
        assert asked == same_percentile(value), percentile


def test_the_variables_find_deployments_revisions_and_models(run: Run) -> None:
    boards = [
        json.loads((DASHBOARDS / f"{name}.json").read_text()) for name in ("model-deployments", "model-deployment")
    ]
    names = [[variable["name"] for variable in board["templating"]["list"]] for board in boards]
    assert names == [["datasource", "deployment"], ["datasource", "deployment", "revision", "model"]]
    values = {}
    for label in ("deployment_name", "model_version", "model_image"):
        values[label] = run.prometheus.ask(f"label/{label}/values")
    assert values["deployment_name"] == ["iris", "quiet"]
    assert values["model_version"] == ["1", "2"]
    assert [name.rpartition(".")[2] for name in values["model_image"]] == ["another", "sleeper"]


def test_the_alert_rules_are_sound_and_see_what_they_are_for(run: Run) -> None:
    subprocess.run([binary("promtool"), "check", "rules", str(RULES)], check=True, capture_output=True)
    (group,) = run.prometheus.ask("rules")["groups"]
    assert {rule["health"] for rule in group["rules"]} == {"ok"}
    rules = {rule["name"]: rule["query"] for rule in group["rules"]}
    # 3.75 % failed: below the 5 % of the rule, above 3 %.
    assert run.prometheus.values(rules["ModelDeploymentErrors"]) == {}
    lower = rules["ModelDeploymentErrors"].replace("0.05", "0.03")
    assert run.prometheus.values(lower) == {"iris": pytest.approx(6 / 160, abs=0.005)}
    # Where 200 ms are slow, it is slow.
    slow = rules["ModelDeploymentSlow"]
    assert run.prometheus.values(slow) == {}
    assert set(run.prometheus.values(slow.replace("> 1", "> 0.1"))) == {"iris"}
    for rule in ("ModelDeploymentNoReadyReplica", "ModelDeploymentCrashLoop", "ModelDeploymentsNotMeasured"):
        assert run.prometheus.values(rules[rule]) == {}, rule


# ---------------------------------------------------------------------------------------------------- the originals

S, C = "seldon_api_executor_server_requests_seconds", "seldon_api_executor_client_requests_seconds"
ORIGINALS = {
    "Request Rate": f'round(sum(irate({C}_count{{deployment_name=~"iris"}}[1m])), 0.001)',
    "Success": f'sum(rate({C}_count{{deployment_name=~"iris",status!~"5.*"}}[{WINDOW}s]))'
    f' / sum(rate({C}_count{{deployment_name=~"iris"}}[{WINDOW}s]))',
    "4xxs": f'sum(irate({C}_count{{deployment_name=~"iris",status=~"4.*"}}[{WINDOW}s]))',
    "5xxs": f'sum(irate({C}_count{{deployment_name=~"iris",status=~"5.*"}}[{WINDOW}s]))',
    "Latency p50": f'histogram_quantile(0.5, sum(rate({C}_bucket{{deployment_name=~"iris",service=~"/Predict"}}'
    f"[{WINDOW}s])) by (le))",
    "Latency p95": f'histogram_quantile(0.95, sum(rate({C}_bucket{{deployment_name=~"iris",'
    f'service=~".*[Pp]redict"}}[{WINDOW}s])) by (le))',
    "Reward": f'rate(seldon_api_model_feedback_reward_total{{deployment_name=~"iris"}}[{WINDOW}s])'
    f' / rate(seldon_api_model_feedback_total{{deployment_name=~"iris"}}[{WINDOW}s])',
}


def test_what_the_originals_queries_say_of_the_same_run(run: Run) -> None:
    found = {title: run.prometheus.values(query) for title, query in ORIGINALS.items()}
    assert found["Success"] == {"": 1.0}  # although 6 of 160 failed: there is no label `status`
    assert found["4xxs"] == found["5xxs"] == {}  # although there were 4 and 6
    assert found["Latency p50"] == {}  # the path is `/predict`
    assert SLOW / 2 <= found["Latency p95"][""] <= 1.0
    # Right, because zeros are counted here; one line per replica, two of each revision.
    assert len(found["Reward"]) == 4
    assert min(found["Reward"].values()) == pytest.approx(0.3, abs=0.05)


def test_where_only_rewards_above_zero_are_counted_every_mean_is_one(run: Run) -> None:
    """What Seldon's ``if not reward: return`` makes of 30 ones and 70 zeros."""
    kept = [reward for reward in [1] * 30 + [0] * 70 if reward]
    assert sum(kept) / len(kept) == 1.0
    assert run.metrics()["reward"][0]["label"] == "1"


def test_the_files_are_up_to_date() -> None:
    from primehub_deploy_ext.monitoring.grafana.files import files

    made = files()
    assert {path.name for path in DASHBOARDS.iterdir()} == set(made)
    for name, text in made.items():
        said = "run `python -m primehub_deploy_ext.monitoring.grafana`"
        assert Path(DASHBOARDS / name).read_text() == text, f"{name} has changed: {said}"
