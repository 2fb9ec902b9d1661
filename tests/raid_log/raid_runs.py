"""Runs, submissions and profiles built by hand for the tests of the RAID log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl
from sqlalchemy import select, update

from contracts.profiles import Goal, Interface, Profile
from contracts.results import FINDING_COLUMNS, UNIT_COLUMNS, CheckResult, RuleStatus, RunResult, Submission
from raid_log.store import Store
from raid_log.tables import SubmissionRow, UnitAttempt

NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # Tuesday of 2026-W48, noon in New York


def interface(id_: str, *, pay: bool = False, scope: bool = True, stage: str = "S3", hours: int = 24) -> Interface:
    return Interface(
        id_, f"Feed {id_}", "Finance", "inbound", "FBDI", "daily", "few", "high", "Finance lead", ("finance.gl",),
        stage, hours, pay, scope, "1",
    )  # fmt: skip


def profile(*rows: Interface, target: float | None = None) -> Profile:
    rows = rows or (interface("FIN-01"), interface("FIN-02"), interface("PAY-01", pay=True))
    goals = () if target is None else (Goal("rate", "acceptance_rate", 90.0, target),)
    zone = ZoneInfo("America/New_York")
    return Profile("test", "Test", None, zone, goals=goals, register={row.id: row for row in rows})


def rule(
    id_: str = "GL-100", *, severity: str = "significant", status: str = "failed", units: int = 1, findings: int = 1,
    file: str = "lines", column: str = "AMOUNT", title: str = "Journals balance",
) -> RuleStatus:  # fmt: skip
    return RuleStatus(id_, file, column, title, severity, "EF04", status, findings, units)


def finding(rule_id: str, row: int, *, value: str = "7", message: str = "does not balance") -> dict[str, object]:
    values = ("lines", row, row, f"line {row}", "AMOUNT", rule_id, "significant", "EF04", value, message)
    return dict(zip(FINDING_COLUMNS, values, strict=True))


def result(
    conforms: Sequence[bool],
    *,
    rules: Iterable[RuleStatus] = (),
    findings: Sequence[dict[str, object]] = (),
    status: str = "active",
    version: str = "1.2.0",
    release: str = "26C",
    amounts: Sequence[Decimal | None] | None = None,
    contract: str = "finance.gl",
) -> CheckResult:
    count = len(conforms)
    columns = {
        "label": [f"journal {n}" for n in range(count)],
        "key": [f"{n}" for n in range(count)],
        "row": list(range(1, count + 1)),
        "records": [2] * count,
        "conforms": list(conforms),
        "predicted": ["accepted" if good else "refused" for good in conforms],
        "certainty": ["" if good else "known" for good in conforms],
        "amount": list(amounts) if amounts is not None else [None] * count,
    }
    frame = pl.DataFrame(list(findings), schema=dict(FINDING_COLUMNS), orient="row")
    return CheckResult(
        contract=contract, version=version, contract_status=status, release=release, profile="test",
        payload="journals.zip", sha256="0" * 64, records=2 * count, rules=tuple(rules),
        units=pl.DataFrame(columns, schema=dict(UNIT_COLUMNS)), samples=frame, findings=frame,
    )  # fmt: skip


def key(name: object) -> bytes:
    return hashlib.sha256(str(name).encode()).digest()[:16]


def submission(
    keys: Sequence[object] = ("a",),
    conforms: Sequence[bool] | None = None,
    *,
    at: datetime = NOON,
    interface: str = "FIN-01",
    checked: CheckResult | None = None,
    cycle: str = "",
    evidence_class: str = "conformance",
    environment: str = "",
    negative: bool = False,
) -> Submission:
    hashes = tuple(key((interface, one)) for one in keys)
    checked = checked or result(conforms if conforms is not None else [True] * len(keys))
    return Submission("", interface, at, checked, hashes, cycle, evidence_class, environment, negative)


def run(id_: str, *submissions: Submission, finished: datetime | None = None) -> RunResult:
    numbered = [
        Submission(**{**one.__dict__, "id": f"{id_}/{number}"}) for number, one in enumerate(submissions, start=1)
    ]
    last = max((one.submitted_at for one in submissions), default=NOON)
    return RunResult(id_, last, finished or last, "test", "0.1.0", numbered)


def failing(
    units: int = 1, bad: int = 1, *, severity: str = "significant", prefix: str = "u", status: str = "active",
    version: str = "1.2.0", value: str = "7", message: str = "does not balance", **where: object,
) -> Submission:  # fmt: skip
    """A submission whose first ``bad`` units break rule GL-100."""
    checked = result(
        [n >= bad for n in range(units)],
        rules=[rule(severity=severity, units=bad, findings=bad)],
        findings=[finding("GL-100", n + 1, value=value, message=message) for n in range(bad)],
        status=status,
        version=version,
    )
    return submission([f"{prefix}{n}" for n in range(units)], checked=checked, **where)


def settle(
    store: Store, outcome: str = "accepted", *, stage: str = "S3", after: timedelta = timedelta(hours=1)
) -> None:
    """Give every pending unit an answer, some time after its submission."""
    with store.writing() as connection:
        rows = connection.execute(select(SubmissionRow.number, SubmissionRow.submitted_at)).all()
        for number, submitted_at in rows:
            answer = update(UnitAttempt).where(UnitAttempt.submission == number, UnitAttempt.outcome.is_(None))
            connection.execute(answer.values(outcome=outcome, stage=stage, ended_at=submitted_at + after))
