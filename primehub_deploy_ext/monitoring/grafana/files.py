"""The generated files, by name."""

from __future__ import annotations

from pathlib import Path

import yaml

from primehub_deploy_ext.monitoring.alerting import rules

FOLDER = Path(__file__).resolve().parent.parent / "dashboards"


def files() -> dict[str, str]:
    """Return what is committed in ``monitoring/dashboards/``."""
    from grafana_foundation_sdk.cog.encoder import JSONEncoder

    from primehub_deploy_ext.monitoring.grafana.dashboards import deployment, overview

    encoder = JSONEncoder(sort_keys=True, indent=2)
    made = {"model-deployments.json": overview(), "model-deployment.json": deployment()}
    texts = {name: encoder.encode(dashboard) + "\n" for name, dashboard in made.items()}
    head = "# Made by `python -m primehub_deploy_ext.monitoring.grafana`; edit alerting.py instead.\n"
    return texts | {"alerts.yaml": head + yaml.safe_dump(rules(), sort_keys=False, width=1000)}
