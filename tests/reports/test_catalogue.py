"""The contract catalogue: everything that a contract promises, on one page, with what nobody has confirmed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

import pytest

from contracts import contract_ids, load, load_profile
from raid_log import DeliveredVersion
from reports import Unread, catalogue
from reports.pages import SIGNS

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PROFILES = ("oracle", "nc_district")


@cache
def pages(profile: str) -> dict[str, str]:
    found = load_profile(profile)
    return catalogue(found, [load(id_, found) for id_ in contract_ids(found)])


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text.partition("<body>")[2]))


@pytest.mark.parametrize("profile", PROFILES)
def test_there_is_a_page_per_contract_and_an_index_that_leads_to_each(profile: str) -> None:
    ids = contract_ids(load_profile(profile))
    assert set(pages(profile)) == {"index.html", *(f"{id_}.html" for id_ in ids)}
    assert set(re.findall(r'href="([\w.]+\.html)"', pages(profile)["index.html"])) == {f"{id_}.html" for id_ in ids}


@pytest.mark.parametrize("id_", contract_ids(load_profile("nc_district")))
def test_a_page_holds_every_rule_column_example_and_open_question(id_: str) -> None:
    contract = load(id_, "nc_district")
    text = pages("nc_district")[f"{id_}.html"]
    anchors = set(re.findall(r'id="([^"]+)"', text))
    assert contract.rules.keys() <= anchors
    shown = words(text)
    for file in contract.files.values():
        assert all(f" {name} " in shown for name in file.listed)
    assert all(f"{name}: " in shown for name in contract.examples)
    assert text.count("<tr><td>") >= len(contract.unconfirmed)
    assert all(f"{SIGNS[rule.severity]} {rule.severity}" in text for rule in contract.rules.values())


def test_a_rule_stands_with_severity_condition_reason_and_what_it_predicts() -> None:
    shown = words(pages("nc_district")["finance.gl_journals.html"])
    rule = load("finance.gl_journals", "nc_district").rules["GL-010"]
    assert f"{rule.id} ◆ critical {rule.title}" in shown or f"{rule.id} ▲ significant {rule.title}" in shown
    assert "load: SQL*Loader refuses the record, and with it the file (unconfirmed)" in shown


def test_personal_values_of_examples_are_masked() -> None:
    contract = load("hr.workers", "nc_district")
    text = pages("nc_district")["hr.workers.html"]
    examples = text.partition('<h2 id="examples">')[2].partition('<h2 id="unconfirmed">')[0]
    cells = [
        (str(value), contract.files[file].columns[name].masked)
        for one in contract.examples.values()
        for file, rows in one.records.items()
        if isinstance(rows, (list, tuple))
        for row in rows
        for name, value in row.items()
        if value and name in contract.files[file].columns
    ]
    hidden = {value for value, masked in cells if masked} - {value for value, masked in cells if not masked}
    assert hidden
    assert "***" in examples
    assert [value for value in hidden if f"<td>{value}</td>" in examples] == []


def test_the_index_names_interfaces_without_contract_and_contracts_that_cannot_be_read() -> None:
    profile = load_profile("nc_district")
    made = catalogue(profile, [], [Unread("finance.torn", "line 7: <b> is no key")])
    shown = words(made["index.html"])
    assert set(made) == {"index.html"}
    assert "finance.torn : line 7: &lt;b&gt; is no key" in shown
    assert "FIN-02 NC chart of accounts" in shown
    assert "FIN-01a" not in shown


def test_the_history_tells_versions_and_when_they_were_delivered() -> None:
    found = load_profile("oracle")
    contract = load("finance.gl_journals", found)
    one = DeliveredVersion(contract.id, "1.0.0", "25B", "active", NOW, NOW, 1_200)
    other = replace(one, contract="hr.workers", version="9.9.9")
    page = words(catalogue(found, [contract], delivered=[one, other])[f"{contract.id}.html"])
    assert "1.0.0 25B active Thu 26 Nov 2026 Thu 26 Nov 2026 1,200" in page
    assert "9.9.9" not in page
    assert "No delivery under this contract is recorded." in words(pages("oracle")["hr.workers.html"])


def test_the_same_contracts_give_the_same_bytes_and_nothing_is_loaded_from_elsewhere() -> None:
    found = load_profile("oracle")
    assert catalogue(found, [load(id_, found) for id_ in contract_ids(found)]) == pages("oracle")
    for page in (*pages("oracle").values(), *pages("nc_district").values()):
        assert "<script" not in page
        assert not re.search(r'(?:src|href)="https?:', page)
