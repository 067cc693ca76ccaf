"""The Hub under test: what ``docs/jupyterhub.md`` says, with users, ports and folders of its own."""

import json
import os
import sys
from pathlib import Path

from tests.hub.snippets import snippets

c = get_config()  # noqa: F821 - JupyterHub defines it
given = json.loads(os.environ["PD_HUB_SETTINGS"])
folder = Path(given["folder"])

for snippet in snippets("jupyterhub_config.py"):
    exec(snippet, {"c": c})

c.JupyterHub.bind_url = given["url"]
c.JupyterHub.hub_bind_url = given["hub_url"]
c.JupyterHub.db_url = f"sqlite:///{folder}/hub.sqlite"
c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
# The proxy is a process of its own, and servers outlive the Hub: tests end and start the Hub alone.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = given["proxy_api_url"]
c.JupyterHub.cleanup_servers = False

c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = given["password"]
c.Authenticator.allowed_users = set(given["users"])
c.Authenticator.admin_users = set(given["admins"])

# All servers run as one account: the names of the Hub need no users of the system.
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = str(folder / "users" / "{username}")
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.args.extend(given["server_arguments"])
c.Spawner.environment.update(given["server_environment"])
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # a busy machine starts three servers at once
c.JupyterHub.last_activity_interval = 1
# Whoever wants a server is answered at once, and asks whether it is ready.
c.JupyterHub.tornado_settings = {"slow_spawn_timeout": 0}

# The tests start the culler themselves, when and as impatient as they need it.
for service in c.JupyterHub.services:
    if service["name"] == "jupyterhub-idle-culler":
        del service["command"]
        service["api_token"] = given["culler_token"]
c.JupyterHub.services.append({"name": "tests", "api_token": given["token"]})
c.JupyterHub.load_roles.append(
    {
        "name": "tests",
        "services": ["tests"],
        "scopes": ["admin:users", "admin:servers", "admin:groups", "tokens", "access:servers"],
    }
)
