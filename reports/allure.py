"""Allure results of a run: one per interface and rule, class ``delivered``. Plain files in the common result format.

Allure knows a test by its full name over the weeks, so nothing that changes from run to run stands in a name, title
or status message: numbers are in the description, samples in an attachment.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from contracts import FINDING_COLUMNS, Contract, ContractError, Interface, Profile, RuleStatus, RunResult, Submission

RESULT_SEVERITY: Mapping[str, str] = {
    "critical": "blocker",
    "significant": "critical",
    "moderate": "normal",
    "minor": "minor",
}
"""Our severities in Allure's words; its ``trivial`` is not used."""

CATEGORIES: tuple[Mapping[str, Any], ...] = (
    {"name": "Load error", "matchedStatuses": ["failed"], "messageRegex": r"[\s\S]*Fusion's loader[\s\S]*"},
    {"name": "Contract violation", "matchedStatuses": ["failed"]},
    {"name": "Not checked", "matchedStatuses": ["skipped"], "messageRegex": r"[\s\S]*(not bound|older than)[\s\S]*"},
    {"name": "Untested", "matchedStatuses": ["skipped"], "messageRegex": r"never applied[\s\S]*"},
    {"name": "Environment trouble", "matchedStatuses": ["broken"]},
)
"""What a reader of the report sees its tests sorted by."""

DELIVERED = "delivered"
ATTACHED = 20
"""Findings of a rule that its attachment shows."""

_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "fusion-interface-harness/allure")
_FORMULA = re.compile(r"[=+@\t\r]|-(?![\d.,]+$)")
_WORST_FIRST = ("failed", "stale", "not_checked", "passed", "not_applied")


@dataclass(frozen=True)
class _Test:
    """One rule of one interface, with its status in every submission of the interface that speaks of it."""

    interface: Interface | None
    identity: str  # id of the interface
    contract: str
    submissions: tuple[tuple[Submission, RuleStatus], ...]
    shared: bool  # the interface has several contracts: their rule ids alone tell nothing apart

    @property
    def rule(self) -> RuleStatus:
        return self.submissions[0][1]

    @property
    def full_name(self) -> str:
        return full_name(self.identity, self.contract, self.rule.id, shared=self.shared)

    @property
    def feature(self) -> str:
        return feature(self.identity, self.interface)

    @property
    def status(self) -> str:
        """Our word: the first of failed, stale, not_checked, passed, not_applied that a submission has."""
        found = any(status.findings for _, status in self.submissions)
        return worst((status.status for _, status in self.submissions), found=found)


def full_name(interface: str, contract: str, rule: str, *, shared: bool) -> str:
    """Return the name by which Allure knows a rule over the weeks; ``shared``: its interface has several contracts."""
    return " ".join((interface, *([contract] if shared else []), rule, DELIVERED))


def feature(interface: str, row: Interface | None) -> str:
    """Return the interface with its name, where the register has one."""
    return f"{interface} {row.name}" if row else interface


def worst(statuses: Iterable[str], *, found: bool) -> str:
    """Return the status that speaks for several submissions; with anything ``found`` the rule has failed."""
    return "failed" if found else min(statuses, key=_WORST_FIRST.index)


def write(run: RunResult, profile: Profile, contracts: Mapping[str, Contract], folder: Path) -> int:
    """Write the results of a run into ``folder`` (made if missing) and return their number.

    One result per interface and rule, over all its submissions; those meant to be refused (``negative``) stay out.
    ``contracts`` are the effective ones by id, for wording. Same run, same bytes. Raises ContractError if the folder
    cannot be written.
    """
    tests = list(_tests(run, profile))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for test in tests:
            _write_test(test, run, contracts.get(test.contract), folder)
        write_environment(folder, _environment(run))
    except OSError as error:
        what = f"Allure results cannot be written: {error.strerror or error}"
        raise ContractError(what, where=str(folder), todo="name a folder that can be written") from error
    return len(tests)


def write_environment(
    folder: Path, facts: Mapping[str, str], categories: Sequence[Mapping[str, object]] = CATEGORIES
) -> None:
    """Write what the results were made with, and the categories that a reader sees them sorted by, into ``folder``."""
    # a JSON string without its quotes is a value of a properties file: ASCII, one line, backslashes doubled
    lines = "".join(f"{name} = {json.dumps(value)[1:-1]}\n" for name, value in facts.items())
    (folder / "environment.properties").write_text(lines, encoding="ascii", newline="\n")
    dump(folder / "categories.json", categories)


def _tests(run: RunResult, profile: Profile) -> Iterator[_Test]:
    grouped: dict[tuple[str, str, str], list[tuple[Submission, RuleStatus]]] = {}
    for submission in run.submissions:
        for status in () if submission.negative else submission.result.rules:
            key = (submission.interface, submission.result.contract, status.id)
            grouped.setdefault(key, []).append((submission, status))
    for (identity, contract, _), found in grouped.items():
        row = profile.register.get(identity)
        yield _Test(row, identity, contract, tuple(found), shared=row is not None and len(row.contracts) > 1)


def _write_test(test: _Test, run: RunResult, contract: Contract | None, folder: Path) -> None:
    identity = str(uuid.uuid5(_NAMES, f"{run.id} {test.full_name}"))
    samples = _samples(test)
    attachments = []
    if samples.height:
        source = f"{identity}-attachment.csv"
        (folder / source).write_text(samples.write_csv(), encoding="utf-8", newline="")
        attachments = [{"name": "findings (masked)", "source": source, "type": "text/csv"}]
    moments = [submission.submitted_at for submission, _ in test.submissions]
    write_result(
        folder,
        identity,
        case_id=uuid.uuid5(_NAMES, test.full_name).hex,
        full_name=test.full_name,
        name=f"{test.rule.id} {test.rule.title}",
        verdict=_verdict(test),
        told={"description": _description(test, contract)},
        moments=(min(moments), max(moments)),
        labels=_labels(test, contract),
        parameters=[
            {"name": "profile", "value": run.profile, "excluded": True},
            {"name": "run", "value": run.id, "excluded": True},
        ],
        attachments=attachments,
    )


def write_result(
    folder: Path,
    identity: str,
    *,
    case_id: str,
    full_name: str,
    name: str,
    verdict: tuple[str, str],
    told: Mapping[str, str],
    moments: tuple[datetime, datetime],
    labels: Iterable[tuple[str, str]],
    links: Iterable[Mapping[str, str]] = (),
    parameters: Iterable[Mapping[str, object]] = (),
    attachments: Iterable[Mapping[str, str]] = (),
) -> None:
    """Write one test of Allure's common result format into ``folder``.

    ``identity`` is its own in each run, ``case_id`` the same over the weeks. ``verdict``: status and message. ``told``:
    its ``description`` or ``descriptionHtml``. ``moments``: start and end. Raises OSError.
    """
    status, message = verdict
    start, stop = (int(moment.timestamp() * 1000) for moment in moments)
    result = {
        "uuid": identity,
        "historyId": case_id,
        "testCaseId": case_id,
        "fullName": full_name,
        "name": name,
        "status": status,
        "statusDetails": {"message": message} if message else {},
        "stage": "finished",
        **told,
        "start": start,
        "stop": stop,
        "labels": [{"name": name, "value": value} for name, value in labels],
        "links": list(links),
        "parameters": list(parameters),
        "steps": [],
        "attachments": list(attachments),
    }
    dump(folder / f"{identity}-result.json", result)


def _verdict(test: _Test) -> tuple[str, str]:
    rule, status = test.rule, test.status
    reasons = (one.reason for _, one in test.submissions if one.status == status)
    return verdict(status, rule.id, rule.title, rule.severity, rule.code, reasons)


def verdict(
    status: str, rule: str, title: str, severity: str, code: str, reasons: Iterable[str] = ()
) -> tuple[str, str]:
    """Return Allure's status and message for a rule's status: the rule in words, never a value or a number.

    ``code`` is what the rule predicts; ``reasons``: why it was not checked, the first that says something counts.
    """
    match status:
        case "failed":
            harm = "; Fusion's loader is predicted to refuse it" if code == "load" else ""
            return "failed", f"{rule} ({severity}) does not hold: {title}{harm}"
        case "passed":
            return "passed", ""
        case "not_applied":
            return "skipped", "never applied: untested"
        case _:
            return "skipped", next((reason for reason in reasons if reason), status.replace("_", " "))


def _labels(test: _Test, contract: Contract | None) -> Iterator[tuple[str, str]]:
    result = test.submissions[0][0].result
    department = test.interface.department if test.interface else contract.department if contract else ""
    yield "epic", department
    yield "feature", test.feature
    yield "story", test.rule.title
    yield "parentSuite", department
    yield "suite", test.feature
    yield "subSuite", result.contract
    yield "severity", RESULT_SEVERITY[test.rule.severity]
    yield "owner", owner(contract) if contract else department
    yield "layer", "contract"
    yield "framework", "harness"
    yield "class", DELIVERED
    for evidence in sorted({submission.evidence_class for submission, _ in test.submissions}):
        yield "evidence", evidence
    yield "contract_version", result.version
    yield "release", result.release
    yield "status", result.contract_status


def owner(contract: Contract) -> str:
    """Who answers for a contract: its steward, else its department."""
    return contract.owner.get("steward") or contract.owner.get("department") or contract.department


def _description(test: _Test, contract: Contract | None) -> str:
    rule = contract.rules.get(test.rule.id) if contract else None
    found = sum(status.findings for _, status in test.submissions)
    units = sum(status.units for _, status in test.submissions)
    submitted = sum(submission.result.submitted for submission, _ in test.submissions)
    lines = [
        f"{found:,} findings in {units:,} of {submitted:,} units, {len(test.submissions)} submissions.",
        f"Severity {test.rule.severity}" + (f", predicts {test.rule.code}." if test.rule.code else "."),
        rule.why if rule else "",
        "",
        *(
            f"- {_plain(submission.result.payload)}: {status.status}, {status.findings:,} findings"
            for submission, status in test.submissions
        ),
    ]
    return "\n".join(line for at, line in enumerate(lines) if line or at == 3)


def _samples(test: _Test) -> pl.DataFrame:
    """The first findings of the rule, masked by the check; no cell begins a formula."""
    frames = [
        submission.result.samples.filter(pl.col("rule") == status.id).select(
            pl.lit(submission.result.payload).alias("payload"), *FINDING_COLUMNS
        )
        for submission, status in test.submissions
        if status.findings
    ]
    if not frames:
        return pl.DataFrame()
    shown = pl.concat(frames).head(ATTACHED)
    return shown.with_columns(pl.col(pl.String).map_elements(cell, return_dtype=pl.String))


def cell(text: str) -> str:
    """Return the text as a cell that no spreadsheet computes; a negative amount stays one."""
    return f"'{text}" if _FORMULA.match(text) else text


def _environment(run: RunResult) -> dict[str, str]:
    results = [submission.result for submission in run.submissions]
    return {
        "profile": run.profile,
        "run": run.id,
        "started": run.started_at.isoformat(),
        "harness": run.harness_version,
        "contracts": _listing(f"{result.contract} {result.version}" for result in results),
        "releases": _listing(result.release for result in results),
        "evidence": _listing(submission.evidence_class for submission in run.submissions),
    }


def _listing(words: Iterable[str]) -> str:
    return ", ".join(sorted({word for word in words if word}))


def _plain(text: str) -> str:
    """A file name without what Markdown or HTML would read as its own."""
    return re.sub(r"[^\w .()+-]", "_", text)


def dump(path: Path, data: object) -> None:
    """Write data as Allure's results are written: JSON, the same bytes for the same data."""
    path.write_text(json.dumps(data, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")
