"""From a groups file to groups, instance types and pull secrets, or to a sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from primehub_deploy_ext.domain.groups import (
    DisplayName,
    GroupName,
    Groups,
    GroupSettings,
    InstanceType,
    PullSecret,
    ResourceName,
    Users,
    Words,
)
from primehub_deploy_ext.domain.resources import Cpu, Gpu, Memory, Quota
from primehub_deploy_ext.domain.values import Value
from primehub_deploy_ext.service.groups.yaml_lines import Document, Place, YamlProblem, read_yaml
from primehub_deploy_ext.service.validation import field_path

MAX_PASSWORD = 8192

Read = Callable[[Path], bytes]


class SettingsProblem(Exception):
    """A sentence that names the file, the line, the key and what is wrong."""


@dataclass(frozen=True)
class Settings:
    """What a groups file says.

    Parameters
    ----------
    instance_types
        None when the file leaves them to the engine.
    """

    groups: tuple[GroupSettings, ...] = ()
    instance_types: tuple[InstanceType, ...] | None = None
    pull_secrets: tuple[PullSecret, ...] = ()
    admins: frozenset[str] = frozenset()


def _or_empty(value: object) -> object:
    """A key without anything below it is an empty mapping to people, and null to YAML."""
    return {} if value is None else value


def _as_written(value: object) -> object:
    """Memory without a unit is a number to YAML; it is read as the text that somebody wrote."""
    if isinstance(value, dict) and type(value.get("memory")) is int:
        return value | {"memory": str(value["memory"])}
    return _or_empty(value)


class _Group(Value):
    display_name: DisplayName = ""
    enabled: bool = False
    quota: Annotated[Quota, BeforeValidator(_as_written)] = Field(default_factory=Quota)
    members: Users = ()
    admins: Users = ()


class _InstanceType(Value):
    display_name: DisplayName = ""
    description: Words = ""
    cpu: Cpu = None
    memory: Memory = None
    gpu: Gpu = 0
    groups: Groups = None


class _PullSecret(Value):
    registry: str
    username: str
    password_file: Annotated[str, Field(min_length=1)]
    groups: Groups = None


_GroupEntry = Annotated[_Group, BeforeValidator(_or_empty)]
_InstanceTypeEntry = Annotated[_InstanceType, BeforeValidator(_as_written)]


class _File(Value):
    groups: Annotated[dict[GroupName, _GroupEntry], BeforeValidator(_or_empty)] = Field(default_factory=dict)
    instance_types: dict[ResourceName, _InstanceTypeEntry] | None = None
    pull_secrets: Annotated[dict[ResourceName, _PullSecret], BeforeValidator(_or_empty)] = Field(default_factory=dict)
    admins: Users = ()


_ENTRIES: dict[str, type[BaseModel]] = {"groups": _Group, "instance_types": _InstanceType, "pull_secrets": _PullSecret}


def read_settings(path: Path, read: Read, *, check_groups: bool) -> Settings:
    """Read a groups file and the password files that it names.

    Parameters
    ----------
    read
        Returns the bytes of a file; ``OSError`` when it can't.
    check_groups
        Instance types and pull secrets may name only groups of this file.

    Raises
    ------
    SettingsProblem
        At the first thing that is wrong.
    """
    try:
        document = read_yaml(read(path))
    except OSError as error:
        raise SettingsProblem(f"the groups file {path} can't be read: {error.strerror or error}") from error
    except YamlProblem as problem:
        raise SettingsProblem(f"the groups file {path}, line {problem.line}: {problem.message}") from problem
    if document.value is None:
        raise SettingsProblem(f"the groups file {path} is empty: it needs at least the line 'groups: {{}}'")
    return _Parsing(path, document, read).settings(check_groups=check_groups)


class _Parsing:
    def __init__(self, path: Path, document: Document, read: Read) -> None:
        self._path = path
        self._document = document
        self._read = read

    def settings(self, *, check_groups: bool) -> Settings:
        try:
            file = _File.model_validate(self._document.value)
            settings = Settings(
                groups=tuple(GroupSettings(name=name, **_fields(group)) for name, group in file.groups.items()),
                instance_types=None
                if file.instance_types is None
                else tuple(InstanceType(name=name, **_fields(kind)) for name, kind in file.instance_types.items()),
                pull_secrets=tuple(self._pull_secret(name, secret) for name, secret in file.pull_secrets.items()),
                admins=frozenset(file.admins),
            )
        except ValidationError as error:
            # Without the cause: it repeats what is in the file.
            raise self._invalid(error, ()) from None
        if check_groups:
            self._check_groups(settings)
        return settings

    def _pull_secret(self, name: str, secret: _PullSecret) -> PullSecret:
        place: Place = ("pull_secrets", name)
        password = self._password((*place, "password_file"), secret.password_file)
        fields = _fields(secret) | {"name": name, "password": password}
        del fields["password_file"]
        try:
            return PullSecret.model_validate(fields)
        except ValidationError as error:
            raise self._invalid(error, place) from None

    def _password(self, place: Place, name: str) -> str:
        file = self._path.parent / Path(name).expanduser()
        try:
            password = self._read(file).decode().strip("\r\n")
        except OSError as error:
            raise self._problem(place, f"{file} can't be read: {error.strerror or error}") from error
        except UnicodeDecodeError:
            raise self._problem(place, f"{file} is not written in UTF-8") from None
        if not 1 <= len(password) <= MAX_PASSWORD:
            raise self._problem(place, f"{file} must hold a password of 1 to {MAX_PASSWORD} characters")
        return password

    def _check_groups(self, settings: Settings) -> None:
        known = {group.name for group in settings.groups}
        for key, entries in (
            ("instance_types", settings.instance_types or ()),
            ("pull_secrets", settings.pull_secrets),
        ):
            for entry in entries:
                for number, group in enumerate(entry.groups or ()):
                    if group not in known:
                        place = (key, entry.name, "groups", number)
                        raise self._problem(place, f"there is no group {group!r} in this file")

    def _invalid(self, error: ValidationError, around: Place) -> SettingsProblem:
        problems = error.errors(include_url=False, include_context=False)
        first = problems[0]
        place = (*around, *first["loc"])
        more = len(problems) - 1
        rest = f" (and {more} more {'problem' if more == 1 else 'problems'})" if more else ""
        return self._problem(place, _sentence(first["type"], first["msg"], first["input"], place) + rest)

    def _problem(self, place: Place, message: str) -> SettingsProblem:
        line = self._document.line_of(tuple(part for part in place if part != "[key]"))
        key = field_path(place)
        return SettingsProblem(f"the groups file {self._path}, line {line}, {f'{key}: ' if key else ''}{message}")


def _fields(value: BaseModel) -> dict[str, Any]:
    return {name: getattr(value, name) for name in type(value).model_fields}


def _sentence(kind: str, message: str, value: object, place: Place) -> str:
    if kind == "extra_forbidden":
        return f"is no known key; known are {', '.join(_known_keys(place))}"
    if kind == "missing":
        return "is missing"
    if kind in {"dict_type", "model_type"}:
        return f"must be a mapping (lines such as 'name: …'), not {_in_words(value)}"
    if kind == "tuple_type":
        return f"must be a list such as [ada, grace], not {_in_words(value)}"
    if kind == "string_type":
        return f"must be a text, not {_in_words(value)}: put it into quotes"
    if kind.startswith("bool_"):
        return "must be true or false"
    if kind == "int_type":
        return "must be a whole number"
    text = message.removeprefix("Value error, ").replace("Input should be", "must be")
    return text[:1].lower() + text[1:] if text.startswith(("String ", "Tuple ")) else text


def _known_keys(place: Place) -> list[str]:
    model: type[BaseModel] = _File
    if len(place) > 1:
        model = Quota if place[2:3] == ("quota",) and len(place) > 3 else _ENTRIES[str(place[0])]
    return list(model.model_fields)


def _in_words(value: object) -> str:
    if value is None:
        return "nothing"
    words = {
        dict: "a mapping",
        list: "a list",
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
    }
    return words.get(type(value), f"a {type(value).__name__}")
