"""What is said of a payload, in a form that compares: findings by rule, file and record, verdicts by unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from contracts import CheckResult

Findings = Mapping[str, Mapping[str, list[int]]]
"""Rule -> file id, blank for the package -> record numbers, none where the finding is on the whole file."""
_SHOWN = 20  # ranges of records in a line


@dataclass(frozen=True)
class Judgement:
    """Findings, and verdicts per unit label. Record numbers and masked labels only: no value of the payload."""

    findings: Findings
    units: Mapping[str, tuple[bool, str]]  # conforms, predicted


@dataclass(frozen=True)
class Difference:
    """One thing on which two judgements do not agree: a rule on a file, or a unit. As text one line."""

    subject: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.subject}: expected {self.expected}, found {self.found}"


def judgement_of(result: CheckResult) -> Judgement:
    """Return what a result says. It must hold all findings, not a sample of them."""
    found: dict[str, dict[str, list[int]]] = {}
    for rule, file, row in result.findings.select("rule", "file", "row").unique().sort("rule", "file", "row").rows():
        found.setdefault(rule, {}).setdefault(file, []).extend([row] if row else [])
    verdicts = result.units.select("label", "conforms", "predicted").rows()
    return Judgement(found, {label: (conforms, predicted) for label, conforms, predicted in verdicts})


def differences(expected: Judgement, actual: Judgement) -> list[Difference]:
    """Return one difference per rule and file, then per unit, on which the two do not agree; none if they are equal."""
    return [*_of_findings(expected.findings, actual.findings), *_of_units(expected, actual)]


def _of_findings(expected: Findings, actual: Findings) -> Iterator[Difference]:
    for rule in sorted({*expected, *actual}):
        here, there = expected.get(rule, {}), actual.get(rule, {})
        for file in sorted({*here, *there}):
            if here.get(file) != there.get(file):
                yield Difference(f"rule {rule}, {file or 'package'}", _records(here, file), _records(there, file))


def _records(files: Mapping[str, list[int]], file: str) -> str:
    if file not in files:
        return "no finding"
    return f"records {_ranges(files[file])}" if files[file] else "one on the whole"


def _ranges(numbers: list[int]) -> str:
    """``1-40, 57``; of many ranges the first ones, and how many records there are in all."""
    ranges: list[tuple[int, int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1] = ranges[-1][0], number
        else:
            ranges.append((number, number))
    shown = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in ranges[:_SHOWN])
    return shown if len(ranges) <= _SHOWN else f"{shown}, ... ({len(numbers):,} in all)"


def _of_units(expected: Judgement, actual: Judgement) -> Iterator[Difference]:
    for unit in sorted({*expected.units, *actual.units}):
        here, there = expected.units.get(unit), actual.units.get(unit)
        if here != there:
            yield Difference(f"unit {unit}", _verdict(here), _verdict(there))


def _verdict(verdict: tuple[bool, str] | None) -> str:
    if verdict is None:
        return "no such unit"
    return f"{'conforms' if verdict[0] else 'does not conform'}, predicted {verdict[1]}"
