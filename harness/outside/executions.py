"""Single tests as JUnit and Allure tell them, counted by suite and run."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from raid_log import FailedTest, ProviderRun, SuiteCounts

if TYPE_CHECKING:
    from harness.outside.mapping import ProviderMapping

_LONGEST = 200  # characters of a title, and of what tells a test from others
_TYPE = re.compile(r"[\w.$:]{1,120}")
DEFAULT_SEVERITY = "significant"


@dataclass(frozen=True)
class Execution:
    """One test of a run. ``ended_at`` is None where it is not told."""

    suite: str
    run: str
    test: str  # what tells it from others of the provider
    title: str
    outcome: Literal["passed", "failed", "not_executed"]
    ended_at: datetime | None = None
    labels: tuple[str, ...] = ()  # other names that a pattern may mean
    severity: str = ""  # of a failure, as the file has it
    failure: str = ""  # type of the failure
    place: str = ""


def plain(text: str) -> str:
    """Return the text in one line of printable characters, blanks joined."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def shortened(text: str) -> str:
    """Return at most 200 characters; what was cut off still tells two texts apart."""
    return text if len(text) <= _LONGEST else f"{text[:180]}... #{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def failure_type(text: str, otherwise: str) -> str:
    """Return the name of an exception; what is none may be a message, and is not kept."""
    return text if _TYPE.fullmatch(text) else otherwise


def counted(
    executions: Iterable[Execution], mapping: ProviderMapping, at: datetime
) -> tuple[tuple[ProviderRun, ...], tuple[FailedTest, ...]]:
    """Return the runs of suites, and the tests that failed, in the order of the suites' names.

    A run whose end is not told ended ``at`` the import. It belongs to an interface if all of its tests do.
    """
    ordered = sorted(executions, key=lambda one: (one.suite, one.run))
    groups = [list(own) for _, own in groupby(ordered, key=lambda one: (one.suite, one.run))]
    failed = [one for one in ordered if one.outcome == "failed"]
    return tuple(_run(own, mapping, at) for own in groups), tuple(_failed(one, mapping) for one in failed)


def _run(own: Sequence[Execution], mapping: ProviderMapping, at: datetime) -> ProviderRun:
    outcomes = [one.outcome for one in own]
    passed, failed = outcomes.count("passed"), outcomes.count("failed")
    interfaces = {mapping.pattern(_names(one)).interface for one in own}
    return ProviderRun(
        own[0].suite,
        own[0].run,
        max((one.ended_at for one in own if one.ended_at), default=at),
        SuiteCounts(planned=len(own), executed=passed + failed, passed=passed, failed=failed),
        interfaces.pop() if len(interfaces) == 1 else "",
        own[0].place,
    )


def _failed(one: Execution, mapping: ProviderMapping) -> FailedTest:
    pattern = mapping.pattern(_names(one))
    severity = pattern.severity or one.severity or DEFAULT_SEVERITY
    title = one.title if len(one.title) <= _LONGEST else f"{one.title[: _LONGEST - 3]}..."
    return FailedTest(shortened(one.test), title, severity, one.run, pattern.interface, one.failure)


def _names(one: Execution) -> tuple[str, ...]:
    return (one.suite, one.test, f"{one.suite} / {one.title}", *one.labels)
