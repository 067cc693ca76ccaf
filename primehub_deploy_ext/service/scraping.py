"""Who may scrape without a login: the tokens that are configured."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from primehub_deploy_ext.monitoring.token import as_hash

VARIABLE = "PRIMEHUB_DEPLOY_METRICS_TOKEN"
FILE = "metrics-token"

log = logging.getLogger(__name__)


def token_hashes(configured: str, environment: Mapping[str, str], home: Path) -> tuple[str, ...]:
    """Return the hashes of all tokens: of the configuration, the environment, and the file that the command writes.

    One that can't be used admits nobody, and is complained about.
    """
    found = {"c.PrimehubDeploy.metrics_token": configured, VARIABLE: environment.get(VARIABLE, "")}
    path = home / FILE
    try:
        found[str(path)] = path.read_text("utf-8")
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        log.warning("%s can't be read: %s", path, error)
    hashes = []
    for where, text in found.items():
        if text.strip():
            try:
                hashes.append(as_hash(text))
            except ValueError as error:
                log.warning("%s is ignored: %s", where, error)
    return tuple(hashes)
