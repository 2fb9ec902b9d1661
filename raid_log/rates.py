"""Rates: two integers and the words for them. Never rounded up, and no data is no evidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Self

from contracts.profiles import Profile

NO_EVIDENCE = "no evidence"
DEFAULT_TARGET = Decimal("99.5")
"""Per cent of first attempts: the programme's target where the profile names none."""


def rate_text(accepted: int, submitted: int) -> str:
    """Return ``99.49 %``, cut off after two places, never rounded up; ``no evidence`` of nothing submitted."""
    if submitted == 0:
        return NO_EVIDENCE
    hundredths = accepted * 10_000 // submitted
    return f"{hundredths // 100}.{hundredths % 100:02d} %"


def target_of(profile: Profile) -> Decimal:
    """Return the acceptance rate that the profile wants, in per cent: the highest of its goals, 99.5 without one."""
    wanted = [Decimal(str(goal.target)) for goal in profile.goals if goal.measure == "acceptance_rate"]
    return max(wanted, default=DEFAULT_TARGET)


@dataclass(frozen=True)
class Rate:
    """Accepted of submitted units."""

    submitted: int = 0
    accepted: int = 0

    @classmethod
    def total(cls, rates: Iterable[Self]) -> Self:
        """Return the pooled rate: counts are added up, rates never."""
        pairs = [(rate.submitted, rate.accepted) for rate in rates]
        return cls(sum(pair[0] for pair in pairs), sum(pair[1] for pair in pairs))

    @property
    def text(self) -> str:
        """The rate for people."""
        return rate_text(self.accepted, self.submitted)

    @property
    def share(self) -> Fraction:
        """The rate as a fraction, to be compared; 1 of nothing submitted."""
        return Fraction(self.accepted, self.submitted) if self.submitted else Fraction(1)

    def meets(self, target: Decimal) -> bool:
        """Return whether the rate reaches ``target`` per cent, in whole numbers; False without evidence."""
        wanted = Fraction(target)
        return self.submitted > 0 and 100 * self.accepted * wanted.denominator >= wanted.numerator * self.submitted
