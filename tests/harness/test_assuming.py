"""Every open question of the profile and of its active contracts is an assumption after the first run."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from told import SPOILED, Desk

from contracts import Profile, contract_ids, load, load_profile
from contracts.profiles import SHIPPED
from harness.assuming import open_questions
from raid_log import item, no_longer_asked, open_store

JOURNALS = "finance.gl_journals"


@pytest.fixture
def district(tmp_path: Path) -> Callable[[str, str], Profile]:
    """A copy of the shipped profile whose overlay of journals was changed."""

    def changed(old: str, new: str) -> Profile:
        folder = tmp_path / "district"
        shutil.copytree(SHIPPED / "nc_district", folder, ignore=shutil.ignore_patterns("payloads"))
        overlay = folder / "contracts" / "finance" / "gl_journals.yaml"
        text = overlay.read_text(encoding="utf-8")
        assert old in text
        overlay.write_text(text.replace(old, new), encoding="utf-8")
        return load_profile("nc_district", folder)

    return changed


def test_the_profile_asks_first_and_then_each_active_contract_all_that_it_has_not_confirmed() -> None:
    profile = load_profile("nc_district")
    found = open_questions(profile)
    served = [name for name in contract_ids(profile) if profile.serving(name)]
    active = [one for name in served if (one := load(name, profile)).status == "active"]
    assert found.questions[: len(profile.questions)] == profile.questions
    assert [(one.contract, one.concerns, one.text) for one in found.questions[len(profile.questions) :]] == [
        (contract.id, *pair) for contract in active for pair in contract.unconfirmed
    ]
    assert found.contracts == {contract.id for contract in active}


def test_a_contracts_question_touches_the_interfaces_that_it_serves() -> None:
    found = open_questions(load_profile("nc_district")).questions
    assert {one.interfaces for one in found if one.contract == JOURNALS} == {("FIN-01a", "FIN-01b", "FIN-01c")}


@pytest.mark.parametrize("new", ["status: draft", "status: nonsense"])
def test_a_contract_that_is_a_draft_or_cannot_be_read_asks_nothing(
    district: Callable[[str, str], Profile], new: str
) -> None:
    found = open_questions(district("status: active", new))
    assert JOURNALS not in found.contracts
    assert {one.contract for one in found.questions} == {"", *found.contracts}


def test_the_bare_library_asks_nothing() -> None:
    found = open_questions(load_profile("oracle"))
    assert (found.questions, found.contracts) == ((), frozenset())


def test_a_contract_of_no_interface_asks_nothing() -> None:
    """A new district that has journals alone is not asked about suppliers."""
    profile = load_profile("nc_district")
    few = {name: row for name, row in profile.register.items() if JOURNALS in row.contracts}
    found = open_questions(replace(profile, register=few))
    assert found.contracts == {JOURNALS}
    assert {one.contract for one in found.questions} == {"", JOURNALS}


def entries(desk: Desk, type_: str) -> Any:
    desk("raid", "list", "--type", type_, "--quiet", "--json", desk.folder / "log.json")
    return json.loads((desk.folder / "log.json").read_text())


def test_the_first_run_opens_them_after_its_defects_and_says_so_in_one_line(desk: Desk) -> None:
    told = desk("run", "--no-deliver", desk.payload(SPOILED), "--no-color")
    asked = len(open_questions(load_profile("nc_district")).questions)
    assert told.code == 0
    (line,) = [line for line in told.out.splitlines() if "assumptions" in line]
    assert line == f"  assumptions               {asked} new; harness raid list --type assumption"
    held, defects = entries(desk, "assumption"), entries(desk, "issue")
    assert (len(held), defects[0]["id"]) == (asked, "RAID-0001")
    assert max(one["id"] for one in defects) < min(one["id"] for one in held)


def test_a_later_run_opens_none_and_says_nothing_of_them(desk: Desk) -> None:
    desk("run", "--no-deliver", desk.payload(SPOILED))
    held = entries(desk, "assumption")
    told = desk("run", "--no-deliver", desk.payload(SPOILED))
    assert (told.code, "assumptions" in told.out) == (0, False)
    assert entries(desk, "assumption") == held


def test_an_answered_question_of_the_profile_is_proposed_to_be_confirmed(desk: Desk) -> None:
    desk("run", "--no-deliver", desk.payload(SPOILED))
    found = open_questions(load_profile("nc_district"))
    with open_store(f"sqlite:///{desk.workspace / 'store.db'}") as store:
        assert no_longer_asked(store, found) == ()
        answered = replace(found, questions=found.questions[1:])
        (identity,) = no_longer_asked(store, answered)
        assert item(store, identity).statement == found.questions[0].text
