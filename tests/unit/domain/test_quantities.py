"""CPU and memory as people write them."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from primehub_deploy_ext.domain.quantities import format_cpu, format_memory, parse_cpu, parse_memory
from primehub_deploy_ext.domain.resources import Quota, Resources


@pytest.mark.parametrize(
    ("written", "cores"),
    [(1, 1), (0.5, 0.5), ("0.5", 0.5), ("500m", 0.5), (" 4 ", 4), ("1500m", 1.5), (10_000, 10_000), (0.0001, 0.001)],
)
def test_cpu(written: Any, cores: float) -> None:
    assert parse_cpu(written) == cores


@pytest.mark.parametrize(
    ("written", "size"),
    [
        (1024, 1024),
        (1024.0, 1024),
        ("512Mi", 512 * 2**20),
        ("4Gi", 4 * 2**30),
        ("16 GiB", 16 * 2**30),
        ("1.5Gi", 3 * 2**29),
        ("2G", 2 * 10**9),
        ("2GB", 2 * 10**9),
        ("2000k", 2_000_000),
        ("2048ki", 2**21),
        ("1Pi", 2**50),
    ],
)
def test_memory(written: Any, size: int) -> None:
    assert parse_memory(written) == size


@pytest.mark.parametrize(
    "written",
    [0, -1, "-1", "", "four", "1e3", "1,5", float("nan"), float("inf"), 10_001, True, [], {}, "5 cores", "9" * 5000],
)
def test_absurd_cpu_is_refused_with_the_rule(written: Any) -> None:
    with pytest.raises(ValueError, match="a number of cores such as"):
        parse_cpu(written)


@pytest.mark.parametrize(
    "written",
    [
        0,
        "4",
        "64k",
        -1,
        "-4Gi",
        "",
        "lots",
        "4 Gigs",
        "4Xi",
        1.5,
        float("nan"),
        2**50 + 1,
        "2Pi",
        True,
        [],
        "1e9",
        "Gi",
        "9" * 5000,
    ],
)
def test_absurd_memory_is_refused_with_the_rule(written: Any) -> None:
    with pytest.raises(ValueError, match="such as '512Mi'"):
        parse_memory(written)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (2**20, "1 MiB"), (3 * 2**29, "1.5 GiB"), (5 * 2**50, "5120 TiB")]
)
def test_memory_is_written_in_the_largest_unit(size: int, text: str) -> None:
    assert format_memory(size) == text


def test_cpu_is_written_without_noise() -> None:
    assert [format_cpu(cores) for cores in (0.5, 4, 0.1 + 0.2, 1000)] == ["0.5", "4", "0.3", "1000"]


@pytest.mark.parametrize("fields", [{"cpu": -1}, {"memory": "lots"}, {"gpu": -1}, {"gpu": 1.5}, {"deployments": -1}])
def test_a_quota_names_the_field_that_is_wrong(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Quota(**fields)
    assert refused.value.errors()[0]["loc"] == tuple(fields)


def test_null_is_no_limit() -> None:
    assert Resources(cpu=None, memory=None) == Resources()
