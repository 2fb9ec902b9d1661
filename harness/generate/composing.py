"""Valid payloads out of a contract alone: its examples as seeds, copied, varied, and mended until every rule holds.

Chance comes in as a ``random.Random``. A seeded one gives the same payload again; Hypothesis gives one whose draws it
shrinks: the first choice is always the simplest, so the least payload is the contract's first example.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

from contracts import Contract, ContractError, failing, valid_examples
from harness.generate.drafts import Draft, Records
from harness.generate.keys import ambiguous, identifiers, known_in_pod, renamed
from harness.generate.laws import laws
from harness.generate.proposals import Proposer
from harness.generate.settling import settle
from harness.generate.values import domains
from harness.generate.variations import Variations, widened

MAX_RECORDS = 20
_VARIATIONS = 12  # at the most, per payload


class Composer:
    """Composes valid payloads of one effective contract."""

    def __init__(self, contract: Contract) -> None:
        """Raises ContractError if the contract has no valid example to start from."""
        self.contract = contract
        valid = {name: one for name, one in valid_examples(contract).items() if one.release in ("", contract.release)}
        self.seeds: dict[str, Records] = {
            name: one.records for name, one in valid.items() if not failing(contract, one.records)
        }
        if not self.seeds:
            raise ContractError("no valid example to start from", where=contract.id, todo="add one under `examples`")
        self.domains = domains(contract, self.seeds.values())
        self.laws = laws(contract)
        self.proposer = Proposer(contract, self.domains)
        self.identifiers = identifiers(contract, self.domains)
        self.keep = known_in_pod(contract)
        self.variations = Variations(self.domains, self.laws, self.proposer, self.identifiers)
        self._unsure = [rule for rule in contract.rules.values() if rule.kind == "python"]

    def compose(self, chance: Random, *, max_records: int = MAX_RECORDS) -> Records:
        """Return a valid payload: records by file id, ISO dates, blanks left out; at most ``max_records`` records.

        A seed that is larger than that is returned as it is.
        """
        draft = self._blocks(chance, max_records)
        for _ in range(_VARIATIONS):
            if not chance.randint(0, 7):
                break
            draft = self._varied(draft, chance, max_records)
        found = draft.rows()
        return found if not self._unsure or not failing(self.contract, found) else next(iter(self.seeds.values()))

    def _blocks(self, chance: Random, max_records: int) -> Draft:
        """One seed, and further ones under other keys as long as they fit in and keep the rules together."""
        seeds = list(self.seeds.values())
        records: Records = chance.choice([seed for seed in seeds if whole(self.contract, seed)] or seeds)
        number = 0
        while chance.randint(0, 1) and number < max_records:
            number += 1
            block = renamed(chance.choice(seeds), number, self.identifiers, self.domains, self.keep)
            joined = {
                file: [*records.get(file, ()), *block.get(file, ())]
                for file in self.contract.files
                if file in records or file in block
            }
            if sum(map(len, joined.values())) > max_records:
                break
            draft = Draft(self.contract, joined)
            if self._settled(draft, chance):
                records = draft.rows()
        return Draft(self.contract, records)

    def _settled(self, draft: Draft, chance: Random) -> bool:
        settled = settle(draft, self.laws, self.proposer, chance, lambda cells: widened(cells, draft))
        return settled and not ambiguous(draft) and not miscounted(self.contract, draft.records)

    def _varied(self, draft: Draft, chance: Random, max_records: int) -> Draft:
        """The draft with one change and what follows from it; the draft itself where the rules cannot be kept."""
        changed = Draft(self.contract, draft.rows())
        if not self.variations.change(changed, chance, grow=draft.size < max_records):
            return draft
        changed.link()
        if whole(self.contract, draft.rows()) and not whole(self.contract, changed.rows()):
            return draft
        return changed if self._settled(changed, chance) else draft


def whole(contract: Contract, records: Records) -> bool:
    """True if no member is missing: a zip of files holds every one that is not optional, and none is empty.

    One .dat may hold one component alone; files whose records share a member make it together. Of several .dats a
    zip needs no more than one.
    """
    if contract.channel == "hdl":
        return any(records.values())
    there = {file.names for file in contract.files.values() if records.get(file.id)}
    return all(file.optional or file.names in there for file in contract.files.values())


def miscounted(contract: Contract, records: Mapping[str, Sequence[object]]) -> set[str]:
    """Return files with more or fewer records than agreed; one that is no record type may also be left out."""
    return {
        file.id
        for file in contract.files.values()
        for count in [len(records.get(file.id, ()))]
        if file.rows and not file.rows[0] <= count <= file.rows[1] and (count or file.record_type)
    }


def unit_numbers(contract: Contract, records: Records) -> dict[str, list[int]]:
    """Return the number of the accept unit of each record, from 0 in order of appearance, by file id."""
    draft = Draft(contract, records)
    numbers: dict[object, int] = {}
    return {
        name: [numbers.setdefault(draft.unit(record), len(numbers)) for record in rows]
        for name, rows in draft.records.items()
        if rows
    }
