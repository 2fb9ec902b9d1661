"""Runs, submissions and profiles built by hand for the tests of the RAID log."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, select, update

from contracts.profiles import Goal, Interface, Profile
from contracts.results import (
    ANSWER_COLUMNS,
    FINDING_COLUMNS,
    OUTCOME_COLUMNS,
    PREDICTION_COLUMNS,
    UNIT_COLUMNS,
    CheckResult,
    Delivered,
    RuleStatus,
    RunResult,
    Submission,
)
from raid_log.database import MIGRATIONS, connect
from raid_log.items import Item, item, items
from raid_log.store import Store
from raid_log.tables import Base, SubmissionRow, UnitAttempt

JOURNALS = "finance.gl_journals"  # in force: interfaces have it
NOON = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)  # Tuesday of 2026-W48, noon in New York


def interface(id_: str, *, pay: bool = False, scope: bool = True, stage: str = "S3", hours: int = 24) -> Interface:
    return Interface(
        id_, f"Feed {id_}", "Finance", "inbound", "FBDI", "daily", "few", "high", "Finance lead", (JOURNALS,),
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
    predictions: Sequence[tuple[int, str]] = (),
) -> CheckResult:
    """A checked payload. ``predictions``: (unit, rule) pairs; without any, what does not conform is to be refused."""
    count = len(conforms)
    refused = {unit for unit, _ in predictions} or {unit for unit, good in enumerate(conforms) if not good}
    columns = {
        "label": [f"journal {n}" for n in range(count)],
        "key": [f"{n}" for n in range(count)],
        "row": list(range(1, count + 1)),
        "records": [2] * count,
        "conforms": list(conforms),
        "predicted": ["refused" if unit in refused else "accepted" for unit in range(count)],
        "certainty": ["known" if unit in refused else "" for unit in range(count)],
        "amount": list(amounts) if amounts is not None else [None] * count,
    }
    frame = pl.DataFrame(list(findings), schema=dict(FINDING_COLUMNS), orient="row")
    return CheckResult(
        contract=contract, version=version, contract_status=status, release=release, profile="test",
        payload="journals.zip", sha256="0" * 64, records=2 * count, rules=tuple(rules),
        units=pl.DataFrame(columns, schema=dict(UNIT_COLUMNS)), samples=frame, findings=frame,
        predictions=pl.DataFrame(
            [(*pair, "EF04") for pair in predictions], schema=dict(PREDICTION_COLUMNS), orient="row"
        ),
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
    delivered: Delivered | None = None,
) -> Submission:
    hashes = tuple(key((interface, one)) for one in keys)
    checked = checked or result(conforms if conforms is not None else [True] * len(keys))
    return Submission("", interface, at, checked, hashes, cycle, evidence_class, environment, negative, delivered)


def answer(
    unit: int, *, code: str = "EF04", said: str = "", rule: str = "", file: str = "lines", column: str = "AMOUNT",
    counts: bool = True,
) -> dict[str, object]:  # fmt: skip
    """Why a unit was refused."""
    values = (unit, file, column, code, said or code, rule, counts)
    return dict(zip(ANSWER_COLUMNS, values, strict=True))


def told(
    outcomes: str, answers: Sequence[dict[str, object]] = (), *, ended: datetime | None = NOON + timedelta(hours=1),
    stage: str = "S2",
) -> Delivered:  # fmt: skip
    """What Fusion said: a letter per unit (Accepted, Rejected, Silent, Pending, Unknown); ``stage`` of the refused."""
    words = {"A": "accepted", "R": "rejected", "S": "rejected_unexplained", "P": "pending", "U": "unknown"}
    stages = {"A": "S3", "R": stage, "S": stage, "P": "S2", "U": "S1"}
    rows = [(words[letter], stages[letter], None) for letter in outcomes]
    return Delivered(
        "1001", NOON, ended,
        pl.DataFrame(rows, schema=dict(OUTCOME_COLUMNS), orient="row"),
        pl.DataFrame(list(answers), schema=dict(ANSWER_COLUMNS), orient="row"),
    )  # fmt: skip


def sent(
    outcomes: str, answers: Sequence[dict[str, object]] = (), *, predictions: Sequence[tuple[int, str]] = (),
    rules: Iterable[RuleStatus] = (), prefix: str = "u", status: str = "active", stage: str = "S2",
    amounts: Sequence[Decimal | None] | None = None, evidence_class: str = "simulated", environment: str = "emulator",
    ended: datetime | None = NOON + timedelta(hours=1), **where: object,
) -> Submission:  # fmt: skip
    """A submission of one unit per letter that was sent, with what Fusion said."""
    hit = {unit for unit, _ in predictions}
    conforms = [unit not in hit for unit in range(len(outcomes))]
    checked = result(conforms, rules=rules, predictions=predictions, status=status, amounts=amounts)
    said = told(outcomes, answers, stage=stage, ended=ended)
    return submission(
        [f"{prefix}{unit}" for unit in range(len(outcomes))], checked=checked, evidence_class=evidence_class,
        environment=environment, delivered=said, **where,
    )  # fmt: skip


def older(url: str, revision: str) -> Engine:
    """Make a store as an earlier version did."""
    engine = connect(url, 10)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    with engine.execution_options(writes=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def units(store: Store) -> list[tuple[Any, ...]]:
    """Outcome, stage, end and exclusion of every unit in the store."""
    names = (UnitAttempt.outcome, UnitAttempt.stage, UnitAttempt.ended_at, UnitAttempt.excluded)
    with store.reading() as connection:
        order = (UnitAttempt.submission, UnitAttempt.position)
        return [tuple(row) for row in connection.execute(select(*names).order_by(*order))]


def whole(store: Store) -> list[Item]:
    """All entries with occurrences and history."""
    return [item(store, one.id) for one in items(store)]


def content(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables."""
    with store.reading() as connection:
        return {
            name: sorted(map(tuple, connection.execute(select(table))), key=str)
            for name, table in Base.metadata.tables.items()
        }


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
