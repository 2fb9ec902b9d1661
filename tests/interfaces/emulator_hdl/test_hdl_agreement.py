"""The loader beside the contracts of HR objects: it takes what they call valid and refuses what they predict."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from hdl_files import code_of

from contracts import BreakerSearch, Contract, contract_ids, load_profile, valid_examples
from contracts import load as load_contract
from interfaces import Records, write
from interfaces.emulator.hdl import load
from interfaces.emulator.jobs import HdlResult
from interfaces.emulator.setup import setup_of
from interfaces.emulator.tables import Tables


@cache
def contract(identity: str, profile: str = "oracle") -> Contract:
    return load_contract(identity, profile, sample=profile == "oracle")


LOADED = [("hr.workers", "nc_district")] + [
    (one, "oracle")
    for one in contract_ids(load_profile("oracle"))
    if one.startswith("hr.") and one != "hr.assignments" and contract(one).channel == "hdl"
]
"""All but assignments, whose predictions the loader does not share yet."""


def sent(which: Contract, records: Records, folder: Path) -> HdlResult:
    path = folder / "payload.zip"
    write(path, which, records)
    return load(path.read_bytes(), path.name, Tables(), setup_of([which]))


@pytest.mark.parametrize(("identity", "profile"), LOADED)
def test_valid_examples_are_accepted_whole(identity: str, profile: str, tmp_path: Path) -> None:
    which = contract(identity, profile)
    for name, example in valid_examples(which).items():
        result = sent(which, example.records, tmp_path)
        assert result.objects_ok == result.objects_total > 0, (name, [one["MessageText"] for one in result.messages])
        assert not result.messages, name


@pytest.mark.slow  # the property suite asks the same of a few drawn breakers
@pytest.mark.parametrize(("identity", "profile"), LOADED)
def test_breakers_with_a_predicted_code_are_refused_with_it(identity: str, profile: str, tmp_path: Path) -> None:
    which = contract(identity, profile)
    search = BreakerSearch(which)
    differing = []
    for rule in which.rules.values():
        breaker = search.breaker(rule) if rule.code else None
        if breaker:
            result = sent(which, breaker.records, tmp_path)
            if rule.code not in {code_of(str(message["MessageText"])) for message in result.messages}:
                differing.append(rule.id)
    assert differing == list(which.differs)


def test_deliveries_of_the_district_load_one_after_another() -> None:
    setup, tables = setup_of([contract("hr.workers", "nc_district")]), Tables()
    payloads = Path(__file__).parents[3] / "contracts/profiles/nc_district/payloads"
    refused = {}
    for path in sorted(payloads.glob("HR-*/*.zip")):
        result = load(path.read_bytes(), path.name, tables, setup)
        assert result.lines_error == 0, path.name
        refused[path.name] = (result.objects_ok, sorted(code_of(str(one["MessageText"])) for one in result.messages))
    assert refused == {
        "Worker_20261118.zip": (48, []),
        "Worker_20261119.zip": (61, []),
        "Worker_20261120.zip": (50, ["action_code_invalid"] * 7 + ["last_name_required"]),
        "Worker_20261119_onboarding.zip": (38, []),
        "Worker_20261120_onboarding.zip": (34, []),
    }
