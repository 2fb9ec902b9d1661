"""Gates: the conditions of going live, and the decision that they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

GateVerdict = Literal["met", "met_with_waivers", "failed", "no_evidence"]
Decision = Literal["go", "go_with_waivers", "no_go", "no_evidence"]

GATE_TEXT: Mapping[GateVerdict, str] = {
    "met": "met",
    "met_with_waivers": "met with waivers",
    "failed": "failed",
    "no_evidence": "without evidence",
}
DECISION_TEXT: Mapping[Decision, str] = {
    "go": "GO",
    "go_with_waivers": "GO WITH WAIVERS",
    "no_go": "NO-GO",
    "no_evidence": "NO EVIDENCE",
}
EXIT_CODES: Mapping[Decision, int] = {"go": 0, "go_with_waivers": 0, "no_go": 1, "no_evidence": 3}


@dataclass(frozen=True)
class Gate:
    """One condition of going live."""

    id: str
    title: str
    required: str
    actual: str
    verdict: GateVerdict
    source: str
    details: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The verdict for people."""
        return GATE_TEXT[self.verdict]


def decide(gates: Iterable[Gate]) -> Decision:
    """Return the decision: a failed gate before a missing one, a missing one before a waived one."""
    verdicts = {gate.verdict for gate in gates}
    if "failed" in verdicts:
        return "no_go"
    if "no_evidence" in verdicts or not verdicts:
        return "no_evidence"
    return "go_with_waivers" if "met_with_waivers" in verdicts else "go"
