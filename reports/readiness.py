"""The readiness page: verdict, what stands against it, all gates, and lines to sign on. One page of letter paper."""

from __future__ import annotations

from collections.abc import Mapping

from contracts import Profile
from raid_log import Readiness
from reports.pages import moment, render

TONES: Mapping[str, str] = {"go": "good", "go_with_waivers": "good", "no_go": "bad", "no_evidence": "wait"}
"""Decision -> how its frame is coloured; the word says it too."""
_MOST_AGAINST = 7
_MOST_SIGNERS = 5


def readiness_page(decision: Readiness, profile: Profile) -> str:
    """Return the page as HTML; the same decision gives the same bytes."""
    failed = [gate for gate in decision.gates if gate.verdict == "failed"]
    bare = [gate for gate in decision.gates if gate.verdict == "no_evidence"]
    against = [*failed, *bare][:_MOST_AGAINST]
    rest = [gate.id for gate in [*failed, *bare][_MOST_AGAINST:]]
    signers = [person.name for person in profile.people.values() if person.roles & {"sponsor", "approver"}]
    return render(
        "readiness.html",
        title=profile.title,
        verdict=decision.text,
        tone=TONES[decision.verdict],
        as_of=moment(decision.as_of, str(profile.time_zone)),
        window=decision.window.label,
        against=against,
        more=len(rest),
        rest=", ".join(rest),
        ending=decision.waivers_ending,
        gates=[(one.id, one.title, one.required, one.actual, one.text, one.source) for one in decision.gates],
        signers=signers[:_MOST_SIGNERS] or ["Sponsor"],
    )
