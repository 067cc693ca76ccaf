"""The routes of groups, instance types, pull secrets, audit log and measurements, answered from a test's directory."""

from __future__ import annotations

import csv
import io
from typing import Any

from fake_directory import Json, Refused, add, amount, change, find, new_group, new_kind, new_secret
from fake_rest import ScriptHandler
from tornado import web


class Me(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("getMe")
        self.finish(self.directory.me())


class Groups(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("listGroups")
        known = self.directory
        everything = self.everything
        found = [known.seen(group) for group in known.groups if everything or known.role(group)]
        self.finish({"items": found + (known.gone() if everything else [])})

    @web.authenticated
    def post(self) -> None:
        self.prepare_answer("createGroup")
        self.set_status(201)
        self.finish(self.directory.seen(add(self.directory.groups, new_group(_checked(self.body)))))


class Group(ScriptHandler):
    @web.authenticated
    def get(self, name: str) -> None:
        self.prepare_answer("getGroup")
        self.finish(self.directory.seen(find(self.directory.groups, name, None)))

    @web.authenticated
    async def patch(self, name: str) -> None:
        self.prepare_answer("updateGroup")
        body = _checked(self.body)
        group = find(self.directory.groups, name, self.version)
        running = [item for item in self.directory.owned(name) if not item["spec"].get("stopped")]
        if group["enabled"] and body.get("enabled") is False and running:
            if body.get("running") is None:
                raise Refused(
                    409,
                    "conflict",
                    f"{len(running)} deployments run",
                    details={"running": [_named(one) for one in running]},
                )
            if body["running"] == "stop":
                for item in running:
                    await self.script.change(item["id"], _stopped(item))
        change(group, body)
        if "quota" in body:
            group["quota"] = new_group({"name": name, "quota": body["quota"]})["quota"]
        self.finish(self.directory.seen(group))

    @web.authenticated
    async def delete(self, name: str) -> None:
        self.prepare_answer("deleteGroup")
        known = self.directory
        fate = self.get_query_argument("deployments", "")
        owned = known.owned(name)
        if owned and not fate:
            raise Refused(
                409, "conflict", "it owns deployments", details={"deployments": [_named(one) for one in owned]}
            )
        if any(group["name"] == name for group in known.groups):
            known.groups.remove(find(known.groups, name, self.version))
        if fate == "delete":
            for item in owned:
                await self.script.change(item["id"], None)
        self.set_status(204)
        self.finish()


class Collection(ScriptHandler):
    """Instance types, or pull secrets."""

    what = ""
    items = ""

    @property
    def all(self) -> list[Json]:
        """What there is."""
        return getattr(self.directory, self.items)  # type: ignore[no-any-return]

    def made(self, written: Json) -> Json:
        """Return one as it is stored."""
        raise NotImplementedError


class Listed(Collection):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer(f"list{self.what}s")
        everything, mine = self.everything, self.directory.own_groups or set()
        usable = [one for one in self.all if everything or one["groups"] is None or mine & set(one["groups"])]
        self.finish({"items": usable})

    @web.authenticated
    def post(self) -> None:
        self.prepare_answer(f"create{self.what}")
        self.set_status(201)
        self.finish(add(self.all, self.made(_checked(self.body))))


class Single(Collection):
    @web.authenticated
    def patch(self, name: str) -> None:
        self.prepare_answer(f"update{self.what}")
        item = find(self.all, name, self.version)
        change(
            item,
            {key: amount(value) if key in {"cpu", "memory"} else value for key, value in _checked(self.body).items()},
        )
        self.finish(item)

    @web.authenticated
    def delete(self, name: str) -> None:
        self.prepare_answer(f"delete{self.what}")
        self.all.remove(find(self.all, name, self.version))
        self.set_status(204)
        self.finish()


class _InstanceTypes(Collection):
    what = "InstanceType"
    items = "instance_types"

    def made(self, written: Json) -> Json:
        return new_kind(written)


class _PullSecrets(Collection):
    what = "PullSecret"
    items = "pull_secrets"

    def made(self, written: Json) -> Json:
        return new_secret({key: value for key, value in written.items() if key != "password"})


class InstanceTypes(_InstanceTypes, Listed): ...


class InstanceType(_InstanceTypes, Single): ...


class PullSecrets(_PullSecrets, Listed): ...


class PullSecret(_PullSecrets, Single): ...


class Audit(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("listAudit")
        wanted = {key: self.get_query_argument(key, "") for key in ("user", "action", "group", "outcome")}
        search = self.get_query_argument("search", "").lower()
        found = [
            entry
            for entry in self.directory.audit
            if all(not value or entry[key] == value for key, value in wanted.items())
            and search in " ".join(str(value) for value in entry.values()).lower()
        ]
        if "text/csv" in self.request.headers.get("Accept", ""):
            return self.send_csv(found)
        start = int(self.get_query_argument("continue", "0"))
        end = start + int(self.get_query_argument("limit", "100"))
        token = str(end) if end < len(found) else None
        self.finish({"items": found[start:end], "total": len(found), "continue_token": token})
        return None

    def send_csv(self, found: list[Json]) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, found[0] if found else ["time"])
        writer.writeheader()
        writer.writerows(found)
        self.set_header("Content-Type", "text/csv")
        self.finish(text.getvalue())


class Measurements(ScriptHandler):
    @web.authenticated
    def get(self) -> None:
        self.prepare_answer("listMeasurements")
        self.finish({"items": self.directory.measurements})


def routes() -> list[tuple[str, type[ScriptHandler]]]:
    """Return the URL table."""
    return [
        ("me", Me),
        ("groups", Groups),
        (r"groups/([^/]+)", Group),
        ("instance-types", InstanceTypes),
        (r"instance-types/([^/]+)", InstanceType),
        ("pull-secrets", PullSecrets),
        (r"pull-secrets/([^/]+)", PullSecret),
        ("audit", Audit),
        ("measurements", Measurements),
    ]


def _named(item: Json) -> Json:
    return {key: item[key] for key in ("id", "name", "created_by")}


def _stopped(item: Json) -> Json:
    return {
        **item,
        "spec": {**item["spec"], "stopped": True},
        "status": {**item["status"], "phase": "Stopped", "reason": "Stopped"},
    }


def _checked(body: Json) -> Json:
    """Refuse amounts that the real server refuses, naming the field."""
    amounts: list[tuple[str, Any]] = [
        *((f"quota.{key}", value) for key, value in (body.get("quota") or {}).items()),
        *((key, body.get(key)) for key in ("cpu", "memory")),
    ]
    for field, value in amounts:
        try:
            amount(value)
        except ValueError as error:
            raise Refused(
                400, "invalid", f"{field}: {error}", fields=[{"field": field, "message": str(error)}]
            ) from None
    # What no rule of the page itself finds: a name that only the server refuses.
    if str(body.get("name", "x")).endswith("!"):
        message = "lower-case letters, digits, '-' and '.'"
        raise Refused(400, "invalid", f"name: {message}", fields=[{"field": "name", "message": message}])
    return body
