"""What may be thrown away: artifacts that no revision refers to, and old logs."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

from primehub_deploy_ext.engines.local.logs import attempts_of

_DAY = 24 * 3600.0
# A deployment's creation uploads its artifact first: one without a revision may be about to get one.
ARTIFACTS_UNUSED = _DAY
LOGS_AFTER_DELETION = 7 * _DAY
ATTEMPTS_KEPT = 10


def remove_old_logs(root: Path, living: Iterable[int], *, clock: float | None = None) -> None:
    """Remove the logs of deployments deleted long ago, and all but the last attempts of each replica.

    Parameters
    ----------
    root
        Holds a folder per deployment, named by its uid.
    living
        The uids that exist.
    """
    now, kept = time.time() if clock is None else clock, {str(uid) for uid in living}
    for folder in root.iterdir():
        if folder.name not in kept:
            with contextlib.suppress(OSError):
                newest = max((file.stat().st_mtime for file in folder.iterdir()), default=0.0)
                if newest < now - LOGS_AFTER_DELETION:
                    shutil.rmtree(folder)
            continue
        for attempts in attempts_of(folder).values():
            for path in [path for _, paths in sorted(attempts.items())[:-ATTEMPTS_KEPT] for path in paths]:
                path.unlink(missing_ok=True)
