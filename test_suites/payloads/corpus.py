"""The list of cases in ``docs/corpus.md``: what each shows, where it lies, what happens."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from test_suites.payloads.cases import CASES
from test_suites.payloads.cases_making import DRAGGED, FAULTY, REFUSED, Case

_BEGIN, _END = "<!-- cases: written by test_suites.payloads -->\n", "<!-- end of cases -->\n"
_SHOWN = 3  # rules that a row names
_OUTCOMES = ("file lost", "unit refused", "breaks the contract", "noted", "passes")


def write_corpus(page: Path) -> None:
    """Write the tables of all cases between the two marks of the page."""
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(_BEGIN)
    tail = rest.partition(_END)[2]
    page.write_text(f"{head}{_BEGIN}{tables(CASES)}{_END}{tail}", encoding="utf-8", newline="\n")


def tables(cases: Sequence[Case]) -> str:
    """Return one Markdown table per contract, the most harmful cases first."""
    contracts = dict.fromkeys(case.contract for case in cases)
    return "".join(_table(name, [case for case in cases if case.contract == name]) for name in contracts)


def outcome(case: Case) -> str:
    """Return what becomes of the payload, in one of five words."""
    verdicts = set(case.units.values())
    nothing_left = verdicts == {REFUSED} and (len(case.units) > 1 or case.file in case.units)
    if DRAGGED in verdicts or nothing_left:
        return "file lost"
    if REFUSED in verdicts:
        return "unit refused"
    if FAULTY in verdicts:
        return "breaks the contract"
    return "noted" if case.findings else "passes"


def _table(contract: str, cases: Sequence[Case]) -> str:
    ordered = sorted(cases, key=lambda case: _OUTCOMES.index(outcome(case)))
    rows = [f"| {_cell(case.why)} | `{case.name}` | {outcome(case)} | {_rules(case)} |" for case in ordered]
    head = (
        f"\n### {contract}: {len(cases)} cases\n\n| what it shows | case | predicted | findings |\n|---|---|---|---|\n"
    )
    return head + "".join(f"{row}\n" for row in rows) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


def _rules(case: Case) -> str:
    return ", ".join(_named(list(case.findings)))


def _named(rules: list[str]) -> Iterator[str]:
    yield from (f"`{rule}`" for rule in rules[:_SHOWN])
    if len(rules) > _SHOWN:
        yield f"{len(rules) - _SHOWN} more"
