"""Where an interface of the register stands: under a contract in force, a draft, or none yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.profiles import Interface

ACTIVE = "active"
NONE_YET = "none yet"
UNKNOWN = "unknown"


@dataclass(frozen=True)
class Standing:
    """An interface, and the state of its contracts."""

    interface: Interface
    contracts: Mapping[str, str]  # id -> status as written, ``unknown`` where there is no such contract

    @property
    def state(self) -> str:
        """``active`` if all its contracts are; else the status of the first that is not, or ``none yet``."""
        open_ = [status for status in self.contracts.values() if status != ACTIVE]
        return open_[0] if open_ else ACTIVE if self.contracts else NONE_YET

    @property
    def why(self) -> str:
        """Why no contract is in force, in words; blank where one is."""
        if not self.contracts:
            return f"no contract yet: {self.interface.no_contract_yet or 'no reason stated'}"
        return "; ".join(f"contract {id_} is {status}" for id_, status in self.contracts.items() if status != ACTIVE)

    @property
    def faulty(self) -> bool:
        """Whether the register has to be mended: it names an unknown contract, or neither a contract nor a reason."""
        return UNKNOWN in self.contracts.values() or not (self.contracts or self.interface.no_contract_yet)


def standing(interface: Interface, statuses: Mapping[str, str]) -> Standing:
    """Return where an interface stands; ``statuses``: contract id -> status, of all contracts that there are."""
    return Standing(interface, {id_: statuses.get(id_, UNKNOWN) for id_ in interface.contracts})
