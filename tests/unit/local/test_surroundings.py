"""What the daemon learns of the server that starts it."""

from __future__ import annotations

from pathlib import Path

from primehub_deploy_ext.engines.local.surroundings import daemon_environment


def test_the_daemon_gets_nobodys_token() -> None:
    environ = {
        "JUPYTERHUB_API_TOKEN": "ada's",
        "JUPYTERHUB_USER": "ada",
        "JPY_PARENT_PID": "7",
        "JUPYTER_TOKEN": "secret",
        "PRIMEHUB_DEPLOY_TOKEN": "secret",
        "PATH": "/bin",
        "JUPYTER_PATH": "/data",
        "PRIMEHUB_DEPLOY_HOME": "/srv/engine",
    }
    assert daemon_environment(environ, None) == {
        "PATH": "/bin",
        "JUPYTER_PATH": "/data",
        "PRIMEHUB_DEPLOY_HOME": "/srv/engine",
    }


def test_the_daemon_finds_a_home_that_was_given() -> None:
    assert daemon_environment({}, Path("/srv/engine")) == {"PRIMEHUB_DEPLOY_HOME": "/srv/engine"}
