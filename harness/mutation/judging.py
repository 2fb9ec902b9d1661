"""Which mutants a contract's own examples and breakers notice: its score, its survivors, what explains them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from contracts import Contract, Score
from harness.mutation.positions import Swap, swapped
from harness.mutation.rule_mutants import Mutant, mutants
from harness.mutation.trials import Trial, findings_of, trials
from raid_log import Rate, score_totals


@dataclass(frozen=True)
class Judged:
    """The mutants of one contract, each with the name of the payload that noticed it, "" where none did."""

    contract: Contract
    noticed: Sequence[tuple[Mutant, str]]
    rotten: Sequence[str]  # entries of `equivalent` that name no mutant or a dead one, in words

    @property
    def survivors(self) -> list[Mutant]:
        """Mutants that nothing noticed, explained or not."""
        return [mutant for mutant, by in self.noticed if not by]

    @property
    def unexplained(self) -> list[Mutant]:
        """Survivors without a reason under `equivalent`."""
        return [mutant for mutant in self.survivors if mutant.id not in self.contract.equivalent]

    @property
    def scores(self) -> list[Score]:
        """Killed of all mutants, per operator in order of appearance. Declared equivalents stay in the denominator."""
        operators = dict.fromkeys(mutant.operator for mutant, _ in self.noticed)
        return [self._score(operator) for operator in operators]

    def _score(self, operator: str) -> Score:
        mine = [(mutant, by) for mutant, by in self.noticed if mutant.operator == operator]
        left = [mutant for mutant, by in mine if not by]
        equivalent = self.contract.equivalent
        return Score(
            contract=self.contract.id,
            version=self.contract.version,
            profile=self.contract.profile,
            kind="rule_mutants",
            operator=operator,
            caught=len(mine) - len(left),
            total=len(mine),
            missed=[words(mutant, equivalent) for mutant in left],
            explained=sum(mutant.id in equivalent for mutant in left),
        )


def shortfall(scores: Iterable[Score], floor: Decimal | None, rotten: Sequence[str] = ()) -> str:
    """Return what is wrong with the scores of one kind of a contract, in words without a number; "" where nothing is.

    ``floor``: per cent of all mutants or faults that must be noticed; a contract without any falls short of none.
    """
    for total in score_totals(scores):
        if floor is not None and not Rate(total.total, total.caught).meets(floor):
            return "less is noticed than the floor asks for"
        if total.kind == "rule_mutants" and total.total - total.caught > total.explained:
            return "a mutant survives that nobody explains"
    return "an entry of `equivalent` explains nothing" if rotten else ""


def words(mutant: Mutant, equivalent: Mapping[str, str]) -> str:
    """A survivor in words: the example that is missing, or why none can tell."""
    if reason := equivalent.get(mutant.id):
        return f"equivalent: {mutant.id}: {reason}"
    return f"example missing: {mutant.id}: {mutant.missing}"


def judge(contract: Contract) -> Judged:
    """Return which mutants of a contract its examples and breakers notice.

    The bare library (and a profile's own contract) is judged with its sample lists; of a contract with an overlay
    only what the overlay adds, by the overlay's examples.
    """
    payloads = trials(contract)
    every = list(mutants(contract, payloads))
    noticed: dict[str, str] = {}
    for trial in payloads:
        alive = [mutant for mutant in every if mutant.id not in noticed]
        noticed |= dict.fromkeys(_noticed(trial, alive), trial.name)
    result = [(mutant, noticed.get(mutant.id, "")) for mutant in every]
    return Judged(contract, result, _rotten(contract, result))


def _noticed(trial: Trial, alive: Sequence[Mutant]) -> Iterator[str]:
    """Ids of the mutants for which the tests of this payload would fail. All changed rules run in one pass."""
    changed = [mutant for mutant in alive if mutant.swap is None and trial.concerns(mutant.rule)]
    rules = {mutant.id: mutant.after for mutant in changed if mutant.after is not None}
    lists = {name: one for mutant in changed for name, one in mutant.lists.items()}
    found = findings_of(trial, rules, lists) if rules else {}
    yield from (mutant.id for mutant in changed if trial.notices(mutant.rule, found.get(mutant.id, ())))
    if not trial.alone:
        yield from (mutant.id for mutant in alive if mutant.swap and _notices_swap(trial, mutant.swap))


def _notices_swap(trial: Trial, swap: Swap) -> bool:
    found = swapped(swap, trial)
    return found is not None and any(trial.notices(rule, found.get(rule, ())) for rule in {*found, *trial.found})


def _rotten(contract: Contract, noticed: Iterable[tuple[Mutant, str]]) -> list[str]:
    by: Mapping[str, Any] = {mutant.id: name for mutant, name in noticed}
    found = []
    for name in contract.equivalent:
        if name not in by:
            found.append(f"equivalent {name}: no such mutant; remove the entry or correct its id")
        elif by[name]:
            found.append(f"equivalent {name}: {by[name]} notices it; remove the entry")
    return found
