"""Breakers of every rule, as files: of rules over records, and of those over the shape of a file and the package."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

from contracts import BreakerSearch, CheckResult, Contract, Rule, patchable, rows_as_read
from harness.checking import check
from harness.generate.altering import altered
from harness.generate.composing import miscounted, whole
from harness.generate.originals import Altered, Original, members
from interfaces import Records, read, zipped

_TRIED = 4  # changes of valid payloads that are tried for one rule of shape or package


@dataclass(frozen=True)
class BrokenPayload:
    """A payload that breaks one rule, and all that is to be found in it."""

    rule: Rule
    expects: frozenset[str]  # rule ids, the rule's own among them
    rows: tuple[int, ...]  # records of the rule's file on which it speaks, from 1; none = it speaks of the whole file
    content: bytes

    def write(self, path: Path) -> Path:
        """Write the payload to ``path``, which ends in .zip, and return it."""
        path.write_bytes(self.content)
        return path


class Breakers:
    """The breakers of a contract, one at a time. Raises PayloadError if its channel cannot be written."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._search = BreakerSearch(contract)

    def of(self, rule: Rule) -> BrokenPayload | None:
        """Return the payload that breaks the rule and nothing else, or as little else as was found; None without one.

        Of a written rule it is the one that the contract declares, with what it declares.
        """
        if rule.kind in ("shape", "package"):
            return self._altered(rule)
        breaker = self._search.breaker(rule, exactly=True)
        if breaker is None:
            return None
        records = {file: rows for file, rows in breaker.records.items() if rows}
        lost = {f"{file}.shape.row_count" for file in miscounted(self.contract, records)}
        if not whole(self.contract, records):
            lost.add("package.member_missing")
        rows = rows_as_read(self.contract, records, rule.file, breaker.rows)
        return BrokenPayload(rule, breaker.expects | lost, rows, zipped(members(self.contract, records)))

    def missing(self, rule: Rule) -> str:
        """Return why a rule has no breaker, "" if it has one."""
        if rule.kind not in ("shape", "package"):
            return self._search.missing(rule)
        if self.of(rule):
            return ""
        if rule.file and not self._payloads(rule):
            return f"no valid example has a record of {rule.file}"
        if rule.id == "package.member_unknown" and not self.contract.files_exactly:
            return "the contract takes other members, too"
        if rule.id.endswith(".row_count"):
            agreed = self.contract.files[rule.file].rows
            return "fewer records than agreed cannot be sent" if agreed else "the contract sets no number of records"
        if rule.id.endswith(".ragged") and all(len(one[rule.file]) == 1 for one in self._payloads(rule)):
            return f"no valid example has two records of {rule.file}"
        if rule.id.endswith(".line_break") and not self.contract.files[rule.file].csv.quote:
            return "without quotes a line break ends the record"
        if rule.id == "package.future_changes":
            return "no component has rows by date"
        return "nothing that was tried breaks it"

    @cached_property
    def _valid(self) -> list[Records]:
        """The valid examples that are whole packages, those with most files first."""
        found = [
            one.records
            for one in patchable(self.contract).values()
            if one.release in ("", self.contract.release) and whole(self.contract, one.records)
        ]
        return sorted(found, key=lambda records: -len(records))

    def _payloads(self, rule: Rule) -> list[Records]:
        return [records for records in self._valid if not rule.file or records.get(rule.file)]

    def _altered(self, rule: Rule) -> BrokenPayload | None:
        best: BrokenPayload | None = None
        tries = (
            one
            for records in self._payloads(rule)
            for one in altered(Original(self.contract, records, rule.file), rule)
        )
        for tried in islice(tries, _TRIED):
            broken = self._seen(rule, tried)
            if broken and (best is None or len(broken.expects) < len(best.expects)):
                best = broken
            if best and len(best.expects) == 1:
                break
        return best

    def _seen(self, rule: Rule, tried: Altered) -> BrokenPayload | None:
        """The altered payload with what is found in it, None unless the rule speaks on the records it should."""
        result = checked(BrokenPayload(rule, frozenset(), tried.rows, tried.content), self.contract)
        found = frozenset(result.findings["rule"])
        if rule.id not in found or rows_of(result, rule) != tried.rows:
            return None
        return BrokenPayload(rule, found, tried.rows, tried.content)


def checked(broken: BrokenPayload, contract: Contract) -> CheckResult:
    """Return what the contract says of a broken payload that is written and read again, all findings kept."""
    with tempfile.TemporaryDirectory() as folder:
        return check(read(broken.write(Path(folder) / "payload.zip"), contract), contract, all_findings=True)


def rows_of(result: CheckResult, rule: Rule) -> tuple[int, ...]:
    """Return the records on which a rule speaks, from 1; none where it speaks of the whole file."""
    own = result.findings.filter(result.findings["rule"] == rule.id)
    return tuple(sorted({row for row in own["row"] if row}))


def breakers(contract: Contract) -> Iterator[BrokenPayload]:
    """Yield a payload for every rule that can be broken, in the contract's order. It takes seconds to a minute."""
    search = Breakers(contract)
    return filter(None, map(search.of, contract.rules.values()))


def unbroken(contract: Contract) -> dict[str, str]:
    """Return the rules for which there is no breaker, each with the reason."""
    search = Breakers(contract)
    return {rule.id: why for rule in contract.rules.values() if (why := search.missing(rule))}
