"""``python -m primehub_deploy_ext.scrape_token``: make, or revoke, the token that Prometheus scrapes with."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from primehub_deploy_ext.home import home_of_user
from primehub_deploy_ext.monitoring.token import hash_of, new_token
from primehub_deploy_ext.service.scraping import FILE


def main(arguments: list[str]) -> int:
    """Make a token, print it this once and keep its hash; the one before is worth nothing any more."""
    parser = argparse.ArgumentParser(prog="python -m primehub_deploy_ext.scrape_token", description=main.__doc__)
    parser.add_argument("--revoke", action="store_true", help="let nobody scrape with a token of this command")
    path = home_of_user() / FILE
    if parser.parse_args(arguments).revoke:
        path.unlink(missing_ok=True)
        print("revoked", file=sys.stderr)
        return 0
    token = new_token()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write(path, hash_of(token))
    print(f"Its hash is in {path}; the token is shown this once:", file=sys.stderr)
    print(token)
    return 0


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text + "\n")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
