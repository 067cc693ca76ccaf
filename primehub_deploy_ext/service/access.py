"""Who may do what: the rules of ``docs/access.md``, as functions of what a group provider knows. No I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from primehub_deploy_ext.domain.errors import Conflict, Forbidden, InvalidInput, NotFound
from primehub_deploy_ext.domain.groups import Directory, GroupSettings, Role

NO_GROUP = "No group is configured for you to launch a server. Please contact admin."
SWITCHED_OFF = (
    "Feature not available: Model Deployment is not enabled for the group {group!r}. "
    "Please contact your administrator to enable it."
)
# What a group admin may send in an update of the group.
GROUP_ADMIN_FIELDS = frozenset({"members"})


@dataclass(frozen=True)
class Scope:
    """The groups whose deployments a list contains.

    Parameters
    ----------
    groups
        Their names; None: all groups, also those that are gone.
    """

    groups: frozenset[str] | None

    def __contains__(self, group: str) -> bool:
        """Tell whether deployments of this group belong in it."""
        return self.groups is None or group in self.groups


@dataclass
class Caller:
    """Somebody who calls, and what decides what they may do.

    Parameters
    ----------
    user
        Name that changes are recorded under.
    directory
        What the group provider knew when the request came.
    about
        Group that the request turned out to be about, whatever its end: the audit log tells it.
    """

    user: str
    directory: Directory
    about: str = ""

    @property
    def is_admin(self) -> bool:
        """Whether the caller manages all groups, instance types and pull secrets."""
        return self.directory.is_admin(self.user)

    @property
    def groups(self) -> list[GroupSettings]:
        """The groups that the caller is in, in the provider's order."""
        return self.directory.groups_of(self.user)

    # ------------------------------------------------------------------ what there is for them

    def sees(self, group: str) -> bool:
        """Tell whether a group, and what it owns, exists for the caller; members own all of it together."""
        return self.is_admin or any(mine.name == group for mine in self.groups)

    def scope(self, *, everything: bool) -> Scope:
        """Return what lists and the watch contain.

        Raises
        ------
        Forbidden
            If somebody else than an administrator asks for everything.
        """
        if not everything:
            return Scope(frozenset(group.name for group in self.groups))
        self.require_admin("see those of all groups (all=1)")
        return Scope(None)

    def require_admin(self, to_do: str) -> None:
        """Refuse what only administrators may do.

        Parameters
        ----------
        to_do
            What it is: ``add groups``.
        """
        if not self.is_admin:
            raise Forbidden(f"only administrators may {to_do}")

    def require_some_group(self) -> None:
        """Refuse callers who are in no group: nothing of theirs could ever run."""
        if not self.groups and not self.is_admin:
            raise Forbidden(NO_GROUP)

    # ------------------------------------------------------------------ one group

    def group(self, name: str) -> GroupSettings:
        """Return a group that exists for the caller; ``NotFound`` for others, whether they exist or not."""
        self.about = name
        found = self.directory.group(name)
        if found is None or not self.sees(name):
            raise NotFound(f"there is no group {name!r}")
        return found

    def manages_members(self, group: GroupSettings) -> bool:
        """Tell whether the caller may see and change who is in the group."""
        return self.is_admin or group.role_of(self.user) is Role.GROUP_ADMIN

    def check_update(self, group: GroupSettings, fields: Iterable[str]) -> None:
        """Refuse changes of a group that the caller may not make.

        Raises
        ------
        Forbidden
            Names the fields.
        """
        if self.is_admin:
            return
        if not self.manages_members(group):
            raise Forbidden(f"only administrators and the admins of the group {group.name!r} may change it")
        others = sorted(set(fields) - GROUP_ADMIN_FIELDS)
        if others:
            raise Forbidden(
                f"group admins may change the members alone; only administrators may change {', '.join(others)}",
                fields=[{"field": field, "message": "only administrators may change it"} for field in others],
            )

    def audited(self) -> Scope:
        """Return the groups whose audit log the caller may read.

        Raises
        ------
        Forbidden
            If there is none.
        """
        if self.is_admin:
            return Scope(None)
        administered = frozenset(group.name for group in self.groups if group.role_of(self.user) is Role.GROUP_ADMIN)
        if not administered:
            raise Forbidden("only administrators and group admins may read the audit log")
        return Scope(administered)

    # ------------------------------------------------------------------ deployments of a group

    def group_to_create_in(self, wanted: str | None) -> GroupSettings:
        """Choose the group that owns a new deployment.

        Parameters
        ----------
        wanted
            None: the only one where Model Deployment is enabled, else that of the caller's own name.

        Raises
        ------
        Forbidden
            If the caller is in no such group, or Model Deployment is off for it.
        InvalidInput
            If there are several to choose from.
        """
        self.about = wanted or ""
        if wanted is None and not self.groups:
            raise Forbidden(NO_GROUP, fields=[{"field": "group", "message": "you are in no group"}])
        chosen = self._default_group() if wanted is None else self._wanted_group(wanted)
        self.about = chosen.name
        if not chosen.enabled:
            raise Forbidden(
                SWITCHED_OFF.format(group=chosen.name),
                fields=[{"field": "group", "message": "Model Deployment is not enabled"}],
            )
        return chosen

    def group_to_grow_in(self, name: str, verb: str) -> GroupSettings:
        """Return the group of a deployment that is to take more than before.

        Parameters
        ----------
        verb
            What is to be done to the deployment: ``started``.

        Raises
        ------
        Conflict
            If the group is gone.
        Forbidden
            If Model Deployment is off for it.
        """
        group = self.check_not_gone(name, verb)
        if not group.enabled:
            raise Forbidden(SWITCHED_OFF.format(group=name))
        return group

    def check_not_gone(self, name: str, verb: str) -> GroupSettings:
        """Return the group of a deployment; ``Conflict`` if that is all that is left of it."""
        group = self.directory.group(name)
        if group is None:
            raise Conflict(
                f"the group {name!r} is gone: its deployments go on running and can be stopped or deleted, not {verb}; "
                "add the group again to manage them"
            )
        return group

    def _wanted_group(self, wanted: str) -> GroupSettings:
        chosen = self.directory.group(wanted)
        if chosen is not None and self.sees(wanted):
            return chosen
        if not self.groups and not self.is_admin:
            raise Forbidden(NO_GROUP, fields=[{"field": "group", "message": "you are in no group"}])
        # The same words whether it exists or not: outsiders must not learn which groups there are.
        if self.is_admin:
            raise InvalidInput(
                f"there is no group {wanted!r}", fields=[{"field": "group", "message": "there is no such group"}]
            )
        names = ", ".join(repr(group.name) for group in self.groups)
        raise Forbidden(
            f"you are not a member of the group {wanted!r}; your groups: {names}",
            fields=[{"field": "group", "message": f"must be one of your groups: {names}"}],
        )

    def _default_group(self) -> GroupSettings:
        candidates = [group for group in self.groups if group.enabled] or self.groups
        personal = [group for group in candidates if group.name == self.user]
        if len(candidates) > 1 and not personal:
            names = ", ".join(repr(group.name) for group in candidates)
            raise InvalidInput(
                f"group: name one of your groups: {names}",
                fields=[{"field": "group", "message": f"must be one of your groups: {names}"}],
            )
        return (personal or candidates)[0]
