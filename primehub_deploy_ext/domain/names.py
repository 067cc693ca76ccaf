"""Names, ids and keys: their rules, and how an id is made from a name. Standard library alone."""

from __future__ import annotations

import re
import secrets
import unicodedata

ID_PATTERN = r"^[a-z](?:[a-z0-9-]{1,51}[a-z0-9])$"
ID_RULE = "3 to 53 characters: lower-case letters, digits and '-'; starts with a letter, ends with a letter or digit"
NAME_MAX = 128
NAME_RULE = f"1 to {NAME_MAX} characters with at least one letter or digit, no line breaks or control characters"
ENV_NAME_PATTERN = r"^[A-Za-z_][A-Za-z0-9_]*$"
ENV_NAME_RULE = "letters, digits and '_', not starting with a digit"
METADATA_KEY_PATTERN = r"^[A-Za-z0-9](?:[A-Za-z0-9 ._/-]{0,61}[A-Za-z0-9])?$"
METADATA_KEY_RULE = (
    "1 to 63 characters: letters, digits, spaces and '.', '_', '-', '/'; starts and ends with a letter or digit"
)

GROUP_NAME_RULE = "1 to 128 characters, no '/', ':' or control characters, no spaces at the ends"
RESOURCE_NAME_RULE = (
    "1 to 63 characters: lower-case letters, digits, '-' and '.'; starts and ends with a letter or digit"
)
IMAGE_MAX = 512
IMAGE_RULE = "must be an image such as registry.example.com/team/model:1, without 'https://'"
CLIENT_NAME_PATTERN = r"^[a-z_][a-z0-9_-]{0,62}$"
CLIENT_NAME_RULE = (
    "1 to 63 characters: lower-case letters, digits, '_' and '-'; starts with a lower-case letter or '_', as in 'ada'"
)
REGISTRY_RULE = "must be a host such as registry.example.com or registry.example.com:5000/team, without 'https://'"
USER_NAME_RULE = "1 to 128 characters, no spaces at the ends, no control characters"

_ID_MAX = 53
_SUFFIX_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789"


def is_id(text: str) -> bool:
    """Tell whether ``text`` may be a deployment's id (:data:`ID_RULE`)."""
    return re.fullmatch(ID_PATTERN, text) is not None


def is_name(text: str) -> bool:
    """Tell whether ``text`` may be a deployment's name (:data:`NAME_RULE`)."""
    return (
        1 <= len(text) <= NAME_MAX
        and text == text.strip()
        and any(c.isalnum() for c in text)
        and all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text)
    )


def is_group_name(text: str) -> bool:
    """Tell whether ``text`` may be a group's name (:data:`GROUP_NAME_RULE`); hubs differ, so nearly all may."""
    return is_user_name(text) and not {"/", ":"} & set(text)


def is_resource_name(text: str) -> bool:
    """Tell whether ``text`` may name an instance type or a pull secret (:data:`RESOURCE_NAME_RULE`)."""
    return re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?", text) is not None


def is_client_name(text: str) -> bool:
    """Tell whether ``text`` may name a client (:data:`CLIENT_NAME_RULE`): PrimeHub's rule, with a limit."""
    return re.fullmatch(CLIENT_NAME_PATTERN, text) is not None


def is_registry(text: str) -> bool:
    """Tell whether ``text`` may be the address of an image registry (:data:`REGISTRY_RULE`)."""
    return len(text) <= 253 and re.fullmatch(r"[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/\S*)?", text) is not None


def is_image(text: str) -> bool:
    """Tell whether ``text`` may be an image's name (:data:`IMAGE_RULE`); the registry knows whether it exists.

    The grammar is that of https://github.com/distribution/reference: host, path, tag, digest.
    """
    part = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
    host = r"(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?/)?"
    return (
        len(text) <= IMAGE_MAX
        and re.fullmatch(rf"{host}{part}(?:/{part})*(?::\w[\w.-]{{0,127}})?(?:@sha256:[0-9a-f]{{64}})?", text, re.ASCII)
        is not None
    )


def is_user_name(text: str) -> bool:
    """Tell whether ``text`` may be a user's name (:data:`USER_NAME_RULE`); systems differ, so nearly all may."""
    return (
        1 <= len(text) <= 128
        and text == text.strip()
        and all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text)
    )


def id_from_name(name: str, suffix: str | None = None) -> str:
    """Make a readable, unique id from a name: ``"Iris Größe"`` → ``"iris-grosse-x3k9q"``.

    Parameters
    ----------
    name
        Any name; letters outside ASCII are reduced to their base letters.
    suffix
        What makes the id unique; five random characters when left out.
    """
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if not stem or not stem[0].isalpha():
        stem = f"m-{stem}".rstrip("-")
    tail = suffix if suffix is not None else "".join(secrets.choice(_SUFFIX_ALPHABET) for _ in range(5))
    return f"{stem[: _ID_MAX - len(tail) - 1].rstrip('-')}-{tail}"
