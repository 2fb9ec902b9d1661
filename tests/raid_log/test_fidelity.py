"""Fidelity: what contracts predict against what Fusion says, in whole units; nothing is no figure."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raid_runs import NOON, answer, profile, rule, run, sent, submission, told

from contracts.results import Submission
from raid_log import InterfaceFidelity, Rate, RuleFidelity, Store, Unpredicted, fidelity, open_store

LATER = NOON + timedelta(hours=30)
RULES = (rule(units=4), rule("GL-200", column="DATE"))


def mixed(**where: object) -> Submission:
    """Two hits (one masked), one false alarm, two missed, one unexplained, two accepted, one excluded, one pending."""
    answers = [
        answer(0, rule="GL-100"),
        answer(0, code="EP01", column="DATE"),
        answer(1, code="EP01", column="DATE", rule="GL-200"),
        answer(3),
        answer(4, said="EF04: another account"),
        answer(8, code="DUPLICATE", counts=False),
    ]
    predictions = [(0, "GL-100"), (1, "GL-100"), (2, "GL-100"), (2, "GL-200"), (9, "GL-100")]
    return sent("RRARRSAARP", answers, predictions=predictions, rules=RULES, **where)


def test_units_are_counted_once_and_precision_and_recall_are_whole_numbers(store: Store) -> None:
    store.record(run("r1", mixed()), profile())
    (found,) = fidelity(store, profile())
    assert (found.interface, found.name, found.evidence_class) == ("FIN-01", "Feed FIN-01", "simulated")
    assert (found.units, found.agreed, found.false_alarms, found.missed, found.unexplained) == (8, 4, 1, 2, 1)
    assert (found.excluded, found.hits, found.predicted_refused, found.rejected) == (1, 2, 3, 5)
    assert (found.precision, found.recall) == (Rate(3, 2), Rate(5, 2))
    assert found.precision.text == "66.66 %"


def test_each_rule_has_its_hits_false_alarms_masked_and_missed_units(store: Store) -> None:
    store.record(run("r1", mixed()), profile())
    (found,) = fidelity(store, profile())
    assert found.rules == (
        RuleFidelity("GL-100", agreed=1, false_alarm=1, masked=1, missed=0),
        RuleFidelity("GL-200", agreed=0, false_alarm=1, masked=0, missed=1),
    )


def test_reasons_that_nothing_predicted_are_listed_by_code_with_their_units(store: Store) -> None:
    store.record(run("r1", mixed()), profile())
    (found,) = fidelity(store, profile())
    assert found.unpredicted == (
        Unpredicted("EF04", "EF04", "lines.AMOUNT", "", 2),
        Unpredicted("EP01", "EP01", "lines.DATE", "", 1),
        Unpredicted("EP01", "EP01", "lines.DATE", "GL-200", 1),
    )


def test_sentences_without_a_code_are_listed_by_their_words(store: Store) -> None:
    answers = [answer(unit, code="", said=said, file="", column="") for unit, said in enumerate(("a", "a", "b"))]
    store.record(run("r1", sent("RRR", answers)), profile())
    (found,) = fidelity(store, profile())
    assert found.unpredicted == (Unpredicted("", "a", "", "", 2), Unpredicted("", "b", "", "", 1))


def test_a_unit_refused_twice_under_one_code_or_rule_is_one_unit(store: Store) -> None:
    answers = [answer(0, said=said) for said in ("EF04", "EF04 again")]
    answers += [answer(1, code=code, rule="GL-100") for code in ("EP01", "EP02")]
    store.record(run("r1", sent("RR", answers, rules=RULES)), profile())
    (found,) = fidelity(store, profile())
    assert [(one.code, one.units) for one in found.unpredicted] == [("EF04", 1), ("EP01", 1), ("EP02", 1)]
    assert [one.missed for one in found.rules] == [1]


def test_without_a_denominator_there_is_no_figure(store: Store) -> None:
    assert fidelity(store, profile()) == []
    store.record(run("r1", sent("AA"), submission(["x"], interface="FIN-02")), profile())
    (found,) = fidelity(store, profile())
    assert (found.precision, found.recall, found.units) == (None, None, 2)


def test_what_has_no_final_outcome_is_not_listed(store: Store) -> None:
    store.record(run("r1", sent("PU", predictions=[(0, "GL-100")], ended=None)), profile())
    assert fidelity(store, profile()) == []


@pytest.mark.parametrize("quiet", [{"negative": True}, {"status": "draft"}])
def test_negative_payloads_and_drafts_do_not_count(store: Store, quiet: dict[str, object]) -> None:
    store.record(run("r1", mixed(**quiet)), profile())
    assert fidelity(store, profile()) == []


def test_interfaces_and_classes_stand_beside_each_other_strongest_first(store: Store) -> None:
    pod = {"evidence_class": "acceptance", "environment": "pod"}
    parts = (sent("A", interface="FIN-02"), sent("A"), sent("AR", [answer(1)], **pod))
    store.record(run("r1", *parts), profile())
    found = fidelity(store, profile())
    assert [(one.interface, one.evidence_class, one.units) for one in found] == [
        ("FIN-01", "acceptance", 2), ("FIN-01", "simulated", 1), ("FIN-02", "simulated", 1),
    ]  # fmt: skip
    assert fidelity(store, profile(), evidence_class="acceptance") == found[:1]
    assert found[1].unpredicted == ()


def test_only_the_asked_time_counts(store: Store) -> None:
    store.record(run("r1", sent("A"), sent("A", prefix="x", at=LATER, ended=LATER)), profile())

    def seen(**bounds: object) -> int:
        return sum(one.units for one in fidelity(store, profile(), **bounds))

    assert (seen(), seen(since=LATER), seen(until=LATER), seen(as_of=NOON), seen(as_of=LATER)) == (2, 1, 1, 0, 2)


def test_a_late_outcome_is_compared_with_the_predictions_of_its_check(store: Store) -> None:
    store.record(run("r1", sent("PP", predictions=[(0, "GL-100")], rules=RULES, ended=None)), profile())
    late = told("RR", [answer(0, rule="GL-100"), answer(1)])
    store.record_outcome("r1/1", late, profile(), at=LATER, source="file")
    (found,) = fidelity(store, profile())
    assert (found.hits, found.rejected, found.missed) == (1, 2, 1)
    assert found.rules == (RuleFidelity("GL-100", 1, 0, 0, 0),)


MANY = st.builds(
    sent,
    st.text("ARSPU", min_size=4, max_size=4),
    st.lists(st.builds(answer, st.integers(0, 3), rule=st.sampled_from(["", "GL-100"]), counts=st.booleans())),
    predictions=st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["GL-100", "GL-200"])), unique=True),
    rules=st.just(RULES),
)


@settings(max_examples=20, deadline=None)
@given(MANY)
def test_the_parts_add_up(tmp_path_factory: pytest.TempPathFactory, payload: Submission) -> None:
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}") as store:
        store.record(run("r1", payload), profile())
        for one in fidelity(store, profile()):
            assert one.units == one.agreed + one.false_alarms + one.missed + one.unexplained
            assert one.hits == one.predicted_refused - one.false_alarms
            assert one.hits <= one.rejected
            gaps = Counter(part.rule for part in one.unpredicted for _ in range(part.units))
            assert all(part.missed <= gaps[part.rule] for part in one.rules)
            assert all(part.units <= one.units for part in one.unpredicted)
            assert all(part.agreed + part.false_alarm + part.masked + part.missed > 0 for part in one.rules)


@pytest.mark.slow
def test_postgresql_gives_the_same_figures(postgres: Store, store: Store) -> None:
    found: list[list[InterfaceFidelity]] = []
    for one in (postgres, store):
        one.record(run("r1", mixed()), profile())
        found.append(fidelity(one, profile(), as_of=LATER))
    assert found[0] == found[1] != []
