"""A case: a payload, and what contract and tool must say of it, record by record and unit by unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from harness import Contract, ContractError, Profile, check, load, load_profile, read

CASES = Path(__file__).parents[1] / "cases"
_KEYS = {"why", "contract", "profile", "release", "as_of", "findings", "units"}
_WORST_FIRST = ("critical", "significant", "moderate", "minor")

Findings = Mapping[str, Mapping[str, list[int]]]


@dataclass(frozen=True)
class Judgement:
    """Record numbers per rule and file (none where a finding is on the whole file), and verdicts per unit label."""

    findings: Findings
    units: Mapping[str, tuple[bool, str]]  # conforms, predicted


@dataclass(frozen=True)
class Case:
    """One folder under ``cases/<contract>/``."""

    folder: Path
    payload: Path
    why: str
    contract: str
    profile: str
    release: str
    as_of: date
    expected: Judgement

    @property
    def title(self) -> str:
        """Name of the folder as words."""
        return self.folder.name.replace("_", " ").replace("-", " ")

    @property
    def kind(self) -> str:
        """Class of the payload: valid where nothing is expected."""
        return "faulty" if self.expected.findings else "valid"

    def worst(self, contract: Contract) -> tuple[str, str]:
        """Title and severity of the worst rule that is expected to fail; of a valid case a sentence, moderate."""
        rules = [contract.rules[name] for name in self.expected.findings if name in contract.rules]
        if not rules:
            return ("A payload breaks a rule" if self.kind == "faulty" else "A correct payload passes"), "moderate"
        rule = min(rules, key=lambda one: _WORST_FIRST.index(one.severity))
        return rule.title, rule.severity


def case_folders() -> list[Path]:
    """Folders of all cases, in name order."""
    return sorted(path.parent for path in CASES.glob("*/*/expected.yaml"))


def read_case(folder: Path) -> Case:
    """Return the case in ``folder``. Raises ContractError where expected.yaml or the payload is not as it must be."""
    where = folder / "expected.yaml"
    payloads = [path for path in sorted(folder.iterdir()) if path.name != where.name]
    if len(payloads) != 1:
        raise ContractError("a case has one payload", where=str(folder), todo="leave one file beside expected.yaml")
    try:
        # all scalars as text: a unit may be called 0110
        data = yaml.load(where.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        if set(data) != _KEYS:
            raise ValueError(f"keys {', '.join(sorted(set(data) ^ _KEYS))}")
        expected = Judgement(_findings(data["findings"] or {}), _units(data["units"] or {}))
        facts = {name: data[name] for name in ("why", "contract", "profile", "release")}
        case = Case(folder, payloads[0], as_of=date.fromisoformat(data["as_of"]), expected=expected, **facts)
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError) as error:
        what, todo = f"expected.yaml cannot be used: {error}", f"write {', '.join(sorted(_KEYS))}"
        raise ContractError(what, where=str(where), todo=todo) from error
    if case.contract != folder.parent.name:
        raise ContractError(
            f"contract {case.contract} is not the folder's", where=str(where), todo="move or correct it"
        )
    return case


@cache
def _promise(profile: str, contract: str, release: str) -> tuple[Profile, Contract]:
    """Many cases share one contract: it is loaded once."""
    chosen = load_profile(profile)
    return chosen, load(contract, chosen, release=release)


def judged(case: Case) -> tuple[Contract, Judgement]:
    """Return the contract of a case and what the tool says of its payload: all findings, all verdicts."""
    profile, contract = _promise(case.profile, case.contract, case.release)
    result = check(
        read(case.payload, contract),
        contract,
        as_of=case.as_of,
        all_findings=True,
        load_all_or_nothing=profile.load_all_or_nothing,
    )
    found: dict[str, dict[str, list[int]]] = {}
    for rule, file, row in result.findings.select("rule", "file", "row").unique().sort("rule", "file", "row").rows():
        found.setdefault(rule, {}).setdefault(file, []).extend([row] if row else [])
    units = {label: (conforms, predicted) for label, conforms, predicted in result.units.select(
        "label", "conforms", "predicted"
    ).rows()}  # fmt: skip
    return contract, Judgement(found, units)


def differences(expected: Judgement, actual: Judgement) -> list[str]:
    """Return one line per rule and file, and per unit, on which the two do not agree; records by number only."""
    return [*_finding_differences(expected.findings, actual.findings), *_unit_differences(expected, actual)]


def _finding_differences(expected: Findings, actual: Findings) -> Iterator[str]:
    for rule in sorted({*expected, *actual}):
        here, there = expected.get(rule, {}), actual.get(rule, {})
        for file in sorted({*here, *there}):
            if here.get(file) != there.get(file):
                place = f"rule {rule}, {file or 'package'}"
                yield f"{place}: expected {_records(here, file)}, found {_records(there, file)}"


def _records(files: Mapping[str, list[int]], file: str) -> str:
    if file not in files:
        return "no finding"
    return f"records {files[file]}" if files[file] else "one on the whole"


def _unit_differences(expected: Judgement, actual: Judgement) -> Iterator[str]:
    for unit in sorted({*expected.units, *actual.units}):
        here, there = expected.units.get(unit), actual.units.get(unit)
        if here != there:
            yield f"unit {unit}: expected {_verdict(here)}, found {_verdict(there)}"


def _verdict(verdict: tuple[bool, str] | None) -> str:
    if verdict is None:
        return "no such unit"
    return f"{'conforms' if verdict[0] else 'does not conform'}, predicted {verdict[1]}"


def _findings(data: Mapping[str, Any]) -> Findings:
    return {
        rule: {file: sorted({int(record) for record in records or ()}) for file, records in files.items()}
        for rule, files in data.items()
    }


def _units(data: Mapping[str, Any]) -> Mapping[str, tuple[bool, str]]:
    return {label: (_yes(verdict["conforms"]), verdict["predicted"]) for label, verdict in data.items()}


def _yes(text: str) -> bool:
    if text.lower() not in ("true", "yes", "false", "no"):
        raise ValueError(f"conforms: {text}")
    return text.lower() in ("true", "yes")
