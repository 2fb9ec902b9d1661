"""Bounds: what first attempts prove, with the golden tables of the specification."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import comb
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from raid_log import Rate, StoreError
from raid_log.bounds import (
    LEAST_UNITS,
    BoundedRate,
    allowed,
    bounded_rate,
    design_effect,
    lower_bound,
    missing_evidence,
    needed,
    wilson_band,
)
from raid_log.rates import rate_text

TARGET = Decimal("99.5")
SHOWN = [
    (0, 598, "100.000"),
    (1, 947, "99.894"),
    (2, 1_258, "99.841"),
    (3, 1_549, "99.806"),
    (4, 1_829, "99.781"),
    (5, 2_100, "99.762"),
    (10, 3_389, "99.705"),
    (20, 5_808, "99.656"),
    (50, 12_651, "99.605"),
]
ALLOWED = [(1_000, 1, 5), (2_000, 4, 10), (5_000, 16, 25), (10_000, 38, 50), (50_000, 223, 250)]

unhurried = settings(deadline=None)  # whichever test comes first imports scipy
targets = st.sampled_from([Decimal(text) for text in ("80", "90", "95", "99", "99.5", "99.9")])
confidences = st.sampled_from([Decimal(text) for text in ("80", "90", "95", "99")])


@st.composite
def rates(draw: st.DrawFn, most: int = 300) -> Rate:
    units = draw(st.integers(0, most))
    return Rate(units, draw(st.integers(0, units)))


def singles(units: int, rejects: int) -> list[Rate]:
    """Units that came one by one."""
    return [Rate(1, 0)] * rejects + [Rate(1, 1)] * (units - rejects)


@pytest.mark.parametrize(("rejects", "units", "observed"), SHOWN)
def test_so_many_first_attempts_show_the_target_in_spite_of_so_many_rejects(
    rejects: int, units: int, observed: str
) -> None:
    assert needed(rejects) == units
    assert f"{100 * (units - rejects) / units:.3f}" == observed
    assert lower_bound(units, units - rejects) >= TARGET > lower_bound(units - 1, units - 1 - rejects)


@pytest.mark.parametrize(("rejects", "units"), [(0, 919), (1, 1_325), (2, 1_678)])
def test_more_confidence_needs_more_first_attempts(rejects: int, units: int) -> None:
    assert needed(rejects, TARGET, Decimal(99)) == units


@pytest.mark.parametrize(("units", "exact", "plain"), ALLOWED)
def test_so_many_rejects_are_allowed(units: int, exact: int, plain: int) -> None:
    assert allowed(units) == exact
    assert Rate(units, units - plain).meets(TARGET)
    assert not Rate(units, units - plain - 1).meets(TARGET)


@pytest.mark.parametrize(("units", "exact", "plain"), ALLOWED)
def test_wilson_allows_as_many_rejects_up_to_ten_thousand_and_one_more_at_fifty_thousand(
    units: int, exact: int, plain: int
) -> None:
    by_wilson = max(rejects for rejects in range(plain) if wilson_band(units, units - rejects)[0] >= TARGET)
    assert by_wilson == (224 if units == 50_000 else exact)


def test_a_bound_that_is_just_the_target_shows_it() -> None:
    assert (needed(0, Decimal(5)), allowed(1, Decimal(5))) == (1, 0)  # one of one has the bound 5 %
    assert lower_bound(1, 1) == 5


def test_five_hundred_first_attempts_prove_nothing() -> None:
    assert allowed(0) is None
    assert allowed(500) is None
    assert allowed(597) is None
    assert allowed(598) == 0


def test_the_least_number_of_first_attempts_is_the_one_without_a_reject() -> None:
    assert needed(0) == LEAST_UNITS


@unhurried
@given(st.integers(0, 120), targets, confidences)
def test_the_rejects_allowed_are_those_of_the_binomial_in_whole_numbers(
    units: int, target: Decimal, confidence: Decimal
) -> None:
    kept, doubt = Fraction(target) / 100, 1 - Fraction(confidence) / 100
    chance, exact = Fraction(0), None
    for rejects in range(units + 1):
        chance += comb(units, rejects) * (1 - kept) ** rejects * kept ** (units - rejects)
        exact = rejects if chance <= doubt else exact
    assert allowed(units, target, confidence) == exact


@unhurried
@given(st.integers(0, 40), targets, confidences)
def test_needed_and_allowed_are_the_two_sides_of_one_table(rejects: int, target: Decimal, confidence: Decimal) -> None:
    units = needed(rejects, target, confidence)
    assert allowed(units, target, confidence) == rejects
    assert allowed(units - 1, target, confidence) == (rejects - 1 if rejects else None)
    assert needed(rejects + 1, target, confidence) > units


@unhurried
@given(st.integers(1, 3_000), targets, confidences)
def test_the_bound_reaches_the_target_just_where_the_rejects_are_allowed(
    units: int, target: Decimal, confidence: Decimal
) -> None:
    most = allowed(units, target, confidence)
    too_many = 0 if most is None else most + 1
    assert lower_bound(units, units - too_many, confidence) < target
    if most is not None:
        assert lower_bound(units, units - most, confidence) >= target


@unhurried
@given(st.integers(1, 5_000), st.data())
def test_the_bound_rises_with_what_is_accepted_and_falls_with_the_confidence(units: int, data: st.DataObject) -> None:
    accepted = data.draw(st.integers(0, units - 1))
    bound = lower_bound(units, accepted)
    assert 0 <= bound < lower_bound(units, accepted + 1) < 100
    assert lower_bound(units, accepted, Decimal(99)) <= bound <= lower_bound(units, accepted, Decimal(90))
    assert lower_bound(units + 1, accepted) <= bound < lower_bound(2 * units, 2 * accepted + 2)


@unhurried
@given(st.floats(1, 10_000), st.floats(0.0, 1.0))
def test_the_bound_of_counts_that_are_no_whole_numbers_stays_below_the_share(units: float, share: float) -> None:
    bound = lower_bound(units, units * share)
    assert 0 <= bound <= 100 * share
    assert lower_bound(units * 2, units * 2 * share) >= bound


@pytest.mark.parametrize("units", [1, 2, 59, 598])
def test_the_bound_with_all_accepted_is_the_root_of_the_doubt_and_is_cut_off(units: int) -> None:
    bound = lower_bound(units, units)
    assert (bound / 100) ** units <= Decimal("0.05") < ((bound + Decimal("0.000001")) / 100) ** units


def test_nothing_submitted_and_nothing_accepted_have_a_bound_of_nothing() -> None:
    assert lower_bound(0, 0) == 0
    assert lower_bound(1_000, 0) == 0


@pytest.mark.parametrize("confidence", [Decimal(0), Decimal(50), Decimal(100), Decimal("0.95")])
def test_a_confidence_that_makes_no_bound_is_refused(confidence: Decimal) -> None:
    for asked in (
        lambda: lower_bound(10, 0, confidence),
        lambda: bounded_rate([], TARGET, confidence),
        lambda: needed(0, TARGET, confidence),
        lambda: wilson_band(10, 10, confidence),
    ):
        with pytest.raises(StoreError, match="no bound has a confidence of"):
            asked()


@pytest.mark.parametrize("target", [Decimal(0), Decimal(100), Decimal(101)])
def test_a_target_that_no_count_can_show_is_refused(target: Decimal) -> None:
    for ask in (needed, allowed):
        with pytest.raises(StoreError, match=f"no count can show a target of {target} %"):
            ask(5, target)


@unhurried
@given(rates(most=2_000))
def test_the_band_holds_the_rate(rate: Rate) -> None:
    low, high = wilson_band(rate.submitted, rate.accepted)
    assert 0 <= low < high <= 100
    if rate.submitted:
        assert low - 1e-9 <= 100 * rate.accepted / rate.submitted <= high + 1e-9


def test_the_band_is_wilsons() -> None:
    assert wilson_band(100, 100) == pytest.approx((100 / 1.0270554, 100))  # z^2 = 2.70554
    half = 50 * (2.70554 / 102.70554) ** 0.5  # of an even share: z / 2 / sqrt(n + z^2)
    assert wilson_band(100, 50) == pytest.approx((50 - half, 50 + half))


def test_the_band_of_nothing_is_everything() -> None:
    assert wilson_band(0, 0) == (0.0, 100.0)


@unhurried
@given(st.lists(rates(), max_size=8), st.randoms(use_true_random=False))
def test_clusters_never_prove_more_than_units_that_came_one_by_one(submissions: list[Rate], random: Random) -> None:
    found, pooled = bounded_rate(submissions), Rate.total(submissions)
    assert found.rate == pooled
    assert found.lower_bound <= lower_bound(pooled.submitted, pooled.accepted)
    assert found.effective_units <= pooled.submitted
    assert found.rejects == pooled.submitted - pooled.accepted
    shuffled = random.sample(submissions, len(submissions))
    assert bounded_rate([*shuffled, Rate()]) == found


@unhurried
@given(st.integers(1, 400), st.data())
def test_units_that_came_one_by_one_have_the_exact_bound(units: int, data: st.DataObject) -> None:
    rejects = data.draw(st.integers(0, units))
    came = singles(units, rejects)
    found = bounded_rate(came)
    assert design_effect(came) == 1
    assert found.effective_units == units
    assert found.lower_bound == lower_bound(units, units - rejects)


@unhurried
@given(st.integers(2, 30), st.integers(2, 300), st.data())
def test_rejects_spread_evenly_over_the_submissions_leave_the_exact_bound(
    clusters: int, units: int, data: st.DataObject
) -> None:
    even = [Rate(units, data.draw(st.integers(1, units - 1)))] * clusters
    found, pooled = bounded_rate(even), Rate.total(even)
    assert design_effect(even) == 0
    assert found.effective_units == pooled.submitted
    assert found.lower_bound == lower_bound(pooled.submitted, pooled.accepted)


@unhurried
@given(st.integers(2, 40), st.integers(1, 200))
def test_submissions_taken_or_refused_as_wholes_count_as_one_unit_each_at_most(clusters: int, units: int) -> None:
    wholes = [Rate(units, 0), *[Rate(units, units)] * (clusters - 1)]
    assert design_effect(wholes) == pytest.approx((clusters * units - 1) / (clusters - 1))
    assert bounded_rate(wholes).lower_bound <= lower_bound(clusters, clusters - 1)


def test_the_design_effect_and_the_effective_units_are_those_of_the_formula() -> None:
    submissions = [Rate(100, 100), Rate(100, 100), Rate(100, 100), Rate(100, 96)]
    between = 4 / 3 * (1 + 1 + 1 + 9) / 400**2
    effect = between / (0.99 * 0.01 / 399)
    assert design_effect(submissions) == pytest.approx(effect)
    student = 1.64868, 2.35336  # of 95 % with 399 and with 3 degrees of freedom, from a table
    effective = 400 / effect * (student[0] / student[1]) ** 2
    found = bounded_rate(submissions)
    assert float(found.effective_units) == pytest.approx(effective, abs=0.02)
    assert float(found.lower_bound) == pytest.approx(float(lower_bound(effective, 0.99 * effective)), abs=0.001)


def test_the_same_rejects_prove_less_when_they_came_together() -> None:
    spread = [Rate(1_000, 999)] * 10
    together = [Rate(1_000, 990), *[Rate(1_000, 1_000)] * 9]
    assert bounded_rate(spread).verdict == "proved"
    assert bounded_rate(together).verdict == "met"
    assert bounded_rate(spread).rate == bounded_rate(together).rate


def test_a_single_submission_proves_nothing_however_large_it_is() -> None:
    found = bounded_rate([Rate(20_000, 20_000)])
    assert (found.verdict, found.submissions, found.effective_units) == ("met", 1, 1)
    assert found.lower_bound == 5
    assert design_effect([Rate(20_000, 20_000)]) == 20_000
    assert bounded_rate([Rate(20_000, 19_000)]).verdict == "not_met"


def test_few_submissions_without_a_reject_prove_less_than_many() -> None:
    few, many = bounded_rate([Rate(120, 120)] * 5), bounded_rate([Rate(6, 6)] * 100)
    assert few.rate == many.rate == Rate(600, 600)
    assert 357 < few.effective_units < 360  # 600 x (1.647 / 2.132)^2: Student with 599 and with 4 degrees of freedom
    assert few.lower_bound < many.lower_bound < TARGET
    assert bounded_rate(singles(600, 0)).verdict == "proved"


def test_nothing_accepted_has_a_bound_of_nothing() -> None:
    found = bounded_rate([Rate(100, 0)] * 6)
    assert (found.lower_bound, found.verdict, found.bound_text) == (0, "not_met", "0.00 %")


@pytest.mark.parametrize("submissions", [[], [Rate()], [Rate(), Rate()]])
def test_nothing_submitted_is_no_evidence(submissions: list[Rate]) -> None:
    found = bounded_rate(submissions)
    assert (found.verdict, found.text, found.bound_text) == ("no_evidence", "no evidence", "no evidence")
    assert (found.submissions, found.rejects, found.effective_units, found.lower_bound) == (0, 0, 0, 0)
    assert design_effect(submissions) == 1


@pytest.mark.parametrize(
    ("accepted", "submitted", "bound", "text"),
    [
        (994_999, 1_000_000, "99.49", "NOT MET"),
        (995, 1_000, "99.499999", "MET"),
        (995, 1_000, "99.5", "PROVED"),
        (994, 1_000, "99.5", "NOT MET"),
        (0, 0, "0", "no evidence"),
    ],
)
def test_the_verdict_compares_whole_numbers_and_the_bound_that_was_cut_off(
    accepted: int, submitted: int, bound: str, text: str
) -> None:
    found = BoundedRate(Rate(submitted, accepted), 7, Decimal(submitted), Decimal(bound), TARGET, Decimal(95))
    assert found.text == text


@unhurried
@given(st.lists(rates(), min_size=1, max_size=8), targets)
def test_what_is_proved_is_met_and_what_is_met_has_the_rate(submissions: list[Rate], target: Decimal) -> None:
    found = bounded_rate(submissions, target)
    pooled = Rate.total(submissions)
    assert (found.verdict in ("met", "proved")) == pooled.meets(target)
    assert (found.verdict == "proved") == (pooled.submitted > 0 and found.lower_bound >= target)


def test_the_bound_is_printed_cut_off_like_a_rate() -> None:
    found = BoundedRate(Rate(1_000, 995), 7, Decimal(1_000), Decimal("99.499999"), TARGET, Decimal(95))
    assert found.bound_text == rate_text(99_499_999, 100_000_000) == "99.49 %"


@pytest.mark.parametrize(
    ("correlation", "plain", "clustered"),
    [(0.0, 3, 3), (0.005, 10, 6), (0.02, 24, 9), (0.05, 35, 15), (0.1, 44, 23)],
)
def test_the_clustered_bound_is_wrong_less_often_than_the_plain_one(
    correlation: float, plain: int, clustered: int
) -> None:
    """30 submissions of 200 units whose true reject rate is just 0.5 %, so that PROVED is wrong; in per cent."""
    wrong_plain, wrong_clustered = _wrong(correlation, draws=1_000)
    assert wrong_plain == pytest.approx(plain, abs=3)
    assert wrong_clustered == pytest.approx(clustered, abs=3)
    assert wrong_clustered < wrong_plain


def _wrong(correlation: float, draws: int) -> tuple[float, float]:
    random = np.random.default_rng(20_261)
    true = np.full((draws, 30), 0.005)
    if correlation:
        spread = 1 / correlation - 1
        true = random.beta(0.005 * spread, 0.995 * spread, (draws, 30))
    accepted = 200 - random.binomial(200, true)
    plain = sum(lower_bound(6_000, int(one.sum())) >= TARGET for one in accepted)
    clustered = sum(bounded_rate(Rate(200, int(kept)) for kept in one).lower_bound >= TARGET for one in accepted)
    return 100 * plain / draws, 100 * clustered / draws


ENOUGH = {"units": 598, "submissions": 5, "dates": 5, "weeks_in_a_row": 2, "peak_seen": True}


def test_the_minimum_evidence_leaves_nothing_missing() -> None:
    assert missing_evidence(**ENOUGH) == []


@pytest.mark.parametrize(
    ("short", "text"),
    [
        ({"units": 597}, "first attempts: 597 of 598"),
        ({"submissions": 4}, "submissions: 4 of 5"),
        ({"dates": 4}, "dates: 4 of 5"),
        ({"weeks_in_a_row": 1}, "weeks in a row: 1 of 2"),
        ({"peak_seen": False}, "peak volume: not seen"),
    ],
)
def test_each_thing_that_is_missing_is_named(short: dict[str, int], text: str) -> None:
    assert missing_evidence(**{**ENOUGH, **short}) == [text]


def test_a_census_needs_no_number_of_first_attempts_but_all_the_rest() -> None:
    assert missing_evidence(**{**ENOUGH, "units": 40}, census=True) == []
    assert len(missing_evidence(units=40, submissions=1, dates=1, weeks_in_a_row=1, peak_seen=False, census=True)) == 4


def test_nothing_at_all_lacks_everything() -> None:
    assert len(missing_evidence(units=0, submissions=0, dates=0, weeks_in_a_row=0, peak_seen=False)) == 5
