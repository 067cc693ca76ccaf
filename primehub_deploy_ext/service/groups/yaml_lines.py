"""YAML that knows its lines, and refuses what PyYAML takes silently: keys that are there twice or are no text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import yaml

Place = tuple[int | str, ...]

_TEXT = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(yaml.SafeLoader):
    """Makes plain values alone, whatever tags the text has, and leaves dates as the texts that they are."""

    yaml_implicit_resolvers = {  # noqa: RUF012 -- as PyYAML declares it
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class YamlProblem(Exception):
    """What is wrong, and in which line (counted from 1)."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True)
class Document:
    """A value, and the lines in which its parts begin."""

    value: Any
    lines: Mapping[Place, int]

    def line_of(self, place: Place) -> int:
        """Return the line of a part, or of the part around it where that is not known."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


def read_yaml(data: bytes) -> Document:
    """Read one document; an empty one has the value None.

    Raises
    ------
    YamlProblem
        If it is no UTF-8, no YAML, more than one document, or has keys twice or keys that are no text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise YamlProblem("is not written in UTF-8", data[: error.start].count(b"\n") + 1) from error
    loader = _Loader("")
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        if node is None:
            return Document(None, {})
        lines: dict[Place, int] = {}
        _walk(node, (), lines, set(), set())
        return Document(loader.construct_document(node), lines)
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        code = ord(text[error.position])
        raise YamlProblem(f"there is a character that YAML does not allow (U+{code:04X})", line) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlProblem(_explained(error), mark.line + 1 if mark else 1) from error
    except ValueError as error:
        # A value that is not what its tag says (`!!int four`), or a number of thousands of digits.
        raise YamlProblem(f"this is no YAML: {error}", 1) from error
    except RecursionError as error:
        raise YamlProblem("is nested too deeply", 1) from error
    finally:
        loader.dispose()


def _explained(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem or error.context)
    if "'\\t'" in problem:
        return "there is a tab: YAML is indented with spaces"
    if "expected a single document" in str(error.context):
        return "there is a second document: remove the line '---'"
    context = f" ({error.context})" if error.context and error.problem else ""
    return f"this is no YAML: {problem}{context}"


def _walk(node: yaml.Node, place: Place, lines: dict[Place, int], around: set[int], seen: set[int]) -> None:
    """Note the lines of a node's parts, and look at its keys; aliases are looked at where they were first."""
    if id(node) in around:
        raise YamlProblem("an alias stands for something that contains it", _line(node))
    if id(node) in seen:
        return
    seen.add(id(node))
    inside = around | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        for number, item in enumerate(node.value):
            lines[(*place, number)] = _line(item)
            _walk(item, (*place, number), lines, inside, seen)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            part = (*place, _checked_key(key, place, lines))
            lines[part] = _line(key)
            _walk(value, part, lines, inside, seen)


def _checked_key(key: yaml.Node, place: Place, lines: Mapping[Place, int]) -> str:
    if key.tag not in {_TEXT, _MERGE} or not isinstance(key, yaml.ScalarNode):
        told = f"the key {key.value}" if isinstance(key, yaml.ScalarNode) else "a key"
        raise YamlProblem(f"{told} is no text for YAML: put it into quotes", _line(key))
    name = str(key.value)
    if (*place, name) in lines:
        raise YamlProblem(f"the key {name!r} is there twice (first in line {lines[(*place, name)]})", _line(key))
    return name


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1
