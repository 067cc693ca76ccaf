"""Amounts of CPU and memory as people write them: ``0.5``, ``500m``, ``4Gi``, ``512 MiB``. Standard library alone.

The suffixes are those of Kubernetes (https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/),
with an optional ``B``, as most people write it.
"""

from __future__ import annotations

import re
from decimal import Decimal

MAX_CPU = 10_000
# The least that people write: a bare 4, which is 4 bytes, is always meant as 4 GiB.
MIN_WRITTEN_MEMORY = 2**20
MAX_MEMORY = 2**50
MAX_GPU = 1_000
CPU_RULE = f"a number of cores such as 0.5 or 4, or '500m'; above 0, at most {MAX_CPU:,}"
MEMORY_RULE = "a text such as '512Mi', '4Gi' or '16 GiB', or bytes; at least 1 MiB, at most 1 PiB"

_UNITS = {"": 1, "k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15} | {
    f"{letter}i": 2 ** (10 * power) for power, letter in enumerate("KMGTP", 1)
}
_NUMBER = r"([0-9]{1,18}(?:\.[0-9]{1,9})?)"


def parse_cpu(value: object) -> float:
    """Return cores.

    Raises
    ------
    ValueError
        If it breaks :data:`CPU_RULE` (zero included: "no limit" is null).
    """
    cores: Decimal | None = None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        cores = Decimal(str(value))
    elif isinstance(value, str) and (match := re.fullmatch(_NUMBER + r"(m?)", value.strip())):
        cores = Decimal(match[1]) / (1000 if match[2] else 1)
    if cores is None or not cores.is_finite() or not 0 < cores <= MAX_CPU:
        raise ValueError(f"must be {CPU_RULE}")
    # Kubernetes measures in thousandths; rounding keeps sums exact enough to compare.
    return max(0.001, round(float(cores), 3))


def parse_memory(value: object) -> int:
    """Return bytes.

    Parameters
    ----------
    value
        A number of bytes, as programs send and store it; or a text of at least 1 MiB, as people write it.

    Raises
    ------
    ValueError
        If it breaks :data:`MEMORY_RULE` (zero included: "no limit" is null).
    """
    size: Decimal | None = None
    least = MIN_WRITTEN_MEMORY if isinstance(value, str) else 1
    if isinstance(value, int) and not isinstance(value, bool):
        size = Decimal(value)
    elif isinstance(value, float) and value.is_integer():
        size = Decimal(int(value))
    elif isinstance(value, str) and (match := re.fullmatch(_NUMBER + r"\s*([kKMGTP]?i?)B?", value.strip())):
        unit = _UNITS.get(match[2].replace("ki", "Ki"))
        size = Decimal(match[1]) * unit if unit else None
    if size is None or not least <= size <= MAX_MEMORY:
        raise ValueError(f"must be {MEMORY_RULE}")
    return int(size)


def format_cpu(cores: float) -> str:
    """Write cores: ``0.5``, ``4``."""
    return f"{cores:.3f}".rstrip("0").rstrip(".")


def format_memory(size: int) -> str:
    """Write bytes in the largest unit that keeps them short: ``512 MiB``, ``1.5 GiB``."""
    value, unit = float(size), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if abs(value) < 1024:
            break
        if unit != "TiB":
            value /= 1024
    return f"{value:.1f}".rstrip("0").rstrip(".") + f" {unit}"
