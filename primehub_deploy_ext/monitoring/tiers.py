"""How finely the past is kept, and which part of it a range shows."""

from __future__ import annotations

from dataclasses import dataclass

from primehub_deploy_ext.domain.metrics import MetricsRange

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Tier:
    """Intervals of one length.

    Parameters
    ----------
    step
        Seconds of one interval.
    kept
        Seconds after which one is forgotten; the next tier has it then.
    """

    step: int
    kept: int

    def start_of(self, time: float) -> int:
        """Return where the interval begins that a Unix time lies in."""
        return int(time // self.step) * self.step


# A little longer than what is shown, so that no range loses its oldest points while the next interval is incomplete.
TIERS = (Tier(5, 16 * MINUTE), Tier(MINUTE, 6 * HOUR + 12 * MINUTE), Tier(10 * MINUTE, 7 * DAY + HOUR))
FINEST = TIERS[0]

LENGTHS = {
    MetricsRange.QUARTER: 15 * MINUTE,
    MetricsRange.HOUR: HOUR,
    MetricsRange.SIX_HOURS: 6 * HOUR,
    MetricsRange.DAY: DAY,
    MetricsRange.WEEK: 7 * DAY,
}


def tier_of(wanted: MetricsRange) -> Tier:
    """Return the finest tier that reaches back so far."""
    return next(tier for tier in TIERS if tier.kept >= LENGTHS[wanted])
