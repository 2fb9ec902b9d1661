"""Where an interface stands: under contracts in force, a draft, one that does not exist, or none yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from contract_texts import IDENTITY, head, one_file, profile, write

from contracts import ContractError, Interface, read_register, standing, statuses
from contracts.profiles import REGISTER_COLUMNS

ROW = Interface(
    "FIN-01", "Journals", "Finance", "inbound", "FBDI", "daily", "few", "high", "Team", (), "S3", 24, False, True, "1"
)
HELD = {"finance.one": "active", "finance.two": "draft", "finance.three": "retired"}


@pytest.mark.parametrize(
    ("contracts", "state", "why"),
    [
        (("finance.one",), "active", ""),
        (("finance.one", "finance.two"), "draft", "contract finance.two is draft"),
        (
            ("finance.three", "finance.two"),
            "retired",
            "contract finance.three is retired; contract finance.two is draft",
        ),
        (("finance.none",), "unknown", "contract finance.none is unknown"),
        ((), "none yet", "no contract yet: no reason stated"),
    ],
)
def test_the_state_is_that_of_the_first_contract_that_is_not_in_force(
    contracts: tuple[str, ...], state: str, why: str
) -> None:
    found = standing(replace(ROW, contracts=contracts), HELD)
    assert (found.state, found.why) == (state, why)


def test_a_row_is_faulty_that_names_an_unknown_contract_or_neither_contract_nor_reason() -> None:
    reason = replace(ROW, no_contract_yet="The layout must come from the bank")
    unknown = replace(ROW, contracts=("finance.none",))
    rows = [ROW, reason, unknown, replace(ROW, contracts=("finance.two",))]
    assert [standing(row, HELD).faulty for row in rows] == [True, False, True, False]
    assert standing(reason, HELD).why == "no contract yet: The layout must come from the bank"


def test_the_overlay_says_the_status_where_it_says_one(tmp_path: Path) -> None:
    assert statuses(profile(tmp_path))["finance.gl_journals"] == "active"
    write(tmp_path, "extends: finance.gl_journals\nversion: 1.0.0\nstatus: draft\nprefix: DMX\n", "finance.gl_journals")
    write(tmp_path, head() + one_file("{name: A, type: text(3)}"))
    held = statuses(profile(tmp_path))
    assert (held["finance.gl_journals"], held[IDENTITY]) == ("draft", "draft")


def test_a_register_states_a_contract_or_a_reason_and_not_both(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    row = "FIN-01,Journals,Finance,inbound,FBDI,daily,few,high,Team,{},S3,24,no,yes,1,,,,{}"
    path.write_text(f"{','.join(REGISTER_COLUMNS)}\n{row.format('', ' asked of the bank ')}\n", encoding="utf-8")
    assert read_register(path)["FIN-01"].no_contract_yet == "asked of the bank"
    path.write_text(f"{','.join(REGISTER_COLUMNS)}\n{row.format('finance.one', 'asked')}\n", encoding="utf-8")
    with pytest.raises(ContractError, match="has a contract, and a reason why it has none") as refused:
        read_register(path)
    assert str(refused.value.where).endswith("register.csv:2")
