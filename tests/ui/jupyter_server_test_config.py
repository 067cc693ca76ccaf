"""The JupyterLab that the browser tests drive: our front end from the working tree, folders of its own."""

import os
import sys
import tempfile
from pathlib import Path

from jupyterlab.galata import configure_jupyter_server

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

configure_jupyter_server(c)  # noqa: F821 - Jupyter defines it

scratch = Path(tempfile.mkdtemp(prefix="pd-ui-"))
extensions = scratch / "labextensions"
extensions.mkdir()
(extensions / "primehub-deploy-ext").symlink_to(ROOT / "primehub_deploy_ext" / "labextension")

os.environ["PRIMEHUB_DEPLOY_HOME"] = str(scratch / "home")
# The engine's daemon outlives the server by design; with nothing left to run it ends soon.
os.environ["PRIMEHUB_DEPLOY_IDLE_SECONDS"] = "5"
sys.path[:0] = [str(HERE), str(ROOT)]
# Kernels import the package from the working tree.
os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

scripted = os.environ["PD_UI_SERVER"] == "scripted"
c.LabApp.extra_labextensions_path = [c.LabServerApp.extra_labextensions_path, str(extensions)]  # noqa: F821
c.JupyterNotebookApp.extra_labextensions_path = [str(extensions)]  # noqa: F821
c.ServerApp.jpserver_extensions = {"fake_rest": scripted, "primehub_deploy_ext": not scripted}  # noqa: F821
c.ServerApp.port = int(os.environ["PD_UI_PORT"])  # noqa: F821
c.ServerApp.log_level = "ERROR"  # noqa: F821
