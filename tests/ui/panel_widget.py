"""The traits that the front end's widget expects of the kernel, and nothing else."""

import traitlets
from ipywidgets import DOMWidget


class DeploymentsPanel(DOMWidget):
    """A panel in a notebook cell."""

    _model_name = traitlets.Unicode("DeploymentsPanelModel").tag(sync=True)
    _model_module = traitlets.Unicode("primehub-deploy-ext").tag(sync=True)
    _model_module_version = traitlets.Unicode("^0.1.0").tag(sync=True)
    _view_name = traitlets.Unicode("DeploymentsPanelView").tag(sync=True)
    _view_module = traitlets.Unicode("primehub-deploy-ext").tag(sync=True)
    _view_module_version = traitlets.Unicode("^0.1.0").tag(sync=True)
    group = traitlets.Unicode("").tag(sync=True)
    deployment = traitlets.Unicode("").tag(sync=True)
    view = traitlets.Unicode("auto").tag(sync=True)
    height = traitlets.Unicode("").tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
