"""The Hypothesis door: valid payloads of a contract as a strategy that shrinks to the contract's first example."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from contracts import Contract
from harness.generate.composing import MAX_RECORDS, Composer
from harness.generate.drafts import Records

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_SHOWN = 20_000  # characters; of longer ones hypothesis complains


class Composed(dict[str, list[dict[str, str | None]]]):
    """Composed records by file id. Printed with personal values masked, since failures print what they were given."""

    def __init__(self, contract: Contract, records: Records) -> None:
        super().__init__({file: [dict(row) for row in rows] for file, rows in records.items()})
        self.contract = contract

    def __repr__(self) -> str:
        text = repr(masked_records(self.contract, self))
        return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text):,} characters)"


def masked_records(contract: Contract, records: Records) -> Mapping[str, list[dict[str, str | None]]]:
    """Return the records with ``***`` for every value of a column that may hold personal data."""
    hidden = {
        file.id: {name for name, column in file.columns.items() if column.masked} for file in contract.files.values()
    }
    return {
        file: [{name: "***" if text and name in hidden[file] else text for name, text in row.items()} for row in rows]
        for file, rows in records.items()
    }


def strategy(contract: Contract | Composer, *, max_records: int = MAX_RECORDS) -> SearchStrategy[Composed]:
    """Return a strategy of valid payloads: records by file id as ``examples`` write them, ``max_records`` at the most.

    Every payload keeps every rule of the contract whose list is bound. The least one is the contract's first valid
    example. Raises ContractError if there is none. A ``Composer`` made before saves its preparation.
    """
    from hypothesis import strategies as st

    composer = contract if isinstance(contract, Composer) else Composer(contract)
    chances = st.randoms(use_true_random=False)
    return chances.map(lambda chance: Composed(composer.contract, composer.compose(chance, max_records=max_records)))
