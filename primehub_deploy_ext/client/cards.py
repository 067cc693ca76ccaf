"""Deployments as small pieces of HTML, for notebooks."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import Any

from primehub_deploy_ext.domain.phases import Phase, Reason

Json = dict[str, Any]

COLOURS = {
    Phase.DEPLOYED: "var(--jp-success-color1, #388e3c)",
    Phase.FAILED: "var(--jp-error-color1, #d32f2f)",
    Phase.DEPLOYING: "var(--jp-warn-color1, #f57c00)",
    Phase.STOPPED: "var(--jp-ui-font-color2, #757575)",
}
ICONS = {Phase.DEPLOYED: "✔", Phase.FAILED: "✘", Phase.DEPLOYING: "●", Phase.STOPPED: "■"}

MIME_TYPE = "application/vnd.primehub-deploy.deployment+json"
"""Names a deployment. JupyterLab and Notebook show it as a card that is live, as long as the page has our front end:
without a kernel, after a restart, and when the notebook is opened again. Others show the HTML beside it."""

_CARD = (
    "border: 1px solid var(--jp-border-color2, #e0e0e0); border-left: 4px solid {colour}; padding: 8px 12px; "
    "max-width: 720px; border-radius: 2px"
)
_LABEL = "text-align: left; color: var(--jp-ui-font-color2, #616161); font-weight: normal; padding-right: 12px"


def deployment_card(deployment: Json, note: str = "") -> str:
    """Return a card with phase, endpoint, model and replicas of a deployment."""
    status, spec = deployment["status"], deployment["spec"]
    phase = Phase(status["phase"])
    model = spec["model"]
    serving = deployment.get("serving_revision")
    revision = str(deployment["revision"])
    if serving is not None and serving != deployment["revision"]:
        revision += f" ({serving} serves)"
    # That all is well is what the line of the replicas says.
    message = "" if status["reason"] == Reason.READY else status["message"]
    rows = {
        "Endpoint": _link(deployment["endpoint"]),
        "Model": f"<code>{html.escape(model.get('class_name') or model.get('adapter', ''))}</code>",
        "Replicas": f"{status['replicas']['ready']} of {status['replicas']['desired']} ready",
        "Revision": revision,
        "Group": html.escape(deployment["group"]),
        "Message": html.escape(message),
        "Note": html.escape(note),
    }
    body = "".join(
        f'<tr><th scope="row" style="{_LABEL}">{label}</th><td style="text-align: left">{text}</td></tr>'
        for label, text in rows.items()
        if text
    )
    return (
        f'<div style="{_CARD.format(colour=COLOURS[phase])}"><b>{html.escape(deployment["name"])}</b> '
        f"<code>{html.escape(deployment['id'])}</code> {_phase(phase)}<table>{body}</table></div>"
    )


def card_reference(deployment: Json) -> Json:
    """Return what :data:`MIME_TYPE` holds: which deployment, never its state."""
    return {"id": deployment["id"], "name": deployment["name"], "created_at": deployment.get("created_at")}


def deployments_html(deployments: Iterable[Json]) -> str:
    """Return a table of deployments that needs no front end of ours."""
    rows = "".join(
        f"<tr><td>{html.escape(item['name'])}</td><td><code>{html.escape(item['id'])}</code></td>"
        f"<td>{_phase(Phase(item['status']['phase']))}</td>"
        f"<td>{item['status']['replicas']['ready']}/{item['status']['replicas']['desired']}</td>"
        f"<td>{html.escape(item['group'])}</td><td>{_link(item['endpoint'])}</td></tr>"
        for item in deployments
    )
    if not rows:
        return "<p>There are no deployments yet: <code>deploy(model, name)</code> makes one.</p>"
    titles = ("Name", "Id", "Status", "Replicas", "Group", "Endpoint")
    head = "".join(f'<th scope="col">{title}</th>' for title in titles)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _phase(phase: Phase) -> str:
    return f'<span style="color: {COLOURS[phase]}">{ICONS[phase]} {phase}</span>'


def _link(url: str) -> str:
    return f'<a href="{html.escape(url)}" target="_blank">{html.escape(url)}</a>'
