"""The two dashboards, under the names that PrimeHub's have."""

from __future__ import annotations

from grafana_foundation_sdk.builders import common, dashboard, prometheus, stat, table, timeseries
from grafana_foundation_sdk.models.common import BigValueGraphMode
from grafana_foundation_sdk.models.dashboard import (
    Dashboard,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from primehub_deploy_ext.monitoring import panels, promql

OVERVIEW = "primehub-model-deployments"
DEPLOYMENT = "primehub-model-deployment"
_SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
_LETTERS = "ABCDEFGH"
_WIDTH = 24


def overview() -> Dashboard:
    """Return *PrimeHub / Model Deployments*: a table."""
    made = _dashboard("PrimeHub / Model Deployments", OVERVIEW, "now-6h", "30s").with_variable(_deployments())
    (shown,) = panels.overview()
    link = f"/d/{DEPLOYMENT}?var-deployment=${{__value.text}}&${{datasource:queryparam}}"
    panel = (
        table.Panel()
        .title(shown.title)
        .description(shown.description)
        .datasource(_SOURCE)
        .height(20)
        .span(_WIDTH)
        .no_value(shown.missing)
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(
            DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {"Time": True},
                    "renameByName": {"deployment_name": "Deployment", "Value #A": "QPS", "Value #B": "Success"},
                },
            )
        )
        .override_by_name("Deployment", [_links(link)])
        .override_by_name("QPS", [DynamicConfigValue(id_val="decimals", value=2)])
        .override_by_name("Success", [DynamicConfigValue(id_val="unit", value="percentunit")])
    )
    for letter, query in zip(_LETTERS, shown.queries, strict=False):
        panel.with_target(_query(letter, query).instant().format(PromQueryFormat.TABLE))
    return made.with_panel(panel).build()


def deployment() -> Dashboard:
    """Return *PrimeHub / Model Deployments / Deployment*: numbers and charts."""
    made = (
        _dashboard("PrimeHub / Model Deployments / Deployment", DEPLOYMENT, "now-15m", "5s")
        .with_variable(_deployments())
        .with_variable(_variable("revision", "Revision", promql.label_of_models("model_version")))
        .with_variable(_variable("model", "Model", promql.label_of_models("model_image")))
    )
    for shown in panels.numbers():
        number = (
            stat.Panel()
            .title(shown.title)
            .description(shown.description)
            .datasource(_SOURCE)
            .unit(shown.unit)
            .graph_mode(BigValueGraphMode.AREA)
            .no_value(shown.missing)
            .height(5)
            .span(_WIDTH // 4)
        )
        for letter, query in zip(_LETTERS, shown.queries, strict=False):
            number.with_target(_query(letter, query))
        made.with_panel(number)
    made.with_row(dashboard.Row("Model Metrics"))
    for shown in panels.charts():
        chart = (
            timeseries.Panel()
            .title(shown.title)
            .description(shown.description)
            .datasource(_SOURCE)
            .unit(shown.unit)
            .min(0)
            .no_value(shown.missing)
            .height(8)
            .span(_WIDTH // 3)
            .legend(common.VizLegendOptions().show_legend(True))
        )
        for letter, query in zip(_LETTERS, shown.queries, strict=False):
            chart.with_target(_query(letter, query))
        made.with_panel(chart)
    return made.build()


def _dashboard(title: str, uid: str, since: str, refresh: str) -> dashboard.Dashboard:
    other, name = (DEPLOYMENT, "Deployment") if uid == OVERVIEW else (OVERVIEW, "Model Deployments")
    link = dashboard.DashboardLink(name).type(DashboardLinkType.LINK).url(f"/d/{other}").keep_time(True)
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .tags(["primehub", "model-deployment"])
        .time(since, "now")
        .refresh(refresh)
        .readonly()
        .link(link)
        .with_variable(dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"))
    )


def _deployments() -> dashboard.QueryVariable:
    return _variable("deployment", "Deployment", promql.deployments())


def _variable(name: str, label: str, query: str) -> dashboard.QueryVariable:
    return (
        dashboard.QueryVariable(name)
        .label(label)
        .query(query)
        .datasource(_SOURCE)
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
    )


def _query(letter: str, query: panels.Query) -> prometheus.Dataquery:
    made = prometheus.Dataquery().ref_id(letter).expr(query.expression).datasource(_SOURCE)
    return made.legend_format(query.legend) if query.legend else made


def _links(url: str) -> DynamicConfigValue:
    return DynamicConfigValue(id_val="links", value=[{"title": "Show", "url": url, "targetBlank": False}])
