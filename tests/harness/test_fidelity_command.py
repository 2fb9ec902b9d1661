"""``harness fidelity``: what contracts predict, held against what a pod says, per class of evidence."""

from __future__ import annotations

import json

from real_pod import URL, RealPod
from told import SPOILED, Desk

from harness.console import WIDTH

KEYS = [
    *("interface", "name", "evidence_class", "units", "agreed", "false_alarms", "missed", "unexplained", "excluded"),
    *("hits", "predicted_refused", "rejected", "rules", "unpredicted", "precision", "recall"),
]


def test_without_deliveries_there_is_no_evidence(desk: Desk, pod: RealPod) -> None:
    desk("run", "--no-deliver", desk.payload())
    told = desk("fidelity")
    assert (told.code, told.out.splitlines()[0]) == (0, "no evidence: nothing that was delivered has a final outcome")


def test_predictions_are_counted_per_interface_and_class(desk: Desk, pod: RealPod) -> None:
    desk("run", desk.payload(SPOILED))
    desk("run", desk.payload(SPOILED), pod=URL)
    rows = json.loads(desk("fidelity", "--json", "-").out)
    assert {(row["interface"], row["evidence_class"]) for row in rows} == {
        ("FIN-01a", "acceptance"),
        ("FIN-01a", "simulated"),
    }
    for row in rows:
        assert list(row) == KEYS
        assert row["units"] == row["agreed"] + row["false_alarms"] + row["missed"] + row["unexplained"] == 18


def test_one_class_can_be_asked_for_and_another_word_is_refused(desk: Desk, pod: RealPod) -> None:
    desk("run", desk.payload(SPOILED))
    desk("run", desk.payload(SPOILED), pod=URL)
    rows = json.loads(desk("fidelity", "--class", "acceptance", "--json", "-").out)
    assert [row["evidence_class"] for row in rows] == ["acceptance"]
    told = desk("fidelity", "--class", "conformance")
    assert told.code == 2
    assert "do: use acceptance or simulated" in told.err


def test_the_tables_fit(desk: Desk, pod: RealPod) -> None:
    desk("run", desk.payload(SPOILED), desk.payload("FIN-06a/apinvoiceimport_20261120.zip"))
    told = desk("fidelity", "--rules")
    assert told.code == 0
    assert max(map(len, told.out.splitlines())) <= WIDTH
    assert "Units with a final outcome, every attempt" in told.out
    assert "Rules that predict a refusal" in told.out
