"""How far contracts cover what a district runs: contracts by department and status, interfaces by state."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from contracts import DEPARTMENTS, FOLDERS, contract_ids, load_profile, standing, statuses

PROFILE = "nc_district"


def measure() -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar)."""
    library, profile = load_profile("oracle"), load_profile(PROFILE)
    held = statuses(profile)
    for name, folder in zip(DEPARTMENTS, FOLDERS, strict=True):
        for whose, ids in (("library", _in(folder, statuses(library))), (PROFILE, _in(folder, held))):
            own = ids if whose == "library" else ids - set(contract_ids(library))
            if own:
                yield f"contracts of {name}, {whose} alone", _counted(Counter(held[one] for one in own)), ""
    states = Counter(standing(row, held).state for row in profile.register.values())
    yield f"{states.total()} interfaces of the register of {PROFILE}", _counted(states), ""
    covered = states.total() - states["none yet"] - states["unknown"]
    share = 100 * covered / states.total()
    yield "interfaces under a contract, active or draft", f"{covered}/{states.total()} {share:.0f} %", ""


def _in(folder: str, held: dict[str, str]) -> set[str]:
    return {one for one in held if one.startswith(f"{folder}.")}


def _counted(states: Counter[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
