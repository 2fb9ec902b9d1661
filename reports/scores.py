"""How good the contracts are, for people: a table, and Allure results. One test = one contract and kind of score.

As with deliveries, nothing that changes from run to run stands in a name, title or status message.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from contracts import Contract, ContractError, Score
from raid_log import rate_text, score_totals
from reports.allure import owner, write_environment, write_result

COLUMNS = ("contract", "profile", "kind", "tried", "noticed", "score", "explained")
"""Of the table. Explained of those not noticed: mutants declared equivalent, faults that no contract can catch."""

KINDS: Mapping[str, str] = {"rule_mutants": "rule mutants", "seeded_faults": "seeded faults"}
"""The kinds of scores in words."""

_NAMES = uuid.uuid5(uuid.NAMESPACE_URL, "fusion-interface-harness/scores")
_FEATURE = "How good are the contracts?"
_STORIES = {
    "rule_mutants": "Mistakes in the rules are noticed by examples and breakers",
    "seeded_faults": "Faults in payloads are noticed by the rules",
}
_NO_FLOOR = "measured only: no floor was asked for"


@dataclass(frozen=True)
class ScoreResult:
    """All scores of one kind of a contract, and the verdict on them."""

    contract: Contract
    scores: Sequence[Score]  # by operator, at least one
    floor: Decimal | None  # per cent that has to be noticed; None: measured only
    failure: str = ""  # what is wrong, in words without a number
    rotten: Sequence[str] = ()  # entries of `equivalent` that are wrong, in words

    @property
    def total(self) -> Score:
        """All operators in one."""
        return score_totals(self.scores)[0]


def rows(scores: Iterable[Score]) -> list[tuple[str, ...]]:
    """Return the cells of the table, in ``COLUMNS``: one row per contract, profile and kind, in order of appearance."""
    return [
        (
            one.contract, one.profile, KINDS[one.kind], f"{one.total:,}", f"{one.caught:,}",
            rate_text(one.caught, one.total), f"{one.explained:,}",
        )
        for one in score_totals(scores)
    ]  # fmt: skip


def markdown(scores: Iterable[Score]) -> str:
    """Return the table as Markdown."""
    ruler = ["---"] * 3 + ["--:"] * (len(COLUMNS) - 3)
    return "".join(f"| {' | '.join(cells)} |\n" for cells in (COLUMNS, ruler, *rows(scores)))


def write_allure(results: Sequence[ScoreResult], folder: Path, *, at: datetime, version: str) -> int:
    """Write one Allure result per contract and kind into ``folder`` (made if missing) and return their number.

    ``at`` is the moment of the measurement: same scores and moment, same bytes. Raises ContractError if the folder
    cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in results:
            _write_result(one, folder, at)
        profiles = sorted({one.contract.profile for one in results})
        write_environment(folder, {"profile": ", ".join(profiles), "started": at.isoformat(), "harness": version})
    except OSError as error:
        what = f"Allure results cannot be written: {error.strerror or error}"
        raise ContractError(what, where=str(folder), todo="name a folder that can be written") from error
    return len(results)


def _write_result(one: ScoreResult, folder: Path, at: datetime) -> None:
    identity = str(uuid.uuid5(_NAMES, f"{at.isoformat()} {_full_name(one)}"))
    source = f"{identity}-attachment.txt"
    (folder / source).write_text("\n".join(_attached(one)) + "\n", encoding="utf-8", newline="\n")
    status = "failed" if one.failure else "skipped" if one.floor is None else "passed"
    write_result(
        folder,
        identity,
        case_id=uuid.uuid5(_NAMES, _full_name(one)).hex,
        full_name=_full_name(one),
        name=f"{_STORIES[one.total.kind]}: {one.contract.id}",
        verdict=(status, _NO_FLOOR if status == "skipped" else one.failure),
        told={"description": _description(one)},
        moments=(at, at),
        labels=_labels(one),
        parameters=[{"name": "profile", "value": one.contract.profile}],
        attachments=[{"name": "operators and what was missed", "source": source, "type": "text/plain"}],
    )


def _full_name(one: ScoreResult) -> str:
    return f"{one.total.kind} {one.contract.id} {one.contract.profile}"


def _labels(one: ScoreResult) -> Iterator[tuple[str, str]]:
    contract = one.contract
    yield "epic", contract.department
    yield "feature", _FEATURE
    yield "story", _STORIES[one.total.kind]
    yield "parentSuite", contract.department
    yield "suite", _FEATURE
    yield "subSuite", contract.id
    yield "severity", "normal"
    yield "owner", owner(contract)
    yield "layer", "contract"
    yield "framework", "harness"
    yield "class", one.total.kind
    yield "evidence", "conformance"
    yield "contract_version", contract.version
    yield "release", contract.release
    yield "status", contract.status


def _description(one: ScoreResult) -> str:
    total, left = one.total, one.total.total - one.total.caught
    floor = "no floor" if one.floor is None else f"the floor is {one.floor:g} %"
    return (
        f"{total.caught:,} of {total.total:,} noticed: {rate_text(total.caught, total.total)}, {floor}.\n\n"
        f"Of {left:,} missed {total.explained:,} are explained."
    )


def _attached(one: ScoreResult) -> Iterator[str]:
    yield from (f"{score.caught} of {score.total}  {score.operator}" for score in one.scores)
    yield ""
    yield from told(one.total.missed)
    yield from one.rotten


def told(missed: Sequence[str]) -> list[str]:
    """Return what was missed, each text once, in order of appearance, with how many times it happened."""
    counts: Mapping[str, int] = Counter(missed)
    return [text if times == 1 else f"{text} ({times} times)" for text, times in counts.items()]
