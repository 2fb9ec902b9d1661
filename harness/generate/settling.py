"""Mending a draft until no law is broken: at each step the proposal that leaves the fewest breaches."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from itertools import islice
from random import Random

from harness.generate.drafts import Draft, Record
from harness.generate.laws import Law
from harness.generate.proposals import Cells, Proposer

STEPS = 12
PROPOSALS = 60

Breach = tuple[Law, list[Record]]


def broken(draft: Draft, laws: Sequence[Law]) -> list[Breach]:
    """Return every breach of a draft, in the order of the laws."""
    return [(law, records) for law in laws for records in law.breaches(draft)]


def settle(
    draft: Draft,
    laws: Sequence[Law],
    proposer: Proposer,
    chance: Random,
    widen: Callable[[Cells], Cells] = lambda cells: cells,
    pinned: Collection[tuple[int, str]] = (),
) -> bool:
    """Change the draft until it breaks no law; False if that was not reached (the draft is then of no use).

    ``widen`` makes a patch one of all records that must change together; cells that are ``pinned`` (id of the record,
    column) stay as they are.
    """
    breaches = broken(draft, laws)
    for _ in range(STEPS):
        if not breaches:
            return True
        law, records = breaches[0]
        best: tuple[list[Breach], Cells] | None = None
        for proposed in islice(proposer.patches(law.rule, records, draft, chance), PROPOSALS):
            patch = widen(proposed)
            if any((id(record), name) in pinned for record, name, _ in patch):
                continue
            before = apply(draft, patch)
            helps = len(law.breaches(draft)) < sum(one is law for one, _ in breaches)
            left = broken(draft, laws) if helps else []
            apply(draft, before)
            if helps and (best is None or len(left) < len(best[0])):
                best = left, patch
            if helps and len(left) < len(breaches):
                break
        if best is None:
            return False
        apply(draft, best[1])
        breaches = broken(draft, laws)
    return not breaches


def apply(draft: Draft, patch: Cells) -> Cells:
    """Change cells of a draft, and return the patch that takes it back."""
    before = [(record, name, record.values.get(name)) for record, name, _ in patch]
    for record, name, text in patch:
        record.values[name] = text
    if any((record.file.id, name) in draft.links for record, name, _ in patch):
        draft.link()
    return before
