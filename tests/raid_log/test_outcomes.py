"""Recording what Fusion said: outcomes of units, what they show of defects, what they count in the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raid_runs import (
    NOON,
    answer,
    content,
    failing,
    finding,
    interface,
    profile,
    result,
    rule,
    run,
    sent,
    submission,
    told,
    units,
    whole,
)
from sqlalchemy import func, select

from contracts.results import Submission
from raid_log import Rate, Store, StoreError, figures, fingerprint, item, items, open_store, readiness, run_figures
from raid_log.tables import Base

LATER = NOON + timedelta(hours=30)
SOON = NOON + timedelta(hours=1)
LAST_WEEK = NOON - timedelta(days=7)


def test_each_unit_keeps_its_outcome_the_stage_it_reached_and_when_it_ended(store: Store) -> None:
    store.record(run("r1", sent("ARSPU", [answer(1)], ended=None), finished=LATER), profile())
    assert units(store) == [
        ("accepted", "S3", LATER, False),
        ("rejected", "S2", LATER, False),
        ("rejected_unexplained", "S2", LATER, False),
        ("pending", "S2", None, False),
        ("unknown", "S1", None, False),
    ]


def test_final_units_end_when_fusion_was_done(store: Store) -> None:
    store.record(run("r1", sent("A")), profile())
    assert units(store) == [("accepted", "S3", SOON, False)]


def test_what_was_only_checked_has_no_outcome(store: Store) -> None:
    store.record(run("r1", submission()), profile())
    assert units(store) == [(None, None, None, False)]


def wrong_word() -> Submission:
    said = told("A")
    strange = replace(said, outcomes=said.outcomes.with_columns(outcome=said.outcomes["stage"]))
    return submission(delivered=strange, evidence_class="simulated")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (submission(["a", "b"], delivered=told("A"), evidence_class="simulated"), "1 outcomes for 2 units"),
        (submission(["a"], delivered=told("A")), "an outcome of class conformance"),
        (wrong_word(), "'S3' is no outcome"),
    ],
)
def test_outcomes_that_do_not_fit_are_refused_and_nothing_is_recorded(
    store: Store, wrong: Submission, words: str
) -> None:
    before = content(store)
    with pytest.raises(StoreError, match=words):
        store.record(run("r1", wrong), profile())
    assert content(store) == before


def test_a_refusal_that_the_rule_predicted_is_one_defect_seen_twice(store: Store) -> None:
    checked = sent("RA", [answer(0, rule="GL-100")], predictions=[(0, "GL-100")], rules=[rule()])
    assert store.record(run("r1", checked), profile()).opened == ("RAID-0001",)
    defect = item(store, "RAID-0001")
    assert [(one.stage, one.comparison, one.units) for one in defect.occurrences] == [
        ("S1", "", 1),
        ("S3", "agreed", 1),
    ]
    assert (defect.title, defect.evidence_class, defect.proposed_root_cause) == ("Journals balance", "simulated", "")


def test_a_load_error_is_found_at_s2(store: Store) -> None:
    store.record(run("r1", sent("R", [answer(0, code="ORA_01722")], stage="S1")), profile())
    assert item(store, "RAID-0001").occurrences[0].stage == "S2"


def test_a_refusal_that_nothing_predicted_opens_a_contract_gap_under_the_code(store: Store) -> None:
    amounts = [Decimal("1.10"), Decimal(2), Decimal(4)]
    recorded = store.record(run("r1", sent("RRA", [answer(0), answer(1)], amounts=amounts)), profile())
    assert recorded.opened == ("RAID-0001",)
    gap = item(store, "RAID-0001")
    assert gap.title == "Contract gap: Fusion refuses with EF04 what the contract passes"
    assert (gap.cause, gap.field, gap.severity) == ("EF04", "lines.AMOUNT", "significant")
    assert gap.fingerprints == (fingerprint("FIN-01", "finance.gl", "EF04", "lines.AMOUNT"),)
    (seen,) = gap.occurrences
    assert (seen.stage, seen.comparison, seen.units, seen.records, seen.amount) == (
        "S3",
        "missed",
        2,
        4,
        Decimal("3.10"),
    )
    assert gap.proposed_root_cause == "contract wrong"


def test_a_refusal_that_its_rule_did_not_see_is_missed_and_stays_the_rules_defect(store: Store) -> None:
    passed = rule(status="passed", findings=0, units=0, severity="critical")
    store.record(run("r1", sent("R", [answer(0, rule="GL-100", file="", column="")], rules=[passed])), profile())
    gap = item(store, "RAID-0001")
    assert gap.title == "Contract gap: Fusion refuses with EF04 what rule GL-100 passes"
    assert (gap.cause, gap.field, gap.severity) == ("GL-100", "lines.AMOUNT", "critical")
    store.record(run("r2", failing(at=SOON)), profile())
    assert [one.comparison for one in item(store, "RAID-0001").occurrences] == ["missed", ""]


def test_a_false_alarm_is_an_occurrence_of_the_rules_defect(store: Store) -> None:
    store.record(run("r1", failing(prefix="x", at=NOON - timedelta(hours=1))), profile())
    taken = sent("AA", predictions=[(0, "GL-100")], rules=[rule()])
    assert store.record(run("r2", taken), profile()).opened == ()
    defect = item(store, "RAID-0001")
    assert [(one.stage, one.comparison, one.units) for one in defect.occurrences][-1] == ("S3", "false_alarm", 1)
    assert defect.proposed_root_cause == "contract wrong"


def test_a_false_alarm_of_a_mild_rule_opens_an_item_of_its_severity(store: Store) -> None:
    mild = rule(severity="moderate")
    store.record(run("r1", sent("A", predictions=[(0, "GL-100")], rules=[mild])), profile())
    alarm = item(store, "RAID-0001")
    assert (alarm.title, alarm.severity) == ("False alarm: Fusion accepts what rule GL-100 refuses", "moderate")


def test_agreed_and_missed_of_one_rule_in_one_payload_are_told_apart(store: Store) -> None:
    answers = [answer(0, rule="GL-100"), answer(1, rule="GL-100")]
    store.record(run("r1", sent("RR", answers, predictions=[(0, "GL-100")], rules=[rule()])), profile())
    seen = {one.comparison: one.units for one in item(store, "RAID-0001").occurrences}
    assert seen == {"": 1, "agreed": 1, "missed": 1}


def test_a_refusal_without_code_is_known_by_its_words(store: Store) -> None:
    said = "The value <value> is not valid. " * 20
    store.record(run("r1", sent("R", [answer(0, code="", said=said, file="", column="")])), profile())
    gap = item(store, "RAID-0001")
    assert (gap.cause, gap.field) == (said[:200], "")
    assert gap.title == f"Contract gap: Fusion refuses with {said[:200]} what the contract passes"


def test_a_refusal_without_a_word_is_unexplained(store: Store) -> None:
    silent = {"unit": 1, "file": "", "column": "", "code": "", "said": "", "rule": "", "counts": True}
    recorded = store.record(run("r1", sent("SRR", [silent], rules=[rule(status="passed", findings=0)])), profile())
    assert recorded.opened == ("RAID-0001",)
    defect = item(store, "RAID-0001")
    assert (defect.cause, defect.field, defect.title) == ("unexplained", "", "Fusion refuses without a reason")
    assert [(one.comparison, one.units) for one in defect.occurrences] == [("unexplained", 3)]


def test_a_predicted_refusal_for_the_sake_of_a_sibling_opens_nothing_more(store: Store) -> None:
    checked = sent("RR", [answer(0, rule="GL-100")], predictions=[(0, "GL-100"), (1, "GL-100")], rules=[rule()])
    assert store.record(run("r1", checked), profile()).opened == ("RAID-0001",)
    assert [one.units for one in item(store, "RAID-0001").occurrences] == [1, 1]


@pytest.mark.parametrize("quiet", [{"status": "draft"}, {"negative": True}, {"evidence_class": "generated"}])
def test_drafts_negative_and_generated_payloads_keep_their_outcomes_and_open_nothing(
    store: Store, quiet: dict[str, Any]
) -> None:
    store.record(run("r1", sent("RSA", [answer(0)], predictions=[(2, "GL-100")], **quiet)), profile())
    assert [unit[0] for unit in units(store)] == ["rejected", "rejected_unexplained", "accepted"]
    assert items(store) == []


def test_codes_that_do_not_count_open_nothing_and_leave_the_unit_out_of_the_rate(store: Store) -> None:
    duplicate = answer(0, code="DUPLICATE_INVOICE_NUMBER", counts=False)
    both = [answer(1, code="DUPLICATE_INVOICE_NUMBER", counts=False), answer(1)]
    store.record(run("r1", sent("RRA", [duplicate, *both])), profile())
    assert [unit[3] for unit in units(store)] == [True, False, False]
    assert [one.cause for one in items(store)] == ["EF04"]
    rate = figures(store, profile(), as_of=LATER).rates["simulated"]
    assert (rate.pooled, rate.excluded) == (Rate(2, 1), 1)


def test_a_class_of_nothing_but_excluded_units_has_no_evidence(store: Store) -> None:
    store.record(run("r1", sent("R", [answer(0, counts=False)])), profile())
    rate = figures(store, profile(), as_of=LATER).rates["simulated"]
    assert (rate.pooled.text, dict(rate.interfaces), rate.submissions, rate.dates) == ("no evidence", {}, 0, 0)


@pytest.mark.parametrize(("excluded", "verdict"), [(2, "no_evidence"), (3, "failed")])
def test_more_than_two_percent_excluded_fails_the_gate_of_evidence(store: Store, excluded: int, verdict: str) -> None:
    refused = [answer(unit, counts=False) for unit in range(excluded)]
    where = {"at": LAST_WEEK, "ended": LAST_WEEK, "evidence_class": "acceptance", "environment": "pod"}
    store.record(run("r1", sent("R" * excluded + "A" * (100 - excluded), refused, **where)), profile())
    gate = readiness(store, profile(), as_of=NOON).gates[2]
    assert (gate.id, gate.verdict) == ("G3", verdict)
    assert gate.details[-1] == f"excluded: {excluded} of 100 units, at most 2 %"


def test_the_simulated_rate_stands_beside_the_others_and_only_pods_give_an_acceptance_rate(store: Store) -> None:
    store.record(run("r1", sent("AAR", [answer(2)]), submission(["x"], interface="FIN-02")), profile())
    shown = figures(store, profile(), as_of=LATER).rates
    assert {name: one.pooled for name, one in shown.items()} == {
        "acceptance": Rate(), "simulated": Rate(3, 2), "conformance": Rate(4, 4),
    }  # fmt: skip
    assert shown["simulated"].name == "simulated acceptance rate"


def test_a_low_share_of_accepted_units_raises_what_conforms(store: Store) -> None:
    store.record(run("r1", sent("RR" + "A" * 18, [answer(0), answer(1)])), profile())
    gap = item(store, "RAID-0001")
    assert gap.severity == "critical"
    assert gap.history[-1].reason == "18 of 20 units of the run came through: below 95 %"


def test_accepted_units_that_do_not_conform_raise_nothing(store: Store) -> None:
    taken = sent("A" * 20, predictions=[(0, "GL-100"), (1, "GL-100")], rules=[rule(units=2)])
    store.record(run("r1", taken), profile())
    assert item(store, "RAID-0001").severity == "significant"


def test_pending_units_count_for_the_raise_by_what_the_check_said(store: Store) -> None:
    waiting = sent("P" * 20, predictions=[(0, "GL-100"), (1, "GL-100")], rules=[rule(units=2)], ended=None)
    store.record(run("r1", waiting), profile())
    assert item(store, "RAID-0001").severity == "critical"


def test_excluded_units_raise_nothing(store: Store) -> None:
    refused = [answer(0), *(answer(unit, code="DUPLICATE", counts=False) for unit in range(1, 5))]
    store.record(run("r1", sent("RRRRR" + "A" * 19, refused)), profile())
    assert item(store, "RAID-0001").severity == "significant"  # 19 of 20


def test_the_rows_of_a_run_show_what_became_of_what_was_sent(store: Store) -> None:
    answers = [answer(1), answer(2, code="DUPLICATE", counts=False)]
    parts = (
        sent("ARRSPU", answers, ended=None),
        sent("A", prefix="draft", status="draft"),
        sent("RR", prefix="negative", negative=True),
        failing(2, 1, prefix="held"),
        submission(["x"], interface="FIN-02"),
    )
    finished = run("r1", *parts)
    store.record(finished, profile())
    first, second = run_figures(finished, store, profile())
    assert (first.evidence_class, first.sent_rate_name) == ("simulated", "simulated acceptance rate")
    assert (first.sent, first.accepted, first.rejected, first.undecided, first.excluded) == (7, 2, 3, 2, 1)
    assert first.sent_rate == Rate(5, 1)  # without the draft and the excluded unit
    assert (second.evidence_class, second.sent_rate_name, second.sent, second.sent_rate) == ("", "", 0, Rate())


def test_the_rate_of_a_run_asks_for_the_required_stage(store: Store) -> None:
    finished = run("r1", sent("AA"))
    reconciled = profile(interface("FIN-01", stage="S4"))
    store.record(finished, reconciled)
    (row,) = run_figures(finished, store, reconciled)
    assert (row.accepted, row.sent_rate) == (2, Rate(2, 0))
    assert figures(store, reconciled, as_of=LATER).rates["simulated"].pooled == Rate(2, 0)


ANSWERS = st.builds(
    answer, st.integers(0, 4), code=st.sampled_from(["EF04", "EP01", ""]), said=st.sampled_from(["", "No good"]),
    rule=st.sampled_from(["", "GL-100", "GL-200"]), counts=st.booleans(),
)  # fmt: skip
SENT = st.builds(
    sent, st.text("ARSPU", min_size=5, max_size=5), st.lists(ANSWERS, max_size=6),
    predictions=st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["GL-100", "GL-200"])), max_size=5, unique=True),
    rules=st.just([rule(), rule("GL-200", severity="moderate")]), negative=st.booleans(),
    status=st.sampled_from(["active", "draft"]), interface=st.sampled_from(["FIN-01", "PAY-01"]),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(parts=st.lists(SENT, min_size=1, max_size=3))
def test_recording_any_run_twice_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, parts: list[Submission]
) -> None:
    numbered = [Submission(**{**one.__dict__, "cycle": str(at)}) for at, one in enumerate(parts)]
    with open_store(f"sqlite:///{tmp_path_factory.mktemp('store') / 'store.db'}") as store:
        first = store.record(run("r1", *numbered), profile())
        before = content(store)
        second = store.record(run("r1", *numbered), profile())
        assert content(store) == before
        assert (second.opened, second.recurred, second.raised) == (first.opened, first.recurred, first.raised)
        for row in run_figures(run("r1", *numbered), store, profile()):
            assert row.accepted + row.rejected + row.undecided == row.sent
            assert row.excluded <= row.rejected
        rate = figures(store, profile(), as_of=LATER).rates["simulated"]
        assert rate.pooled.accepted <= rate.pooled.submitted
        assert store.broken_link() is None


def test_an_answer_said_twice_is_one_reason(store: Store) -> None:
    store.record(run("r1", sent("R", [answer(0), answer(0)])), profile())
    with store.reading() as connection:
        assert connection.execute(select(func.count()).select_from(Base.metadata.tables["answer"])).scalar() == 1


def test_findings_and_refusals_of_one_submission_have_their_own_records(store: Store) -> None:
    checked = result([False], rules=[rule()], findings=[finding("GL-100", 1)], predictions=[(0, "GL-100")])
    said = told("R", [answer(0, rule="GL-100")])
    store.record(run("r1", submission(["a"], checked=checked, delivered=said, evidence_class="simulated")), profile())
    assert [(one.stage, one.records) for one in item(store, "RAID-0001").occurrences] == [("S1", 1), ("S3", 2)]


@pytest.mark.slow
def test_postgresql_keeps_the_same_outcomes(postgres: Store) -> None:
    answers = [answer(1), answer(2, counts=False)]
    postgres.record(run("r1", sent("ARR", answers, amounts=[Decimal(1)] * 3)), profile())
    kept = [(outcome, excluded) for outcome, _, _, excluded in units(postgres)]
    assert kept == [("accepted", False), ("rejected", False), ("rejected", True)]
    assert [(one.cause, one.occurrences[0].amount) for one in whole(postgres)] == [("EF04", Decimal(1))]
    assert figures(postgres, profile(), as_of=LATER).rates["simulated"].pooled == Rate(2, 1)
