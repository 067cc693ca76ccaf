"""The deployments panel as a notebook widget: the same React app as in the side panel.

The comm carries what is shown, never data: rows, logs and tokens stay between browser and server.
"""

from __future__ import annotations

import html
from typing import Any

import ipywidgets
from traitlets import Enum, Unicode

from primehub_deploy_ext._version import __version__
from primehub_deploy_ext.client.connection import Connection, connect
from primehub_deploy_ext.client.handle import DeploymentHandle
from primehub_deploy_ext.domain.errors import DeployError

TABS = ("information", "try", "logs", "history", "metrics", "events", "access")
_MODULE = "primehub-deploy-ext"


class DeploymentsPanel(ipywidgets.DOMWidget):  # type: ignore[misc]
    """All deployments, live, in a notebook cell.

    Parameters
    ----------
    group
        Only those of this group; empty for all.
    deployment
        Id of one deployment to show in detail; empty for the list.
    view
        ``"grid"`` of cards, ``"table"``, ``"create"``: the form for a new one, ``"update"``: that for ``deployment``,
        or ``"admin"``: groups, quotas, instance types and the audit log, for those who manage them.
    tab
        Part of the detail: ``"information"``, ``"try"``, ``"logs"``, ``"history"``, ``"metrics"``, ``"events"`` or
        ``"access"``; the first when empty.
    filter
        Which deployments the list shows, as in the links to it (*Copy link*): for example ``"status=Failed"``.
    height
        CSS height, for example ``"480px"``; as high as needed when empty.
    selected
        Id of the deployment that the user selected.

    All of them follow what the user does, and can be observed: ``panel.observe(f, "selected")``.
    """

    _model_module = Unicode(_MODULE).tag(sync=True)
    _model_module_version = Unicode(f"^{__version__}").tag(sync=True)
    _model_name = Unicode("DeploymentsPanelModel").tag(sync=True)
    _view_module = Unicode(_MODULE).tag(sync=True)
    _view_module_version = Unicode(f"^{__version__}").tag(sync=True)
    _view_name = Unicode("DeploymentsPanelView").tag(sync=True)

    group = Unicode("", allow_none=True).tag(sync=True)
    deployment = Unicode("", allow_none=True).tag(sync=True)
    view = Enum(("grid", "table", "create", "update", "admin"), "grid").tag(sync=True)
    tab = Enum(("", *TABS), "").tag(sync=True)
    filter = Unicode("").tag(sync=True)
    height = Unicode("").tag(sync=True)
    selected = Unicode("").tag(sync=True)

    def __init__(
        self,
        group: str | None = None,
        view: str = "grid",
        deployment: str | DeploymentHandle | None = None,
        height: str = "",
        *,
        connection: Connection | None = None,
        **traits: Any,
    ) -> None:
        self._connection = connection
        shown = deployment.id if isinstance(deployment, DeploymentHandle) else deployment
        super().__init__(group=group or "", view=view, deployment=shown or "", height=height, **traits)

    @property
    def deployments(self) -> Any:
        """What the panel lists, as a data frame."""
        return (self._connection or connect()).deployments(group=self.group or None)

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        bundle["text/html"] = self._fallback()
        return bundle

    def _fallback(self) -> str:
        """Return what the panel shows as static HTML, for front ends without widgets and for exported notebooks."""
        try:
            connection = self._connection or connect()
            if self.deployment:
                return connection.card(self.deployment)
            return connection.overview(group=self.group or None)
        except DeployError as error:
            return f"<p>The deployments can't be shown: {html.escape(str(error))}</p>"
