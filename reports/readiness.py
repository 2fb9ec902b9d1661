"""The readiness page: verdict, what stands against it, all gates, and lines to sign on. One page of letter paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from raid_log import Readiness
from reports.pages import moment, render

TONES: Mapping[str, str] = {"go": "good", "go_with_waivers": "good", "no_go": "bad", "no_evidence": "wait"}
"""Decision -> how its frame is coloured; the word says it too."""
_MOST_AGAINST = 7
_MOST_SIGNERS = 5


def readiness_page(decision: Readiness, *, title: str, zone: str, signers: Sequence[str]) -> str:
    """Return the page as HTML; the same decision gives the same bytes. ``signers``: names of those who may sign."""
    failed = [gate for gate in decision.gates if gate.verdict == "failed"]
    bare = [gate for gate in decision.gates if gate.verdict == "no_evidence"]
    against = [*failed, *bare][:_MOST_AGAINST]
    rest = [gate.id for gate in [*failed, *bare][_MOST_AGAINST:]]
    return render(
        "readiness.html",
        title=title,
        verdict=decision.text,
        tone=TONES[decision.verdict],
        as_of=moment(decision.as_of, zone),
        window=decision.window.label,
        against=against,
        more=len(rest),
        rest=", ".join(rest),
        ending=decision.waivers_ending,
        gates=[(one.id, one.title, one.required, one.actual, one.text, one.source) for one in decision.gates],
        signers=list(signers[:_MOST_SIGNERS]) or ["Sponsor"],
    )
