"""Lower bounds of a rate: what the first attempts seen prove about the target, and what must be seen to prove it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_FLOOR, Context, Decimal, localcontext
from math import sqrt
from statistics import NormalDist
from typing import Literal

from raid_log.errors import StoreError
from raid_log.rates import DEFAULT_TARGET, NO_EVIDENCE, Rate, rate_text

Verdict = Literal["no_evidence", "not_met", "met", "proved"]

VERDICT_TEXT: Mapping[Verdict, str] = {
    "no_evidence": NO_EVIDENCE,
    "not_met": "NOT MET",
    "met": "MET",
    "proved": "PROVED",
}
CONFIDENCE = Decimal(95)
"""Per cent, one-sided."""

LEAST_UNITS = 598
"""First attempts without a reject that show 99.5 % at one-sided 95 % (exact binomial)."""
LEAST_SUBMISSIONS = 5
LEAST_DATES = 5
LEAST_WEEKS = 2

# Fifty digits and any exponent: the sums below have no negative term, so hardly a digit is lost.
_FINE = Context(prec=50, Emin=MIN_EMIN, Emax=MAX_EMAX)


@dataclass(frozen=True)
class BoundedRate:
    """A rate of first attempts with its lower bound; one submission is one cluster."""

    rate: Rate
    submissions: int  # with at least one first attempt
    effective_units: Decimal  # independent units that would tell as much, cut off after 2 places; at most the units
    lower_bound: Decimal  # per cent, cut off after 6 places, never rounded up
    target: Decimal  # per cent
    confidence: Decimal  # per cent, one-sided

    @property
    def rejects(self) -> int:
        """First attempts that were not accepted."""
        return self.rate.submitted - self.rate.accepted

    @property
    def verdict(self) -> Verdict:
        """``proved`` if the lower bound reaches the target, ``met`` if only the rate does."""
        if self.rate.submitted == 0:
            return "no_evidence"
        if not self.rate.meets(self.target):
            return "not_met"
        return "proved" if self.lower_bound >= self.target else "met"

    @property
    def text(self) -> str:
        """The verdict for people: ``PROVED``."""
        return VERDICT_TEXT[self.verdict]

    @property
    def bound_text(self) -> str:
        """The lower bound for people, like a rate: ``99.49 %``, or ``no evidence``."""
        return rate_text(int(self.lower_bound * 10**6), 10**8) if self.rate.submitted else NO_EVIDENCE


def bounded_rate(
    submissions: Iterable[Rate], target: Decimal = DEFAULT_TARGET, confidence: Decimal = CONFIDENCE
) -> BoundedRate:
    """Return the pooled rate of the submissions, one rate each, with its Korn-Graubard lower bound.

    Korn and Graubard, Survey Methodology 24 (1998), 193-201: the exact bound (Clopper-Pearson) of n* units of which
    n* p are accepted, with n* = n / design effect x (t[n - 1] / t[c - 1])^2, at most n; p is the pooled rate of n units
    in c submissions, t[d] the one-sided Student quantile with d degrees of freedom. Units of a single submission are
    taken as wholly alike: n* is 1. Raises StoreError for a confidence outside of 50 to 100 %.
    """
    seen = [one for one in submissions if one.submitted]
    pooled = Rate.total(seen)
    effective = _effective_units(seen, confidence)
    accepted = pooled.accepted * (effective / pooled.submitted) if seen else 0
    bound = lower_bound(effective, accepted, confidence)
    return BoundedRate(pooled, len(seen), _cut(effective, 2), bound, target, confidence)


def lower_bound(units: float, accepted: float, confidence: Decimal = CONFIDENCE) -> Decimal:
    """Return the exact one-sided lower bound (Clopper-Pearson) of a share, in per cent, cut off after 6 places.

    Both counts may be effective ones, so no whole numbers. 0 if nothing is accepted. Raises StoreError for a
    confidence outside of 50 to 100 %.
    """
    from scipy.special import betaincinv  # slow to import, and few commands ask for a bound

    doubt = _doubt(confidence)
    if accepted <= 0:
        return Decimal(0)
    return _cut(100 * Decimal(float(betaincinv(accepted, units - accepted + 1, float(doubt)))), 6)


def design_effect(submissions: Iterable[Rate]) -> float:
    """Return how many times wider the rate's variance is than that of as many units that came one by one.

    The variance between the submissions (ratio estimator) over p (1 - p) / (n - 1). 1 if all units are accepted or none
    is, for then nothing can be told; n of a single submission, as if its units were wholly alike; 1 of none.
    """
    seen = [one for one in submissions if one.submitted]
    units, accepted, clusters = sum(one.submitted for one in seen), sum(one.accepted for one in seen), len(seen)
    if clusters < 2:
        return float(max(units, 1))
    if accepted in (0, units):
        return 1.0
    # In whole numbers up to the last step: n x (accepted - p x submitted) of each submission.
    squares = sum((units * one.accepted - accepted * one.submitted) ** 2 for one in seen)
    return clusters * (units - 1) * squares / ((clusters - 1) * units**2 * accepted * (units - accepted))


def _effective_units(seen: Sequence[Rate], confidence: Decimal) -> float:
    from scipy.special import stdtrit

    units, clusters = sum(one.submitted for one in seen), len(seen)
    if clusters < 2:
        return float(clusters)
    # An even spread over few submissions may be luck: the fewer they are, the less it is worth.
    plain, clustered = stdtrit([units - 1, clusters - 1], float(1 - _doubt(confidence)))
    correction = float(plain / clustered) ** 2
    effect = design_effect(seen)
    return float(units) if effect <= correction else units * (correction / effect)


def needed(rejects: int, target: Decimal = DEFAULT_TARGET, confidence: Decimal = CONFIDENCE) -> int:
    """Return the least number of independent first attempts that show the target in spite of so many rejects.

    598 without a reject at 99.5 % and one-sided 95 % (exact binomial). Raises StoreError for a target outside of 0 to
    100 % or a confidence outside of 50 to 100 %, the ends not allowed.
    """

    def enough(units: int) -> bool:
        most = allowed(units, target, confidence)
        return most is not None and most >= rejects

    high = 1
    while not enough(high):
        high *= 2
    return bisect_left(range(high), True, key=enough)


def allowed(units: int, target: Decimal = DEFAULT_TARGET, confidence: Decimal = CONFIDENCE) -> int | None:
    """Return the most rejects among so many independent first attempts that still show the target.

    None if even without a reject they are too few. Raises StoreError as ``needed`` does.
    """
    with localcontext(_FINE):
        kept, doubt = _kept(target), _doubt(confidence)
        odds = (1 - kept) / kept
        rejects = 0
        term = chance = kept**units  # of at most so many rejects, were the true rate just the target
        while chance <= doubt:
            term *= odds * (units - rejects) / (rejects + 1)
            chance += term
            rejects += 1
    return rejects - 1 if rejects else None


def wilson_band(units: int, accepted: int, confidence: Decimal = CONFIDENCE) -> tuple[float, float]:
    """Return the ends of Wilson's band around a rate, in per cent, each one-sided: for drawing, never for a verdict.

    0 to 100 if nothing was submitted. Raises StoreError for a confidence outside of 50 to 100 %.
    """
    z = NormalDist().inv_cdf(float(1 - _doubt(confidence)))
    if units == 0:
        return 0.0, 100.0
    share, weight = accepted / units, z * z / units
    middle = share + weight / 2
    half = z * sqrt(share * (1 - share) / units + (weight / units) / 4)
    return 100 * max(0.0, (middle - half) / (1 + weight)), 100 * min(1.0, (middle + half) / (1 + weight))


def missing_evidence(
    *, units: int, submissions: int, dates: int, weeks_in_a_row: int, peak_seen: bool, census: bool = False
) -> list[str]:
    """Return what is missing before MET may be said, one short text each: ``submissions: 3 of 5``; empty if nothing is.

    ``units`` are first attempts; ``census``: all units there are were loaded, so their number need not suffice;
    ``dates`` are those of the submissions; ``peak_seen``: one submission had the peak volume.
    """
    needs = [
        ("first attempts", units, 0 if census else LEAST_UNITS),
        ("submissions", submissions, LEAST_SUBMISSIONS),
        ("dates", dates, LEAST_DATES),
        ("weeks in a row", weeks_in_a_row, LEAST_WEEKS),
    ]
    short = [f"{name}: {have} of {least}" for name, have, least in needs if have < least]
    return short if peak_seen else [*short, "peak volume: not seen"]


def _kept(target: Decimal) -> Decimal:
    if not 0 < target < 100:
        raise StoreError(f"no count can show a target of {target} %", todo="name a target between 0 and 100 %")
    return target / 100


def _doubt(confidence: Decimal) -> Decimal:
    if not 50 < confidence < 100:
        raise StoreError(f"no bound has a confidence of {confidence} %", todo="name one between 50 and 100 %, like 95")
    return 1 - confidence / 100


def _cut(value: float | Decimal, places: int) -> Decimal:
    return Decimal(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_FLOOR)
