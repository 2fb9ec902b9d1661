"""How long the property suite takes at effort ci, and how good the contracts are by their two scores."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence

from contracts import Contract, Score, load, load_profile, written_ids
from harness.mutation import judge
from harness.mutation.payload_faults import seeded_faults

PROFILES = ("oracle", "nc_district")


def measure() -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar)."""
    yield _property_suite()
    for profile in PROFILES:
        for contract in _contracts(profile):
            scored = judge(contract)
            note = f"{len(scored.survivors)} survivors, {len(scored.unexplained)} unexplained"
            yield f"{contract.id} {profile}: mutants of rules killed; {note}", _rate(scored.scores), ">= 95 %"
            faults = seeded_faults(contract)
            note = f"{sum(one.explained for one in faults)} beyond any contract"
            yield f"{contract.id} {profile}: seeded faults caught; {note}", _rate(faults), ""


def _property_suite() -> tuple[str, str, str]:
    command = [
        sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadgroup", "test_suites/property",
        "--harness-effort", "ci",
    ]  # fmt: skip
    begun = time.perf_counter()
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds = time.perf_counter() - begun
    passed = re.search(r"(\d+) passed", done.stdout)
    tests = passed[1] if passed else "0"
    return f"property suite, effort ci, {tests} tests of both profiles, two workers", f"{seconds:.0f} s", "<= 480 s"


def _contracts(name: str) -> Iterator[Contract]:
    profile = load_profile(name)
    for identity in written_ids(profile):
        yield load(identity, profile, sample=profile.path is None)


def _rate(scores: Sequence[Score]) -> str:
    caught, total = sum(one.caught for one in scores), sum(one.total for one in scores)
    return f"{caught}/{total} {100 * caught / total:.1f} %"
