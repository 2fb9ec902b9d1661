"""The tables of the store.

delivery ─► delivery_step                  what was sent and how far it came; written step by step, feeds no figure
run ─► submission ─► unit_attempt          one row per accept unit and attempt
                  ─► rule_status ─► rule   what became of each rule
                  ─► finding_sample
                  ─► prediction            which rule predicts which unit to be refused
                  ─► answer                why Fusion refused which unit
                  ─► outcome_change        append-only: outcomes that came after the run was recorded
                  ─► control_total         append-only: what stands in Fusion afterwards, as it was counted there
                  ─► occurrence ─► item    a failure, booked on the item that its fingerprint names
                     fingerprint ─► item   aliases of merged defects point to the defect they were merged into
                     event ─► item         append-only; status, severity and owner are a fold over them
outside_import ─► outside_result           test results of an outside provider, a source of their own
closed_week                                what the report of a week says, once the week is over
measurement ─► score                       how good contracts are, by operator
head                                       one row: last event and last item number; its lock makes one writer at a time

Nothing is updated but ``head``, the last step of a delivery, attempt numbers of submissions that come in late, and the
outcome of a unit with what follows from it: its answers, and the occurrences that compare it with a prediction.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, MetaData, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from raid_log.columns import Digest, Empty, Flag, Instant, LongText, Money, ShortText, Words

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Common ancestor of the tables."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - declared so by SQLAlchemy
        datetime: Instant(),
        Decimal: Money(),
        str: ShortText(255),
        bytes: Digest(),
        bool: Flag(),
    }


class DeliveryRecord(Base):
    """A payload that is to be sent, noted before the first call. Payload values and secrets never go in.

    ``step`` is the last of its steps. ``run`` and ``submission`` are blank until what became of it is recorded; they
    are no keys, for the journal knows deliveries that no run recorded.
    """

    __tablename__ = "delivery"
    __table_args__ = (Index(None, "sha256"), Index(None, "opened_at"))

    id: Mapped[str] = mapped_column(primary_key=True)
    opened_at: Mapped[datetime]
    interface: Mapped[str]
    contract: Mapped[str]
    version: Mapped[str]
    payload: Mapped[str] = mapped_column(Words(1000))
    sha256: Mapped[str]
    cycle: Mapped[str]
    environment: Mapped[str]
    evidence_class: Mapped[str]
    document: Mapped[str]
    step: Mapped[str]
    request: Mapped[str]
    run: Mapped[str]
    submission: Mapped[str]


class DeliveryStepRecord(Base):
    """One step of a delivery, from 1. ``facts`` are ids and states as JSON."""

    __tablename__ = "delivery_step"
    __table_args__ = ({"sqlite_with_rowid": False},)

    delivery: Mapped[str] = mapped_column(ForeignKey("delivery.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    step: Mapped[str]
    facts: Mapped[str] = mapped_column(LongText)


class Run(Base):
    """One call of ``harness run``."""

    __tablename__ = "run"

    id: Mapped[str] = mapped_column(primary_key=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime]
    profile: Mapped[str]
    harness_version: Mapped[str]


class SubmissionRow(Base):
    """One payload of one interface, checked or sent once. ``number`` grows in the order of recording.

    ``outage`` is the environment that it could not be sent to; blank where nothing was in the way.
    """

    __tablename__ = "submission"
    __table_args__ = (Index(None, "submitted_at"), Index(None, "interface", "cycle"))

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"), index=True)
    interface: Mapped[str]
    contract: Mapped[str]
    version: Mapped[str]
    contract_status: Mapped[str]
    release: Mapped[str]
    profile: Mapped[str]
    payload: Mapped[str] = mapped_column(Words(1000))
    sha256: Mapped[str]
    submitted_at: Mapped[datetime]
    cycle: Mapped[str]
    evidence_class: Mapped[str]
    environment: Mapped[str]
    negative: Mapped[bool]
    records: Mapped[int]
    units: Mapped[int]
    conforming: Mapped[int]
    amount: Mapped[Decimal | None]
    outage: Mapped[str] = mapped_column(Words(1000), server_default=Empty())


class UnitAttempt(Base):
    """One accept unit of one submission, in file order.

    ``check_attempt`` numbers the unit within interface and cycle, ``send_attempt`` (null for class ``conformance``)
    also within evidence class and environment. Both are null where no number is used up: negative and generated
    payloads. ``outcome`` and ``stage`` stay null where nothing was sent, ``ended_at`` until the outcome is final.
    ``excluded``: refused with nothing but codes that do not count (a duplicate rightly refused); in no rate.
    """

    __tablename__ = "unit_attempt"
    __table_args__ = (Index(None, "key_hash"), {"sqlite_with_rowid": False})

    submission: Mapped[int] = mapped_column(ForeignKey("submission.number"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key_hash: Mapped[bytes]
    check_attempt: Mapped[int | None]
    send_attempt: Mapped[int | None]
    conforms: Mapped[bool]
    predicted: Mapped[str] = mapped_column(ShortText(8))
    outcome: Mapped[str | None] = mapped_column(ShortText(24))
    stage: Mapped[str | None] = mapped_column(ShortText(2))
    ended_at: Mapped[datetime | None]
    excluded: Mapped[bool] = mapped_column(server_default=false())
    records: Mapped[int]
    amount: Mapped[Decimal | None]


class Prediction(Base):
    """A rule that predicts a unit to be refused. Kept for what is sent, so that any later outcome can be compared."""

    __tablename__ = "prediction"
    __table_args__ = ({"sqlite_with_rowid": False},)

    submission: Mapped[int] = mapped_column(ForeignKey("submission.number"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    rule: Mapped[str] = mapped_column(primary_key=True)


class AnswerRow(Base):
    """One reason that Fusion gave for refusing a unit. ``said`` never holds a value of the payload."""

    __tablename__ = "answer"
    __table_args__ = ({"sqlite_with_rowid": False},)

    submission: Mapped[int] = mapped_column(ForeignKey("submission.number"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file: Mapped[str]
    column: Mapped[str]
    code: Mapped[str]
    said: Mapped[str] = mapped_column(Words(1000))
    rule: Mapped[str]
    counts: Mapped[bool]


class OutcomeChange(Base):
    """A unit's outcome that became known, or was corrected, after its run was recorded. ``before`` null = none."""

    __tablename__ = "outcome_change"
    __table_args__ = (Index(None, "submission"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    submission: Mapped[int] = mapped_column(ForeignKey("submission.number"))
    position: Mapped[int]
    at: Mapped[datetime]
    source: Mapped[str]
    before: Mapped[str | None] = mapped_column(ShortText(24))
    after: Mapped[str] = mapped_column(ShortText(24))


class ClosedWeek(Base):
    """What the report of a programme week says, as it was when the week was closed; written once."""

    __tablename__ = "closed_week"

    name: Mapped[str] = mapped_column(primary_key=True)  # 2026-W48
    closed_at: Mapped[datetime]
    sha256: Mapped[str]  # of name, figures and content
    figures: Mapped[str] = mapped_column(LongText)  # the part of the content that trends are drawn from
    content: Mapped[str] = mapped_column(LongText)  # JSON of a Snapshot


class ControlTotal(Base):
    """Units and amount of a submission as they stand in Fusion, counted there by somebody; the last word counts."""

    __tablename__ = "control_total"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    submission: Mapped[int] = mapped_column(ForeignKey("submission.number"), index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    evidence: Mapped[str] = mapped_column(LongText)
    units: Mapped[int]
    amount: Mapped[Decimal | None]


class RuleRow(Base):
    """A rule as it stood in one version of a contract, kept once for all submissions checked with it."""

    __tablename__ = "rule"
    __table_args__ = (Index(None, "contract", "version"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    contract: Mapped[str]
    version: Mapped[str]
    id: Mapped[str]
    file: Mapped[str]
    column: Mapped[str]
    title: Mapped[str] = mapped_column(LongText)
    severity: Mapped[str]
    code: Mapped[str]


class RuleStatusRow(Base):
    """What became of one rule in one submission. ``units`` and ``findings`` are exact."""

    __tablename__ = "rule_status"
    __table_args__ = ({"sqlite_with_rowid": False},)

    submission: Mapped[int] = mapped_column(ForeignKey("submission.number"), primary_key=True, autoincrement=False)
    rule: Mapped[int] = mapped_column(ForeignKey("rule.number"), primary_key=True, autoincrement=False)
    status: Mapped[str]
    findings: Mapped[int]
    units: Mapped[int]
    reason: Mapped[str] = mapped_column(LongText)


class FindingSample(Base):
    """A finding as the check sampled it; personal values were masked there."""

    __tablename__ = "finding_sample"
    __table_args__ = ({"sqlite_with_rowid": False},)

    submission: Mapped[int] = mapped_column(ForeignKey("submission.number"), primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    file: Mapped[str]
    row: Mapped[int]
    line: Mapped[int]
    record: Mapped[str | None] = mapped_column(Words)
    column: Mapped[str]
    rule: Mapped[str]
    severity: Mapped[str]
    code: Mapped[str]
    value: Mapped[str | None] = mapped_column(Words)
    message: Mapped[str] = mapped_column(Words)


class ItemRow(Base):
    """A risk, assumption, issue or dependency. A defect is an issue with a fingerprint.

    ``detail`` holds the fields of one type only, as JSON. What changes in an item's life stands in its events.
    """

    __tablename__ = "item"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str]
    title: Mapped[str] = mapped_column(LongText)
    statement: Mapped[str] = mapped_column(LongText)
    interface: Mapped[str]
    contract: Mapped[str]
    cause: Mapped[str]
    field: Mapped[str]
    detail: Mapped[str] = mapped_column(LongText)


class Fingerprint(Base):
    """Which item a fingerprint is booked on."""

    __tablename__ = "fingerprint"

    fingerprint: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[int] = mapped_column(ForeignKey("item.number"), index=True)


class OccurrenceRow(Base):
    """A defect seen in a submission at a stage; class, environment, release and version are the submission's.

    ``comparison`` is blank for what the check found by itself.
    """

    __tablename__ = "occurrence"

    item: Mapped[int] = mapped_column(ForeignKey("item.number"), primary_key=True, autoincrement=False)
    submission: Mapped[int] = mapped_column(
        ForeignKey("submission.number"), primary_key=True, autoincrement=False, index=True
    )
    stage: Mapped[str] = mapped_column(ShortText(2), primary_key=True)
    comparison: Mapped[str] = mapped_column(primary_key=True)
    units: Mapped[int]
    records: Mapped[int]
    amount: Mapped[Decimal | None]


class EventRow(Base):
    """One thing that happened to an item. ``hash`` covers the row and the hash of the event before it."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "item", "at"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    item: Mapped[int] = mapped_column(ForeignKey("item.number"))
    at: Mapped[datetime] = mapped_column(index=True)
    kind: Mapped[str]
    before: Mapped[str]
    after: Mapped[str]
    by: Mapped[str]
    role: Mapped[str]
    source: Mapped[str]
    run: Mapped[str] = mapped_column(index=True)
    reason: Mapped[str] = mapped_column(LongText)
    detail: Mapped[str] = mapped_column(LongText)
    previous: Mapped[str]
    hash: Mapped[str]


class OutsideImport(Base):
    """A file of results that an outside test provider handed over, taken in once."""

    __tablename__ = "outside_import"

    sha256: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    provider: Mapped[str]
    file: Mapped[str] = mapped_column(Words(1000))
    format: Mapped[str]


class OutsideResult(Base):
    """One run of one suite as the provider counts it. The same run in a later import corrects the earlier one.

    ``critical`` to ``minor``: defects that the provider has raised, by severity.
    """

    __tablename__ = "outside_result"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    source: Mapped[str] = mapped_column(ForeignKey("outside_import.sha256"), index=True)
    suite: Mapped[str]
    run: Mapped[str]
    interface: Mapped[str]
    ended_at: Mapped[datetime]
    planned: Mapped[int]
    executed: Mapped[int]
    passed: Mapped[int]
    failed: Mapped[int]
    blocked: Mapped[int]
    critical: Mapped[int]
    significant: Mapped[int]
    moderate: Mapped[int]
    minor: Mapped[int]


class Measurement(Base):
    """One call of ``harness mutate``."""

    __tablename__ = "measurement"

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    harness_version: Mapped[str]


class ScoreRow(Base):
    """How many mistakes of one operator were noticed in one contract. ``missed`` holds the others in words, as JSON."""

    __tablename__ = "score"
    __table_args__ = (Index(None, "contract", "profile"), {"sqlite_with_rowid": False})

    measurement: Mapped[str] = mapped_column(ForeignKey("measurement.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    contract: Mapped[str]
    version: Mapped[str]
    profile: Mapped[str]
    kind: Mapped[str]
    operator: Mapped[str]
    caught: Mapped[int]
    total: Mapped[int]
    explained: Mapped[int]
    missed: Mapped[str] = mapped_column(Words)


class Head(Base):
    """The one row that every writer locks first: writers take turns, numbers have no gaps and no forks."""

    __tablename__ = "head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event: Mapped[int]
    hash: Mapped[str]
    item: Mapped[int]
