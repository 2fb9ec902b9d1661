"""Allure results of a week, made from its snapshot: the evidence behind the weekly page.

One test per interface and rule, per interface and stage, per interface and control total, per pod, and per interface
that did not deliver. As with runs, nothing that changes from week to week stands in a name, title or message.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import escape

from contracts import ContractError, Interface
from raid_log import SAMPLE_COLUMNS, RuleCount, Snapshot, StageCount, TotalCheck
from reports.allure import (
    CATEGORIES,
    DELIVERED,
    RESULT_SEVERITY,
    cell,
    dump,
    feature,
    full_name,
    verdict,
    worst,
    write_environment,
    write_result,
)

RAID_PAGE, CONTRACT_PAGE = "../../raid.html#{id}", "../../../../catalogue/{id}.html"
"""Addresses of an entry and of a contract's page, seen from ``allure/awesome/`` in the folder of a week."""
METRICS: Mapping[str, tuple[str, str, str, str]] = {
    "acceptance.all": ("Acceptance rate (real pod)", "%", "higher", "rates"),
    "acceptance.lower95": ("Acceptance rate, lower bound", "%", "higher", "rates"),
    "simulated.all": ("Simulated acceptance rate (emulator)", "%", "higher", "rates"),
    "conformance.all": ("Conformance rate", "%", "higher", "rates"),
    "defects.open_critical": ("Open critical defects", "", "lower", "raid"),
    "defects.open_significant": ("Open significant defects", "", "lower", "raid"),
    "defects.waived": ("Waived defects", "", "lower", "raid"),
}
"""Key -> title, unit, which way is better, group. A key without evidence has no value."""
_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "fusion-interface-harness/allure")
_STAGES = (("S2", "Fusion loads what is sent", "load"), ("S3", "Fusion imports what it loaded", "import"))
_OPERATIONS = "Operations"


@dataclass(frozen=True)
class WeekTest:
    """One test of the week."""

    full_name: str
    title: str
    status: str  # Allure's word
    epic: str
    feature: str
    layer: str
    severity: str  # ours
    owner: str
    message: str = ""
    description: str = ""
    contract: str = ""
    version: str = ""
    release: str = ""
    evidence: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()  # ids of open and waived defects of it
    samples: Sequence[Sequence[object]] = ()

    @property
    def case_id(self) -> str:
        """What Allure knows the test by over the weeks."""
        return uuid.uuid5(_NAMES, self.full_name).hex


def write_week_results(
    week: Snapshot, samples: Mapping[tuple[str, str], Sequence[Sequence[object]]], folder: Path
) -> list[WeekTest]:
    """Write the results of the week into ``folder`` (made if missing) and return its tests.

    Beside them the metrics, environment, executor and categories. Same week, same bytes. Raises ContractError if the
    folder cannot be written.
    """
    tests = list(week_tests(week, samples))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for test in tests:
            _write(test, week, folder)
        dump(folder / "raid-perf.json", list(_metrics(week)))
        dump(folder / "executor.json", _executor(week))
        write_environment(folder, _environment(week), CATEGORIES)
    except OSError as error:
        what = f"Allure results cannot be written: {error.strerror or error}"
        raise ContractError(what, where=str(folder), todo="name a folder that can be written") from error
    return tests


def week_tests(week: Snapshot, samples: Mapping[tuple[str, str], Sequence[Sequence[object]]]) -> Iterator[WeekTest]:
    """Return the tests of the week, by interface."""
    register = {row.id: row for row in week.register}
    defects: dict[tuple[str, str], list[str]] = defaultdict(list)
    for entry in week.standing_defects:
        defects[entry.interface, entry.cause].append(entry.id)
    yield from _rule_tests(week, register, defects, samples)
    yield from _stage_tests(week, register)
    yield from _total_tests(week, register)
    again = {one.interface for one in week.rules}
    for id_ in week.no_evidence:
        row = register[id_]
        yield WeekTest(
            f"{id_} delivered {DELIVERED}", "The interface delivers", "skipped", row.department, feature(id_, row),
            "contract", "significant", row.owner,
            "no first attempt in this week" if id_ in again else "no delivery in this week: untested",
        )  # fmt: skip
    for environment, rate in week.figures.availability.items():
        reached = rate.accepted == rate.submitted
        yield WeekTest(
            f"environment {environment} {DELIVERED}", "The pod can be reached", "passed" if reached else "broken",
            _OPERATIONS, f"Environment {environment}", "load", "significant", _OPERATIONS,
            "" if reached else "submissions did not reach it: no fault of the product",
            f"{rate.accepted:,} of {rate.submitted:,} submissions reached it.",
        )  # fmt: skip


def _rule_tests(
    week: Snapshot,
    register: Mapping[str, Interface],
    defects: Mapping[tuple[str, str], list[str]],
    samples: Mapping[tuple[str, str], Sequence[Sequence[object]]],
) -> Iterator[WeekTest]:
    """Versions of a contract are one test: what changes with it is told by labels."""
    newest = {(one.interface, one.contract): one for one in week.submissions}  # these are by number
    groups: dict[tuple[str, str, str], list[RuleCount]] = defaultdict(list)
    for one in week.rules:
        groups[one.interface, one.contract, one.rule].append(one)
    for (interface, contract, rule), own in groups.items():
        last, row = own[-1], register.get(interface)
        submission = newest.get((interface, contract))
        shared = row is not None and len(row.contracts) > 1
        status, message = _verdict(own)
        yield WeekTest(
            full_name(interface, contract, rule, shared=shared),
            f"{rule} {last.title}",
            status,
            row.department if row else "",
            feature(interface, row),
            "contract",
            last.severity,
            row.owner if row else "",
            message,
            _told(own),
            contract,
            version=submission.version if submission else last.version,
            release=submission.release if submission else "",
            evidence=tuple(sorted({class_ for one in own for class_ in one.classes})),
            entries=tuple(defects.get((interface, rule), ())),
            samples=samples.get((interface, rule), ()),
        )


def _verdict(own: Sequence[RuleCount]) -> tuple[str, str]:
    statuses = {status for one in own for status in one.statuses}
    status, rule = worst(statuses, found=any(one.findings for one in own)), own[-1]
    reasons = (one.reasons.get(status, "") for one in own)
    return verdict(status, rule.rule, rule.title, rule.severity, rule.code, reasons)


def _told(own: Sequence[RuleCount]) -> str:
    found, units = sum(one.findings for one in own), sum(one.units for one in own)
    counts: dict[str, int] = defaultdict(int)
    for one in own:
        for status, count in one.statuses.items():
            counts[status] += count
    submissions = ", ".join(f"{status.replace('_', ' ')} in {count:,}" for status, count in sorted(counts.items()))
    code = f", predicts {own[-1].code}" if own[-1].code else ""
    return f"{found:,} findings in {units:,} units. Submissions: {submissions}.\n\nSeverity {own[-1].severity}{code}."


def _stage_tests(week: Snapshot, register: Mapping[str, Interface]) -> Iterator[WeekTest]:
    conformance = week.figures.classes["conformance"].interfaces
    for interface, one in conformance.items():
        row = register.get(interface)
        kept = one.rejects == 0
        yield _stage(
            interface, row, "S1", "What is sent keeps the contract", "contract", "passed" if kept else "failed",
            f"{one.rate.accepted:,} of {one.rate.submitted:,} first attempts conform.", ("conformance",),
        )  # fmt: skip
    groups: dict[str, list[StageCount]] = defaultdict(list)
    for count in week.stages:
        groups[count.interface].append(count)
    for interface, own in groups.items():
        row = register.get(interface)
        classes = tuple(sorted({one.evidence_class for one in own}))
        for stage, title, layer in _STAGES:
            if row is None or row.required_stage >= stage:
                yield _stage(interface, row, stage, title, layer, *_reached(own, stage), classes)


def _reached(own: Iterable[StageCount], stage: str) -> tuple[str, str]:
    """Status and numbers of a stage: who came to it, who was refused on the way, of whom nothing is known yet."""
    before = f"S{int(stage[1]) - 1}"
    came = sum(one.units for one in own if one.stage >= stage and (one.outcome == "accepted" or stage == "S2"))
    refused = sum(one.units for one in own if one.stage == before and one.outcome.startswith("rejected"))
    silent = sum(one.units for one in own if one.stage < stage and not one.outcome.startswith("rejected"))
    status = "failed" if refused else "passed" if came else "skipped"
    told = f"{came:,} units came to it, {refused:,} were refused on the way from {before}"
    return status, f"{told}, of {silent:,} nothing is known yet."


def _stage(
    interface: str, row: Interface | None, stage: str, title: str, layer: str, status: str, told: str,
    evidence: tuple[str, ...],
) -> WeekTest:  # fmt: skip
    messages = {"failed": f"{stage} is not reached by every unit: {title}", "skipped": "no answer yet: untested"}
    return WeekTest(
        f"{interface} stage {stage} {DELIVERED}", f"{stage} {title}", status, row.department if row else "",
        feature(interface, row), layer, "critical", row.owner if row else "", messages.get(status, ""), told,
        evidence=evidence,
    )  # fmt: skip


def _total_tests(week: Snapshot, register: Mapping[str, Interface]) -> Iterator[WeekTest]:
    groups: dict[str, list[TotalCheck]] = defaultdict(list)
    for one in week.totals:
        groups[one.interface].append(one)
    for interface, own in groups.items():
        row = register.get(interface)
        kinds = (("count", [one.units_agree for one in own]), ("amount", [one.amounts_agree for one in own]))
        for kind, agree in kinds:
            known = [one for one in agree if one is not None]
            if known:
                wrong = sum(not one for one in known)
                yield WeekTest(
                    f"{interface} total {kind} {DELIVERED}", f"S4 The {kind} in Fusion is the {kind} accepted",
                    "failed" if wrong else "passed", row.department if row else "", feature(interface, row),
                    "reconcile", "critical", row.owner if row else "",
                    f"the {kind} in Fusion is another one" if wrong else "",
                    f"{len(known) - wrong:,} of {len(known):,} control totals agree.",
                    evidence=tuple(sorted({one.evidence_class for one in own})),
                )  # fmt: skip


# files


def _write(test: WeekTest, week: Snapshot, folder: Path) -> None:
    identity = str(uuid.uuid5(_NAMES, f"{week.week} {test.full_name}"))
    attachments = []
    if test.samples:
        source = f"{identity}-attachment.csv"
        (folder / source).write_text(_csv(test.samples), encoding="utf-8", newline="")
        attachments = [{"name": "findings (masked)", "source": source, "type": "text/csv"}]
    write_result(
        folder,
        identity,
        case_id=test.case_id,
        full_name=test.full_name,
        name=test.title,
        verdict=(test.status, test.message),
        told={"descriptionHtml": _description(test)},
        moments=(week.as_of, week.as_of),
        labels=((name, value) for name, value in _labels(test) if value),
        links=_links(test),
        parameters=[{"name": "week", "value": week.week, "excluded": True}],
        attachments=attachments,
    )


def _labels(test: WeekTest) -> Iterator[tuple[str, str]]:
    yield "epic", test.epic
    yield "feature", test.feature
    yield "story", test.title
    yield "parentSuite", test.epic
    yield "suite", test.feature
    yield "subSuite", test.layer
    yield "severity", RESULT_SEVERITY.get(test.severity, "")  # blank in weeks that an earlier version closed
    yield "owner", test.owner
    yield "layer", test.layer
    yield "framework", "harness"
    yield "class", DELIVERED
    for evidence in test.evidence:
        yield "evidence", evidence
    yield "contract_version", test.version
    yield "release", test.release


def _links(test: WeekTest) -> Iterator[dict[str, str]]:
    for id_ in test.entries:
        yield {"name": id_, "url": RAID_PAGE.format(id=id_), "type": "issue"}
    if test.contract:
        yield {"name": test.contract, "url": CONTRACT_PAGE.format(id=test.contract), "type": "link"}


def _description(test: WeekTest) -> str:
    """Numbers. No links: Allure shows a description in a frame that leads nowhere."""
    return "".join(f"<p>{escape(part)}</p>" for part in test.description.split("\n\n") if part)


def _csv(samples: Sequence[Sequence[object]]) -> str:
    """A table in which no cell begins a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(SAMPLE_COLUMNS)
    for row in samples:
        cells = ["" if value is None else str(value) for value in row]
        writer.writerow(map(cell, cells))
    return text.getvalue()


def _metrics(week: Snapshot) -> Iterator[dict[str, Any]]:
    """One sample per key, never more: Allure would take their mean."""
    moment = int(week.as_of.timestamp() * 1000)
    for key, value in metric_values(week).items():
        yield {"id": f"{week.week} {key}", "key": key, "value": value, "start": moment, "stop": moment}


def metric_values(week: Snapshot) -> dict[str, float]:
    """Return key -> value: rates in per cent, cut off after two places; a rate without evidence is not there."""
    values: dict[str, float] = {}
    for name, one in week.figures.classes.items():
        first = one.first_pass
        if first.rate.submitted:
            values[f"{name}.all"] = first.rate.accepted * 10_000 // first.rate.submitted / 100
    acceptance = week.figures.classes["acceptance"].first_pass
    if acceptance.rate.submitted:
        values["acceptance.lower95"] = int(acceptance.lower_bound * 100) / 100
        departments: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        names = {row.id: row.department for row in week.register}
        for id_, own in week.figures.classes["acceptance"].interfaces.items():
            pair = departments[names.get(id_, _OPERATIONS)]
            pair[0] += own.rate.accepted
            pair[1] += own.rate.submitted
        for department, (accepted, submitted) in sorted(departments.items()):
            values[f"acceptance.{department}"] = accepted * 10_000 // submitted / 100
    defects = week.figures.defects
    values["defects.open_critical"] = defects.open["critical"].count
    values["defects.open_significant"] = defects.open["significant"].count
    values["defects.waived"] = len(defects.waived)
    return values


def _executor(week: Snapshot) -> dict[str, Any]:
    year, number = week.week.split("-W")
    return {
        "name": "harness", "type": "harness", "buildName": week.label, "buildOrder": int(year) * 100 + int(number),
        "reportName": f"{week.title}: {week.week}",
    }  # fmt: skip


def _environment(week: Snapshot) -> dict[str, str]:
    return {
        "week": week.label,
        "data_as_of": week.as_of.isoformat(),  # a blank would end the name
        "decision": week.readiness.text,
        "evidence": ", ".join(sorted({one.evidence_class for one in week.submissions})),
        "releases": ", ".join(sorted({one.release for one in week.submissions if one.release})),
        "environments": ", ".join(week.figures.availability),
    }
