"""What a check and a run give back: plain types that every room understands.

Nothing here computes. Frames are polars frames, so that a million findings or units stay cheap;
their columns are part of the promise and are listed at each type.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

import polars as pl

Severity = Literal["critical", "significant", "moderate", "minor"]
SEVERITIES: tuple[Severity, ...] = ("critical", "significant", "moderate", "minor")
BLOCKING: frozenset[str] = frozenset({"critical", "significant"})
"""A unit with a finding of one of these severities does not conform."""

Status = Literal["passed", "failed", "not_applied", "not_checked", "stale"]
STATUSES: tuple[Status, ...] = ("passed", "failed", "not_applied", "not_checked", "stale")

EvidenceClass = Literal["conformance", "simulated", "acceptance", "generated"]
EVIDENCE_CLASSES: tuple[EvidenceClass, ...] = ("acceptance", "simulated", "conformance", "generated")
"""Strongest first; never added up."""

Outcome = Literal["accepted", "rejected", "rejected_unexplained", "pending", "unknown"]
"""What Fusion said of an accept unit. Final are the first three."""
OUTCOMES: tuple[Outcome, ...] = ("accepted", "rejected", "rejected_unexplained", "pending", "unknown")
FINAL: frozenset[str] = frozenset({"accepted", "rejected", "rejected_unexplained"})

Comparison = Literal["agreed", "false_alarm", "missed", "unexplained"]
COMPARISONS: tuple[Comparison, ...] = ("agreed", "false_alarm", "missed", "unexplained")

FINDING_COLUMNS: Mapping[str, type[pl.DataType]] = {
    "file": pl.String,  # file id of the contract, "" for the package
    "row": pl.UInt32,  # number of the record in its file, from 1; 0 = the whole file or payload
    "line": pl.UInt32,  # physical line on which the record begins, from 1; 0 = the whole file
    "record": pl.String,  # label of the record for people, masked
    "column": pl.String,  # the one column the rule is about, "" where there are several
    "rule": pl.String,
    "severity": pl.String,
    "code": pl.String,  # predicted rejection, "" where none is predicted for this finding
    "value": pl.String,  # the offending value(s), masked where personal
    "message": pl.String,  # title, values of the columns mentioned, and what to do
}
"""Columns of every findings frame, in this order."""

UNIT_COLUMNS: Mapping[str, pl.DataType | type[pl.DataType]] = {
    "label": pl.String,  # name of the unit for people, masked
    "key": pl.String,  # canonical business key and period, null where wholly blank; never stored
    "row": pl.UInt32,  # first record of the unit in its root file (0 = no record of the root file)
    "records": pl.UInt32,  # records of all files that belong to the unit
    "conforms": pl.Boolean,
    "predicted": pl.String,  # accepted | refused
    "certainty": pl.String,  # known | likely: of the strongest code behind a refusal, "" when accepted
    "amount": pl.Decimal(38, 10),  # null where the contract names no amount
}
"""Columns of every units frame, one row per accept unit, in file order."""


PREDICTION_COLUMNS: Mapping[str, type[pl.DataType]] = {
    "unit": pl.UInt32,  # index into the units frame
    "rule": pl.String,
    "code": pl.String,  # id in the contract's code table, or "load"
}
"""Columns of a predictions frame: one row per unit and rule whose code is predicted for it."""

OUTCOME_COLUMNS: Mapping[str, type[pl.DataType]] = {
    "outcome": pl.String,  # accepted | rejected | rejected_unexplained | pending | unknown
    "stage": pl.String,  # reached: S1 sent, S2 loaded, S3 imported, S4 reconciled
    "comparison": pl.String,  # agreed | false_alarm | missed | unexplained, null while nothing is known
}
"""Columns of an outcomes frame, parallel to the units frame."""

ANSWER_COLUMNS: Mapping[str, type[pl.DataType]] = {
    "unit": pl.UInt32,  # index into the units frame
    "file": pl.String,  # file id of the contract, "" where the answer names none
    "column": pl.String,  # column of that file, "" where the answer names none
    "code": pl.String,  # id in the contract's code table or in the table of load errors, "" where it is in neither
    "said": pl.String,  # Oracle's code, or its sentence with values replaced; never a value of the payload
    "rule": pl.String,  # rule it maps to, "" where it maps to none
    "counts": pl.Boolean,  # False: a refusal with this code is no reject (a duplicate rightly refused)
}
"""Columns of an answers frame: one row per unit and reason that Fusion gave for refusing it."""


@dataclass(frozen=True)
class RuleStatus:
    """What became of one rule of the effective contract in one check."""

    id: str
    file: str
    column: str
    title: str
    severity: Severity
    code: str  # "" where the rule predicts nothing
    status: Status
    findings: int  # exact, never capped
    units: int = 0  # accept units with at least one finding of the rule
    reason: str = ""  # why it was not checked, stale or not applied


@dataclass(frozen=True)
class CheckResult:
    """One payload against one effective contract.

    ``samples`` holds at most the asked number of findings per rule; ``findings`` all of them (the two are
    the same frame where nothing was capped). Counts in ``rules`` are always exact.
    """

    contract: str
    version: str  # "1.2.0" or, with an overlay, "1.2.0+1.0.3"
    contract_status: str  # draft | active | deprecated | retired
    release: str  # "" where the contract has no release layout
    profile: str
    payload: str  # file name, without folders
    sha256: str
    records: int
    rules: tuple[RuleStatus, ...]
    units: pl.DataFrame  # UNIT_COLUMNS
    samples: pl.DataFrame  # FINDING_COLUMNS
    findings: pl.DataFrame = field(repr=False)  # FINDING_COLUMNS
    members: tuple[str, ...] = ()
    predictions: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=dict(PREDICTION_COLUMNS)), repr=False)

    @property
    def submitted(self) -> int:
        """Accept units in the payload: the denominator of its rates."""
        return self.units.height

    @property
    def conforming(self) -> int:
        """Accept units without a critical or significant finding."""
        return int(self.units["conforms"].sum())

    @property
    def predicted_refused(self) -> int:
        """Accept units that Fusion is predicted to refuse."""
        return int((self.units["predicted"] == "refused").sum())

    @property
    def blocking(self) -> bool:
        """True if any rule of severity critical or significant failed."""
        return any(rule.status == "failed" and rule.severity in BLOCKING for rule in self.rules)


@dataclass(frozen=True)
class Delivered:
    """What became of a payload that was sent: Fusion's own words, per accept unit."""

    request: str  # load request of a file-based import, data set of a HCM load; "" where none was made
    sent_at: datetime  # aware, UTC
    ended_at: datetime | None  # when the last outcome became final; None while any is pending or unknown
    outcomes: pl.DataFrame  # OUTCOME_COLUMNS, one row per row of the units frame
    answers: pl.DataFrame  # ANSWER_COLUMNS
    remarks: tuple[str, ...] = ()  # what of its reports could not be read, or names none of its units; no values


@dataclass(frozen=True)
class Submission:
    """One payload of one interface, checked (or sent) once. The evidence class belongs to it."""

    id: str  # "<run id>/<ordinal from 1>"
    interface: str  # id of the register row
    submitted_at: datetime  # aware, UTC
    result: CheckResult
    unit_hashes: tuple[bytes, ...]  # 16 bytes per row of result.units: interface, business key, period
    cycle: str = ""
    evidence_class: EvidenceClass = "conformance"
    environment: str = ""  # pod or emulator; "" for conformance
    negative: bool = False  # meant to be refused: feeds no rate and opens no defect
    delivered: Delivered | None = None  # None: checked only
    outage: str = ""  # environment that it could not be sent to; "" where nothing was in the way
    trouble: str = ""  # what was wrong with the environment that it was to reach; never a value of the payload


@dataclass(frozen=True)
class RunResult:
    """One call of ``harness run``. Its id is made at the start; recording it twice changes nothing."""

    id: str  # UUID
    started_at: datetime  # aware, UTC
    finished_at: datetime
    profile: str
    harness_version: str
    submissions: Sequence[Submission]


ScoreKind = Literal["rule_mutants", "seeded_faults"]


@dataclass(frozen=True)
class Score:
    """How many faults of one operator were noticed: mutants of a contract's rules, or faults planted in payloads."""

    contract: str
    version: str
    profile: str
    kind: ScoreKind
    operator: str  # e.g. "flip comparison", "drop leading zero"
    caught: int  # mutants killed, or planted faults with a finding
    total: int  # mutants or planted faults tried; the denominator of the score
    missed: Sequence[str] = ()  # in words, never a payload's value: "example missing: ..."
    explained: int = 0  # of those missed: declared equivalent or known to be beyond any contract
