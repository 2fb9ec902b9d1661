"""The readiness page: one page that says whether to go live, why not, and where to sign."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest

from raid_log import EndingWaiver, Gate, Readiness, Window
from reports import readiness_page

AT = datetime(2026, 11, 26, 18, 5, tzinfo=UTC)


def page(*verdicts: str, decision: str = "no_go", details: tuple[str, ...] = ("RAID-0001 FIN-01 new: x",)) -> str:
    gates = tuple(
        Gate(f"G{at}", f"Gate {at}", "0", "13", verdict, "computed", details if verdict == "failed" else ())
        for at, verdict in enumerate(verdicts, start=1)
    )
    window = Window(AT, AT, "2026-W44 to 2026-W47 (week ending Sun 22 Nov 2026)")
    ending = (EndingWaiver("RAID-0004", "Sue", "sponsor", "2026-11-30"),)
    decided = Readiness(decision, gates, AT, window, {}, ending)
    return readiness_page(decided, title="Test & District", zone="America/New_York", signers=["Sue <b>Sponsor</b>"])


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.partition("<body>")[2]))


def test_the_page_says_verdict_moment_and_what_stands_against_it_failed_gates_first() -> None:
    text = words(page("no_evidence", "failed", "met"))
    assert "Can we go live? Test &amp; District NO-GO As of Thu 26 Nov 2026, 13:05 EST" in text
    assert "G2 Gate 2 , failed: 13. RAID-0001 FIN-01 new: x G1 Gate 1 , without evidence: 13" in text
    assert "RAID-0004: the waiver signed by Sue (sponsor) ends on Mon 30 Nov 2026." in text


@pytest.mark.parametrize(
    ("decision", "text"),
    [("go", "GO"), ("go_with_waivers", "GO WITH WAIVERS"), ("no_go", "NO-GO"), ("no_evidence", "NO EVIDENCE")],
)
def test_every_decision_is_told_by_its_words(decision: str, text: str) -> None:
    assert f">{text}</span>" in page("met", decision=decision)


def test_a_decision_without_objection_says_that_every_gate_is_met() -> None:
    assert "Nothing: every gate is met." in page("met", "met_with_waivers", decision="go_with_waivers")


def test_many_gates_against_it_are_cut_short_and_counted() -> None:
    text = words(page(*["failed"] * 9, details=("a", "b", "c")))
    assert "G7 Gate 7 , failed: 13. a (and 2 more)" in text
    assert "2 more gates without evidence" not in text
    assert "2 more gates: G8, G9." in text


def test_who_may_sign_has_a_line_and_names_are_escaped() -> None:
    text = page("met")
    assert "Sue &lt;b&gt;Sponsor&lt;/b&gt;" in text
    assert "<div>Sponsor</div>" not in text


def test_the_same_decision_gives_the_same_bytes_and_no_foreign_host() -> None:
    assert page("failed") == page("failed")
    assert re.findall(r"https?://", page("failed")) == []
    assert "<script" not in page("failed")
