"""Submissions in which one rule fails, passes or does not run, for the tests of what the machine does with defects."""

from __future__ import annotations

from datetime import datetime, timedelta

from raid_runs import NOON, finding, profile, result, rule, run, submission

from contracts.results import Submission
from raid_log import Recorded, Store, item

DEFECT = "RAID-0001"


def day(number: float) -> datetime:
    return NOON + timedelta(days=number)


def exercised(
    status: str, units: int = 1, *, at: datetime = NOON, release: str = "26C", version: str = "1.2.0",
    severity: str = "significant", contract_status: str = "active", **where: object,
) -> Submission:  # fmt: skip
    """A submission of ``units`` units in which rule GL-100 ended so; where it failed, every unit breaks it."""
    bad = units if status == "failed" else 0
    checked = result(
        [not bad] * units, rules=[rule(status=status, severity=severity, units=bad, findings=bad)],
        findings=[finding("GL-100", n + 1) for n in range(bad)], version=version, release=release,
        status=contract_status,
    )  # fmt: skip
    return submission([f"{at}{n}" for n in range(units)], checked=checked, at=at, **where)


def record(store: Store, id_: str, *submissions: Submission) -> Recorded:
    return store.record(run(id_, *submissions), profile())


def status(store: Store) -> str:
    return item(store, DEFECT).status


def kinds(store: Store) -> list[str]:
    return [event.kind for event in item(store, DEFECT).history]
