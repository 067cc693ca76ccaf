"""What was measured, as callers get it: columns, one summary for the grid, CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from typing import Any

import pytest

from tests.server.api import Api
from tests.server.fake_engine import FakeEngine
from tests.server.memory_groups import MemoryGroups


async def test_series_are_columns_and_what_was_not_measured_is_null(api: Api) -> None:
    await api.create(id="iris")

    answer = await api("GET", "deployments/iris/metrics", params={"range": "1h"})

    assert answer.status == 200
    got = answer.json
    assert (got["id"], got["range"], got["step"], got["source"]) == ("iris", "1h", 60, "engine")
    assert got["times"] == [60, 120, 180]
    assert got["qps"] == [None, 0.0, 2.0]
    assert got["success"] == [None, None, 0.8]
    assert got["client_errors"] == [None, 0.0, 0.1]
    assert got["server_errors"] == [None, 0.0, 0.4]
    assert got["totals"]["codes"] == {"200": 90, "404": 6, "500": 24}
    assert [series["label"] for series in got["latency"]] == ["p50", "p75", "p90", "p95", "p99"]


@pytest.mark.parametrize("wrong", ["2h", "15M", "-1"])
async def test_a_range_that_there_is_not_is_refused_by_name(api: Api, wrong: str) -> None:
    await api.create(id="iris")

    answer = await api("GET", "deployments/iris/metrics", params={"range": wrong})

    assert answer.status == 400
    assert answer.json["fields"] == [{"field": "range", "message": "must be one of 15m, 1h, 6h, 24h, 7d"}]


async def test_the_same_as_a_table_for_spreadsheets(api: Api) -> None:
    await api.create(id="iris")

    answer = await api("GET", "deployments/iris/metrics", params={"range": "1h"}, headers={"Accept": "text/csv"})

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="iris-1h.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    assert [row["time"] for row in rows] == ["1970-01-01T00:01:00Z", "1970-01-01T00:02:00Z", "1970-01-01T00:03:00Z"]
    assert [row["qps"] for row in rows] == ["", "0.0", "2.0"]
    assert [row["success"] for row in rows] == ["", "", "0.8"]
    assert "latency p95" in rows[0]


async def test_one_summary_for_the_whole_grid(api: Api) -> None:
    await api.create(id="iris")
    await api.create(id="wine")

    answer = await api("GET", "metrics/summary")

    assert answer.status == 200
    items = {item["id"]: item for item in answer.json["items"]}
    assert set(items) == {"iris", "wine"}
    assert items["iris"]["server_errors"] == 24
    assert items["iris"]["success"] == 0.8
    assert len(answer.json["times"]) == 3


@pytest.mark.usefixtures("logins")
async def test_a_summary_holds_what_the_caller_may_see(api: Api, engine: FakeEngine, lab: MemoryGroups) -> None:
    await api.as_user("grace").create(id="iris", group="lab")
    lab.put("other", members=("mallory",))

    assert (await api.as_user("mallory")("GET", "metrics/summary")).json["items"] == []
    everything = await api.as_user("boss")("GET", "metrics/summary", params={"all": "1"})
    assert [item["id"] for item in everything.json["items"]] == ["iris"]


async def test_an_engine_that_measures_nothing_says_so(api: Api, engine: FakeEngine) -> None:
    await api.create(id="iris")
    engine.capabilities = replace(engine.capabilities, metrics=False)

    answer = await api("GET", "deployments/iris/metrics")

    assert answer.status == 400
    assert "measures nothing" in answer.json["message"]


async def test_alert_rules_are_replaced_as_a_whole(api: Api) -> None:
    await api.create(id="iris")
    rules = [{"kind": "error_rate", "threshold": 0.1}, {"kind": "no_ready_replica", "enabled": False}]

    answer = await api("PUT", "deployments/iris/alerts", {"rules": rules, "webhook": "https://hooks.example.com/x"})

    assert answer.status == 200
    kept = (await api("GET", "deployments/iris/alerts")).json["rules"]
    assert [(rule["kind"], rule["threshold"], rule["window"], rule["enabled"]) for rule in kept] == [
        ("error_rate", 0.1, 300, True),
        ("no_ready_replica", 0.0, 300, False),
    ]


async def test_who_saw_older_alerts_does_not_undo_those_of_somebody_else(api: Api) -> None:
    await api.create(id="iris")
    seen = {"If-Match": (await api("GET", "deployments/iris/alerts")).headers["ETag"]}
    theirs = {"rules": [{"kind": "reward_below", "threshold": -0.5}]}
    assert (await api("PUT", "deployments/iris/alerts", theirs, headers=seen)).status == 200

    mine = await api("PUT", "deployments/iris/alerts", {"rules": []}, headers=seen)

    assert (mine.status, mine.json["code"]) == (409, "conflict")
    now = await api("GET", "deployments/iris/alerts")
    assert now.json["rules"][0]["threshold"] == -0.5
    again = await api("PUT", "deployments/iris/alerts", {"rules": []}, headers={"If-Match": now.headers["ETag"]})
    assert again.status == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rules": [{"kind": "error_rate"}, {"kind": "error_rate"}]}, "rules"),
        ({"rules": [{"kind": "error_rate", "threshold": 1}]}, "rules.0.threshold"),
        ({"rules": [{"kind": "error_rate", "threshold": -0.1}]}, "rules.0.threshold"),
        ({"rules": [{"kind": "no_ready_replica"}, {"kind": "latency_p95", "threshold": -1}]}, "rules.1.threshold"),
        ({"rules": [{"kind": "cosmic_rays"}]}, "rules.0.kind"),
        ({"rules": [{"kind": "error_rate", "window": 5}]}, "rules.0.window"),
        ({"webhook": "javascript:alert(1)"}, "webhook"),
    ],
)
async def test_a_bad_rule_is_refused_by_name(api: Api, body: dict[str, Any], field: str) -> None:
    await api.create(id="iris")
    answer = await api("PUT", "deployments/iris/alerts", body)
    assert answer.status == 400
    assert answer.json["fields"][0]["field"] == field


@pytest.mark.usefixtures("logins", "lab")
async def test_the_usage_report_is_for_administrators_as_json_and_csv(api: Api) -> None:
    boss = api.as_user("boss")
    report = (await boss("GET", "usage", params={"month": "2026-11"})).json["items"]
    assert [(line["month"], line["cpu_hours"], line["requests"]) for line in report] == [("2026-11", 1.5, 4)]
    table = (await boss("GET", "usage", headers={"Accept": "text/csv"})).body.decode()
    rows = list(csv.DictReader(io.StringIO(table)))
    assert [(row["month"], row["group"]) for row in rows] == [("2026-11", "'=lab"), ("2026-10", "'=lab")]
    assert (await boss("GET", "usage", params={"month": "November"})).status == 400
    assert (await api.as_user("grace")("GET", "usage")).status == 403
