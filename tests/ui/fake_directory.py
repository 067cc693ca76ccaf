"""Who is who in a test of the UI: groups, instance types, pull secrets, audit log, and what is refused.

A directory is written as ``{"user": "ada", "admin": false, "can_write": true, "provider": {…}, "engine": {…},
"groups": [Group, …], "instance_types": […], "pull_secrets": […], "audit": [AuditEntry, …],
"measurements": [Measurement, …], "usage": [UsageLine, …],
"refuse": {operationId: {"status": 403, "code": …, "message": …, …}}}``; all may be left out. Without groups the user
is in one group without limits, and sees all deployments.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

_UNLIMITED = {"cpu": None, "memory": None, "gpu": None, "deployments": None}
_NOTHING = {"cpu": 0, "memory": 0, "gpu": 0, "deployments": 0}
_STORED = {
    "name": "stored",
    "settings_writable": True,
    "members_writable": True,
    "warning": "",
    "as_of": None,
    "until": None,
}
_LOCAL = {"name": "local", "images": False, "private": True, "trials": True, "metrics": True, "runner_image": ""}


class Refused(Exception):
    """An error as the API sends it."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message, "fields": [], "details": {}, **more}


class Directory:
    """What a test wrote, and what the browser changed since."""

    def __init__(self, written: Json, deployments: dict[str, Json]) -> None:
        self.user: str = written.get("user", "ada")
        self.admin: bool = written.get("admin", False)
        self.can_write: bool = written.get("can_write", True)
        self.provider: Json = _STORED | written.get("provider", {})
        self.engine: Json = _LOCAL | written.get("engine", {})
        self.groups: list[Json] = [_group(one) for one in written.get("groups", [{"name": "research"}])]
        self.instance_types: list[Json] = [_kind(one) for one in written.get("instance_types", [{"name": "default"}])]
        self.pull_secrets: list[Json] = [_secret(one) for one in written.get("pull_secrets", [])]
        self.audit: list[Json] = written.get("audit", [])
        self.measurements: list[Json] = written.get("measurements", [])
        self.usage: list[Json] = written.get("usage", [])
        self.refuse: dict[str, Json] = written.get("refuse", {})
        self.deployments = deployments
        self._scoped = "groups" in written

    @property
    def own_groups(self) -> set[str] | None:
        """Names of the user's groups; None: nobody said."""
        if not self._scoped:
            return None
        return {group["name"] for group in self.groups if self.role(group)}

    def role(self, group: Json) -> str | None:
        """Return what the user is to a group."""
        if not self._scoped:
            return "member"
        if self.user in group["admins"]:
            return "group_admin"
        return "member" if self.user in group["members"] else None

    def check(self, operation: str) -> None:
        """Refuse what the test wants to be refused."""
        if operation in self.refuse:
            error = {"status": 403, "code": "forbidden", "message": "refused", **self.refuse[operation]}
            raise Refused(**error)

    def owned(self, name: str) -> list[Json]:
        """Return the deployments of a group."""
        return [item for item in self.deployments.values() if item["group"] == name]

    def seen(self, group: Json) -> Json:
        """Return a group as the user may see it."""
        role = self.role(group)
        shown = self.admin or role == "group_admin"
        usable = [one["name"] for one in self.instance_types if one["groups"] is None or group["name"] in one["groups"]]
        usages = [item.get("usage", _NOTHING) for item in self.owned(group["name"])]
        return {
            **group,
            "display_name": group["display_name"] or group["name"],
            "role": role,
            "usage": group.get("usage") or {name: sum(usage[name] for usage in usages) for name in _NOTHING},
            "instance_types": usable,
            "pull_secrets": [one["name"] for one in self.pull_secrets],
            "members": group["members"] if shown else None,
            "admins": group["admins"] if shown else None,
        }

    def gone(self) -> list[Json]:
        """Return the groups that are deleted and still own deployments."""
        known = {group["name"] for group in self.groups}
        names = sorted({item["group"] for item in self.deployments.values()} - known) if self._scoped else []
        return [self.seen(_group({"name": name, "enabled": False})) | {"deleted": True} for name in names]

    def me(self) -> Json:
        """Return who the user is."""
        return {
            "user": self.user,
            "admin": self.admin,
            "groups": [self.seen(group) for group in self.groups if self.role(group)],
            "can_write": self.can_write,
            "engine": self.engine,
            "provider": self.provider,
        }


def find(items: list[Json], name: str, version: int | None) -> Json:
    """Return one by its name; refuses when it is gone, or another version than the caller saw."""
    found = next((item for item in items if item["name"] == name), None)
    if found is None:
        raise Refused(404, "not_found", f"there is no {name!r}")
    if version is not None and version != found["version"]:
        raise Refused(409, "conflict", f"{name!r} was changed meanwhile: read it again")
    return found


def change(item: Json, body: Json) -> None:
    """Change the fields that were sent."""
    item.update({key: value for key, value in body.items() if key in item})
    item["version"] += 1


def add(items: list[Json], item: Json) -> Json:
    """Add one under a name that is free."""
    if any(other["name"] == item["name"] for other in items):
        raise Refused(409, "already_exists", f"the name {item['name']!r} is taken")
    items.append(item)
    return item


def _group(written: Json) -> Json:
    return {
        "display_name": "",
        "enabled": True,
        "members": [],
        "admins": [],
        "deleted": False,
        "version": 1,
        **written,
        "quota": _UNLIMITED | {key: _amount(value) for key, value in written.get("quota", {}).items()},
    }


def _kind(written: Json) -> Json:
    limits = {key: _amount(written.get(key)) for key in ("cpu", "memory")}
    return {"display_name": "", "description": "", "gpu": 0, "groups": None, "version": 1, **written, **limits}


def _secret(written: Json) -> Json:
    return {"registry": "", "username": "", "groups": None, "version": 1, **written}


def _amount(value: Any) -> Any:
    """Read a quantity like the real server does."""
    from primehub_deploy_ext.domain.quantities import parse_cpu, parse_memory

    if not isinstance(value, str):
        return value
    try:
        return parse_cpu(value)
    except ValueError:
        return parse_memory(value)


new_group, new_kind, new_secret = _group, _kind, _secret
amount = _amount
