"""Where one OS user's Model Deployment keeps what must survive: the engine's files, groups and the audit log."""

from __future__ import annotations

import os
from pathlib import Path

HOME_VARIABLE = "PRIMEHUB_DEPLOY_HOME"


def home_of_user() -> Path:
    """Return the folder: that of :data:`HOME_VARIABLE`, else one in the user's data directory. It may not exist yet."""
    given = os.environ.get(HOME_VARIABLE)
    if given:
        return Path(given).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("primehub-deploy", appauthor=False))
