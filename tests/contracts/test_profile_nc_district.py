"""The shipped example profile is whole: its lists agree with each other, its register covers every interface."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from contracts import load, standing, statuses, written_ids
from contracts.profiles import DEPARTMENTS, SHIPPED, load_profile, read_register

PROFILE = SHIPPED / "nc_district"
KEYS: dict[str, tuple[str, ...]] = {
    "account_combination": ("fund", "purpose", "prc", "object", "school", "use1", "use2"),
    "account_string": ("account", "valid_from"),
    "actions": ("code",),
    "address_type": ("code",),
    "ap_source": ("name",),
    "assignment_status": ("code",),
    "bank_accounts": ("number",),
    "banking_days": ("first",),
    "business_units": ("name",),
    "buyer": ("email",),
    "country": ("code",),
    "currency": ("code",),
    "department": ("name",),
    "email_type": ("code",),
    "fund": ("code",),
    "fund_prc": ("fund", "prc", "valid_from"),
    "grade": ("code",),
    "je_category": ("name",),
    "je_source": ("name",),
    "job": ("code",),
    "ledgers": ("name",),
    "legal_employers": ("name",),
    "line_type": ("name",),
    "location": ("code",),
    "name_type": ("code",),
    "national_id_type": ("code",),
    "object": ("code",),
    "open_period": ("ledger", "name"),
    "pay_group": ("name",),
    "payment_method": ("code",),
    "payment_terms": ("name",),
    "person_type": ("name",),
    "phone_type": ("code",),
    "prc": ("code",),
    "purchasing_category": ("name",),
    "purpose": ("code",),
    "rate_type": ("name",),
    "school": ("code",),
    "ship_to_location": ("code",),
    "source_owner": ("code",),
    "supplier_sites": ("supplier", "site", "business_unit"),
    "purchasing_sites": ("supplier", "site", "business_unit"),
    "bu_currency": ("business_unit",),
    "work_relationships": ("SourceSystemOwner", "SourceSystemId"),
    "work_terms": ("SourceSystemOwner", "SourceSystemId"),
    "suppliers": ("number",),
    "tax_organization_type": ("code",),
    "uom": ("name",),
    "use1": ("code",),
    "use2": ("code",),
    "workers": ("SourceSystemOwner", "SourceSystemId"),
}
INVENTORY = {
    *(f"FIN-{number:02}" for number in range(1, 18)),
    *(f"PRC-{number:02}" for number in range(1, 6)),
    *(f"HR-{number:02}" for number in range(1, 13)),
}
FAR = "9999-12-31"

Row = dict[str, str]


def values(name: str) -> list[Row]:
    """Rows of a list of the profile, in file order, every value text."""
    with (PROFILE / "lists" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def column(name: str, of: str) -> set[str]:
    return {row[of] for row in values(name)}


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_list_has_rows_whole_keys_and_no_key_twice(name: str) -> None:
    keys = [tuple(row[part] for part in KEYS[name]) for row in values(name)]
    assert keys
    assert all(all(key) for key in keys)
    assert [key for key, times in Counter(keys).items() if times > 1] == []


@pytest.mark.parametrize("name", sorted(KEYS))
def test_a_list_is_plain_text_without_stray_blanks(name: str) -> None:
    data = (PROFILE / "lists" / f"{name}.csv").read_bytes()
    assert data.endswith(b"\n")
    assert b"\r" not in data
    assert not data.startswith(b"\xef\xbb\xbf")
    rows = values(name)
    assert all(None not in row and None not in row.values() for row in rows)
    assert [value for row in rows for value in row.values() if value != value.strip()] == []


def test_every_list_of_the_folder_is_bound_by_a_contract_or_looked_into_here() -> None:
    profile = load_profile("nc_district")
    bound = {Path(one.file).stem for id_ in written_ids(profile) for one in load(id_, profile).lists.values()}
    assert {path.stem for path in (PROFILE / "lists").glob("*.csv")} <= bound | set(KEYS)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("fund", r"[1-9]"),
        ("purpose", r"[1-9]\d{3}"),
        ("prc", r"\d{3}"),
        ("object", r"\d{3}"),
        ("school", r"\d{3}"),
        ("use1", r"\d{3}"),
        ("use2", r"\d{2}"),
    ],
)
def test_a_segment_value_has_the_digits_of_its_segment(name: str, pattern: str) -> None:
    assert [code for code in column(name, "code") if not re.fullmatch(pattern, code)] == []


def test_there_are_nine_funds_and_185_sites() -> None:
    assert column("fund", "code") == set("123456789")
    assert len(values("school")) == 185


def test_the_round_hundreds_of_objects_are_no_codes() -> None:
    assert column("object", "code").isdisjoint(f"{hundred}00" for hundred in range(1, 8))
    assert "000" in column("object", "code")


@pytest.mark.parametrize("segment", ["fund", "purpose", "prc", "object", "school", "use1", "use2"])
def test_account_combinations_use_listed_values_only(segment: str) -> None:
    assert column("account_combination", segment) - column(segment, "code") == set()


def test_there_are_at_least_600_account_combinations_and_the_two_of_the_standard_journal() -> None:
    accounts = {"-".join(row[part] for part in KEYS["account_combination"]) for row in values("account_combination")}
    assert len(accounts) >= 600
    assert {"1-5110-036-121-304-000-00", "1-2110-000-000-304-000-00"} <= accounts


def test_balance_sheet_combinations_carry_no_program_and_no_object() -> None:
    rows = [row for row in values("account_combination") if row["purpose"][0] in "12"]
    assert {(row["prc"], row["object"]) for row in rows} == {("000", "000")}


def test_income_and_expense_combinations_carry_a_program_and_expense_an_object() -> None:
    rows = [row for row in values("account_combination") if row["purpose"][0] not in "12"]
    assert [row for row in rows if row["prc"] == "000"] == []
    assert [row for row in rows if (row["object"] == "000") != (row["purpose"][0] in "34")] == []


def test_state_and_federal_combinations_lie_inside_a_window_of_their_program() -> None:
    windows = values("fund_prc")
    rows = [row for row in values("account_combination") if row["fund"] in "13" and row["prc"] != "000"]
    assert {row["fund"] for row in rows} == {"1", "3"}
    assert [row for row in rows if not any(_covers(window, row) for window in windows)] == []


def _covers(window: Row, row: Row) -> bool:
    return (
        (window["fund"], window["prc"]) == (row["fund"], row["prc"])
        and window["valid_from"] <= row["valid_from"]
        and (row["valid_to"] or FAR) <= (window["valid_to"] or FAR)
    )


def test_every_fund_with_spending_can_pay_and_owe() -> None:
    accounts = {(row["fund"], row["purpose"]) for row in values("account_combination")}
    assert {(fund, purpose) for fund in "1235" for purpose in ("1110", "2010", "2110")} <= accounts


def test_an_account_in_one_string_is_a_combination_with_its_dates() -> None:
    def dated(row: Row, account: str) -> tuple[str, str, str]:
        return account, row["valid_from"], row["valid_to"]

    combinations = [
        dated(row, "-".join(row[part] for part in KEYS["account_combination"])) for row in values("account_combination")
    ]
    assert [dated(row, row["account"]) for row in values("account_string")] == combinations


def test_sites_that_payables_must_not_use_are_those_that_are_not_for_payments() -> None:
    listed = load("finance.ap_invoices", load_profile("nc_district")).lists["other_sites"].rows
    assert listed is not None
    sites = [row for row in values("supplier_sites") if row["pay"] == "N"]
    assert listed.to_dicts() == [{name: row[name] for name in ("number", "site", "assigned_to")} for row in sites]


@pytest.mark.parametrize("name", ["fund_prc", "account_combination"])
def test_dated_rows_hold_iso_dates_in_order_and_some_have_ended(name: str) -> None:
    rows = values(name)
    assert all(date.fromisoformat(row["valid_from"]) for row in rows)
    ended = [row for row in rows if row["valid_to"]]
    assert "2026-06-30" in {row["valid_to"] for row in ended}
    assert [row for row in ended if date.fromisoformat(row["valid_to"]) < date.fromisoformat(row["valid_from"])] == []


def test_fund_prc_names_listed_programs_of_the_two_state_checked_funds() -> None:
    assert column("fund_prc", "fund") == {"1", "3"}
    assert column("fund_prc", "prc") <= column("prc", "code") - {"000"}


def test_windows_of_one_program_do_not_overlap() -> None:
    rows = sorted(values("fund_prc"), key=lambda row: (row["fund"], row["prc"], row["valid_from"]))
    pairs = [(a, b) for a, b in pairwise(rows) if (a["fund"], a["prc"]) == (b["fund"], b["prc"])]
    assert pairs
    assert [pair for pair in pairs if (pair[0]["valid_to"] or FAR) >= pair[1]["valid_from"]] == []


@pytest.mark.parametrize("ledger", ["District Ledger", "District Grants Ledger"])
def test_the_periods_of_a_ledger_run_from_july_2025_to_june_2027_without_gap(ledger: str) -> None:
    periods = [row for row in values("open_period") if row["ledger"] == ledger]
    starts = [date.fromisoformat(row["start"]) for row in periods]
    ends = [date.fromisoformat(row["end"]) for row in periods]
    assert (starts[0], ends[-1], len(periods)) == (date(2025, 7, 1), date(2027, 6, 30), 24)
    assert [end + timedelta(days=1) for end in ends[:-1]] == starts[1:]
    assert [row["name"] for row in periods] == [start.strftime("%b-%y") for start in starts]


@pytest.mark.parametrize(
    ("child", "of", "parent", "key"),
    [
        ("business_units", "ledger", "ledgers", "name"),
        ("open_period", "ledger", "ledgers", "name"),
        ("ledgers", "currency", "currency", "code"),
        ("supplier_sites", "supplier", "suppliers", "name"),
        ("supplier_sites", "business_unit", "business_units", "name"),
        ("supplier_sites", "assigned_to", "business_units", "name"),
        ("workers", "SourceSystemOwner", "source_owner", "code"),
        ("location", "name", "school", "name"),
        ("ship_to_location", "name", "school", "name"),
    ],
)
def test_a_list_refers_to_values_of_its_parent_list(child: str, of: str, parent: str, key: str) -> None:
    assert column(child, of) - column(parent, key) == set()


def test_a_supplier_has_one_number_with_leading_zeros_and_a_site_to_pay() -> None:
    number = {row["name"]: row["number"] for row in values("suppliers")}
    sites = values("supplier_sites")
    assert len(number) == len(values("suppliers"))
    assert all(re.fullmatch(r"00\d{5}", value) for value in number.values())
    assert [row for row in sites if row["number"] != number[row["supplier"]]] == []
    assert {row["supplier"] for row in sites if row["pay"] == "Y"} == set(number)
    assert {row["pay"] for row in sites} == {row["purchasing"] for row in sites} == {"Y", "N"}


def test_a_person_number_belongs_to_one_worker_and_a_mailbox_to_no_person() -> None:
    assert len(column("workers", "PersonNumber")) == len(values("workers"))
    assert all(re.fullmatch(r"buyer\.[a-z]+@example\.org", email) for email in column("buyer", "email"))


def test_the_profile_loads_with_its_settings_and_goals() -> None:
    profile = load_profile("nc_district")
    assert (profile.name, profile.default_release, profile.fiscal_year_start) == ("nc_district", "26C", "07-01")
    assert profile.time_zone == ZoneInfo("America/New_York")
    assert profile.load_all_or_nothing
    assert {goal.measure: goal.target for goal in profile.goals} == {
        "acceptance_rate": 99.5,
        "open_critical": 0,
        "open_significant": 0,
    }
    assert {goal.by for goal in profile.goals} == {date(2027, 1, 1)}


def test_the_register_covers_every_interface_of_the_inventory() -> None:
    register = read_register(PROFILE / "register.csv")
    assert len(INVENTORY) == 34
    assert {re.sub(r"[a-z]$", "", interface) for interface in register} >= INVENTORY


def test_a_split_interface_has_at_least_two_feeds_and_no_row_of_its_own() -> None:
    register = read_register(PROFILE / "register.csv")
    split = Counter(interface[:-1] for interface in register if interface[-1].isalpha())
    assert min(split.values()) >= 2
    assert split.keys() & register.keys() == set()


def test_every_department_has_interfaces_and_every_row_an_owner() -> None:
    rows = read_register(PROFILE / "register.csv").values()
    assert {row.department for row in rows} == set(DEPARTMENTS)
    assert [
        row.id for row in rows if not (row.name and row.mechanism and row.frequency and row.volume and row.owner)
    ] == []
    assert {row.criticality for row in rows} == {"critical", "high", "medium"}
    assert {row.phase for row in rows} == {"1", "2"}
    assert min(row.time_limit_hours for row in rows) > 0


def test_every_row_has_a_contract_that_exists_or_says_why_it_has_none() -> None:
    profile = load_profile("nc_district")
    held = statuses(profile)
    rows = [standing(row, held) for row in profile.register.values()]
    assert [one.interface.id for one in rows if one.faulty] == []
    assert sum(one.state == "active" for one in rows) >= 20
    assert all(one.interface.no_contract_yet for one in rows if not one.contracts)


def test_a_row_has_contracts_of_its_own_direction() -> None:
    profile = load_profile("nc_district")
    wrong = [
        (row.id, contract)
        for row in profile.register.values()
        for contract in row.contracts
        if load(contract, profile).direction != row.direction
    ]
    assert wrong == []


def test_inbound_rows_go_to_the_base_table_or_beyond_and_outbound_rows_stop_at_the_contract() -> None:
    rows = read_register(PROFILE / "register.csv").values()
    assert {row.required_stage for row in rows if row.direction == "inbound"} == {"S3", "S4"}
    assert {row.required_stage for row in rows if row.direction == "outbound"} == {"S1"}


def test_yes_and_no_are_written_out_in_the_register() -> None:
    with (PROFILE / "register.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["pay_affecting"] for row in rows} == {row["in_scope"] for row in rows} == {"yes", "no"}
