"""The contract catalogue: everything that a contract promises, on one page, with what nobody has confirmed."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from html import unescape
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import escape

from contracts import Contract, contract_ids, load, load_profile
from raid_log import DeliveredVersion
from reports import Unread, catalogue
from reports.pages import SIGNS

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
PROFILES = ("oracle", "nc_district")


@cache
def pages(profile: str) -> dict[str, str]:
    found = load_profile(profile)
    return catalogue(found, [load(id_, found) for id_ in contract_ids(found)])


def words(text: str, *, whole: bool = False) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text if whole else text.partition("<body>")[2]))


def part(text: str, begin: str, end: str) -> str:
    """A page between two of its headings."""
    return text.partition(f'<h2 id="{begin}">')[2].partition(f'<h2 id="{end}">')[0]


def rule(text: str, id_: str) -> str:
    """What a page says of a written rule."""
    return words("<body>" + text.partition(f'<article id="{id_}">')[2].partition("</article>")[0])


def page(contract: Contract, profile: str = "oracle") -> str:
    return catalogue(load_profile(profile), [contract])[f"{contract.id}.html"]


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
    assert {f"column-{file.id}.{name}" for file in contract.files.values() for name in file.columns} <= anchors
    shown = words(text)
    for file in contract.files.values():
        assert all(f" {name} " in shown for name in file.listed)
    assert all(f"{one.name}: " in shown for one in contract.examples.values() if one.prefix)
    asked = words(part(text, "unconfirmed", "history"), whole=True)
    assert [pair for pair in contract.unconfirmed if f"{pair[0]} {escape(pair[1])}" not in asked] == []
    assert all(f"{SIGNS[rule.severity]} {rule.severity}" in text for rule in contract.rules.values())


def test_a_rule_tells_severity_condition_prediction_place_and_what_breaks_it() -> None:
    assert rule(pages("oracle")["finance.gl_journals.html"], "GL-030") == (
        " GL-030 In the ledger currency, accounted equals entered ◆ critical ."
        " Predicts EC12: Entered must equal accounted for ledger-currency or STAT lines (known) ."
        " when: COALESCE(ACCOUNTED_DR, ENTERED_DR, 0) &lt;&gt; COALESCE(ENTERED_DR, 0)"
        " OR COALESCE(ACCOUNTED_CR, ENTERED_CR, 0) &lt;&gt; COALESCE(ENTERED_CR, 0)"
        " in_list: columns: LEDGER_NAME, CURRENCY_CODE list: ledgers match: name, currency absent: yes"
        " what to do use no combination that is on the list ledgers (ledgers of the pod with their currency)"
        " broken by example balanced_journal, gl record 1: ACCOUNTED_DR = 99.99"
        f" stands at {load('finance.gl_journals').rules['GL-030'].place} "
    )


def test_a_rule_that_predicts_nothing_says_so_and_an_open_one_asks_its_question() -> None:
    text = rule(pages("oracle")["finance.gl_journals.html"], "GL-020")
    assert "Predicts nothing: Fusion may take it." in text
    assert "Unconfirmed: Does the import refuse a line with an amount on both sides?" in text
    assert "ENTERED_CR = 5.00; breaks GL-100 , too" in text


@pytest.mark.parametrize("id_", contract_ids(load_profile("nc_district")))
def test_every_key_of_a_rule_is_told_and_none_as_a_piece_of_python(id_: str) -> None:
    text = pages("nc_district")[f"{id_}.html"]
    for one in load(id_, "nc_district").rules.values():
        if one.written:
            told = rule(text, one.id)
            assert [name for name in one.spec if f" {name}: " not in told] == []
            assert not re.search(r"\[&#39;|\{&#39;|\bNone\b|\bTrue\b", told)


def test_a_rule_whose_severity_or_emulator_is_another_gives_the_reason() -> None:
    contract = replace(
        load("finance.gl_journals"),
        regraded={"GL-020": "both sides are <b>usual</b>"},
        differs={"GL-020": "it adds them up"},
        disabled={"GL-999": "suspense posting is on"},
    )
    text = page(contract)
    assert "Graded otherwise by the overlay: both sides are &lt;b&gt;usual&lt;/b&gt;" in rule(text, "GL-020")
    assert "The emulator answers otherwise: it adds them up" in rule(text, "GL-020")
    assert "Switched off by the profile rule why GL-999 suspense posting is on" in words(text)


def test_a_column_tells_type_length_when_it_is_required_and_how_sure_the_layout_is() -> None:
    text = pages("oracle")["finance.gl_journals.html"]
    assert "1 STATUS Status Code text 50 yes one of NEW library:50" in words(part(text, "columns", "rules"), whole=True)
    workers = words(part(pages("oracle")["hr.workers.html"], "columns", "rules"), whole=True)
    assert "9 DateOfBirth date YYYY/MM/DD yes" in workers
    assert "length: memory" in workers


def test_parameters_of_the_job_say_where_their_values_come_from() -> None:
    shown = words(pages("oracle")["finance.gl_journals.html"])
    assert "source of the payload: gl.USER_JE_SOURCE_NAME" in shown
    assert "setting ledger_id of the pod, chosen by gl.LEDGER_NAME; where that is blank, gl.LEDGER_ID itself" in shown
    assert "create summary (N/Y) always N" in shown


def test_a_profile_shows_the_examples_that_are_tried_there_and_counts_the_others() -> None:
    contract = load("finance.gl_journals", "nc_district")
    left_out = [one.name for one in contract.examples.values() if not one.prefix]
    examples = part(pages("nc_district")["finance.gl_journals.html"], "examples", "unconfirmed")
    assert left_out
    assert [name for name in left_out if f'id="example-{name}"' in examples] == []
    assert f"{len(left_out)} examples of the library are not tried here" in examples
    assert "lost_leading_zero: must find gl.SEGMENT3.list@NCGL, NCGL-030, NCGL-100" in examples


def test_questions_of_flexfields_and_of_the_profile_stand_with_those_of_the_contract() -> None:
    asked = words(part(pages("nc_district")["finance.gl_journals.html"], "unconfirmed", "history"), whole=True)
    assert "flexfield gl_line Does the pod define the context GRANT on journal lines?" in asked
    assert "GL-020 Does the import refuse a line with an amount on both sides? contracts/finance/gl_journals" in asked
    assert "Q15 What is the account string of balance-sheet lines? Purpose 1xxx and 2xxx carry PRC 000" in asked


def test_the_history_tells_what_a_release_changed_in_the_layout() -> None:
    history = words(pages("oracle")["finance.ap_invoices.html"].partition('<h2 id="history">')[2], whole=True)
    assert "headers 25B 25B 135 headers 26C 26C 136 new: " in history
    assert "gl 26C 23B 149 as 25B" in words(pages("oracle")["finance.gl_journals.html"])


def test_personal_values_of_examples_are_masked() -> None:
    contract = load("hr.workers", "nc_district")
    text = pages("nc_district")["hr.workers.html"]
    examples = part(text, "examples", "unconfirmed")
    cells = [
        (str(value), contract.files[file].columns[name].masked)
        for one in contract.examples.values()
        if one.prefix
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


def test_personal_values_of_breakers_are_masked() -> None:
    contract = load("procurement.suppliers")
    text = pages("oracle")["procurement.suppliers.html"]
    secret = contract.rules["SUP-022"].breaks
    assert isinstance(secret, dict)
    assert contract.files["suppliers"].columns["NUM_1099"].masked
    assert "NUM_1099 = ***" in rule(text, "SUP-022")
    assert secret["NUM_1099"] not in text


@settings(max_examples=10, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=8, max_size=20).filter(str.strip))
def test_a_value_of_a_personal_column_reaches_no_page_whatever_it_is(value: str) -> None:
    contract = supplier_of(f"q{value}q")
    text = page(contract)
    assert str(escape(f"q{value}q")) not in text
    assert "NUM_1099 = ***" in rule(text, "SUP-022")


def supplier_of(tax_id: str) -> Contract:
    """The contract of suppliers with another taxpayer id in its example and in the breaker of SUP-022."""
    contract = load("procurement.suppliers")
    changed = {
        name: replace(one, records={"suppliers": [{**row, "NUM_1099": tax_id} for row in one.records["suppliers"]]})
        for name, one in contract.examples.items()
    }
    broken = contract.rules["SUP-022"]
    assert isinstance(broken.breaks, dict)
    broken = replace(broken, breaks={**broken.breaks, "NUM_1099": tax_id})
    return replace(contract, examples=changed, rules={broken.id: broken})


def test_the_index_names_interfaces_without_contract_and_contracts_that_cannot_be_read() -> None:
    profile = load_profile("nc_district")
    made = catalogue(profile, [], [Unread("finance.torn", "line 7: <b> is no key")])
    shown = words(made["index.html"])
    assert set(made) == {"index.html"}
    assert "finance.torn cannot be read: line 7: &lt;b&gt; is no key" in shown
    assert "FIN-02 NC chart of accounts" in shown
    assert "FIN-01a School" in shown  # its contract is neither read nor known to be torn
    torn = words(catalogue(profile, [], [Unread("finance.gl_journals", "torn")])["index.html"])
    assert "FIN-01a" not in torn


def test_the_index_stands_by_department_with_status_rules_by_severity_questions_and_interfaces() -> None:
    contract = load("finance.gl_journals", "nc_district")
    shown = words(pages("nc_district")["index.html"])
    counts = " ".join(f"{sum(one.severity == word for one in contract.rules.values())}" for word in SIGNS)
    assert (
        "General ledger journals (file-based import) finance.gl_journals active 2.0.0+1.1.0 25B, 26C"
        f" {counts} 16 2 FIN-01a , FIN-01b , FIN-01c" in shown
    )
    places = [shown.index(f" {name} contract ") for name in ("Finance", "Procurement", "HR")]
    assert places == sorted(places)
    assert "Operations No contract. Interfaces without a contract" in shown


def test_the_bare_library_has_no_register_and_says_so() -> None:
    assert "No interface of the register uses it." in pages("oracle")["finance.gl_journals.html"]
    assert "Interfaces without a contract" not in pages("oracle")["index.html"]


def test_the_history_tells_versions_and_when_they_were_delivered() -> None:
    found = load_profile("oracle")
    contract = load("finance.gl_journals", found)
    one = DeliveredVersion(contract.id, "1.0.0", "25B", "active", NOW, NOW, 1_200)
    other = replace(one, contract="hr.workers", version="9.9.9")
    shown = words(catalogue(found, [contract], delivered=[one, other])[f"{contract.id}.html"])
    assert "1.0.0 25B active Thu 26 Nov 2026 Thu 26 Nov 2026 1,200" in shown
    assert "9.9.9" not in shown
    assert "No delivery under this contract is recorded." in words(pages("oracle")["hr.workers.html"])


def test_the_same_contracts_give_the_same_bytes_and_nothing_is_loaded_from_elsewhere() -> None:
    found = load_profile("oracle")
    assert catalogue(found, [load(id_, found) for id_ in contract_ids(found)]) == pages("oracle")
    for text in (*pages("oracle").values(), *pages("nc_district").values()):
        assert "<script" not in text
        anchors = re.findall(r'\bid="([^"]+)"', text)
        assert len(anchors) == len(set(anchors))
        assert {unquote(one) for one in re.findall(r'href="#([^"]+)"', text)} <= {unescape(one) for one in anchors}
        assert not re.search(r'(?:src|href)="https?:', text)
