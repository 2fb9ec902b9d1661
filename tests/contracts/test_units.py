"""Accept units: which records belong together, also where the record above them is not in the payload."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from random import Random

import pytest
from contract_texts import frame
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import Contract, Records, load

Row = Mapping[str, str | None]
OWNER, PERSON, RELATIONSHIP = "SourceSystemOwner", "PersonId(SourceSystemId)", "PeriodOfServiceId(SourceSystemId)"
EMPLOYED = {"LegalEmployerName": "Demo Legal Employer", "DateStart": "2024/08/01", "WorkerType": "E"}


@cache
def contract(identity: str, *, sample: bool = False) -> Contract:
    return load(identity, "oracle", sample=sample)


def workers(*, pod: bool = False, **files: Sequence[Row]) -> list[list[str]]:
    """The units as lists of records, ``email 1``; with the library's sample lists if ``pod``."""
    return units("hr.workers", pod=pod, **files)


def units(identity: str, *, pod: bool = False, **files: Sequence[Row]) -> list[list[str]]:
    records = Records(contract(identity, sample=pod), {name: frame(rows) for name, rows in files.items()})
    found: list[list[str]] = [[] for _ in range(records.unit_count)]
    for name in files:
        for at, unit in enumerate(records.unit(name), start=1):
            found[unit].append(f"{name} {at}")
    return found


def by_number(number: str, **more: str) -> Row:
    return {"PersonNumber": number, **more}


def by_key(name: str, text: str, **more: str) -> Row:
    return {OWNER: "LEGACY", name: text, **more}


def test_records_that_name_the_same_missing_worker_are_one_unit_whatever_their_file() -> None:
    found = workers(
        email=[by_number("1"), by_number("2")], phone=[by_number("1")], address=[by_number("2"), by_number("1")]
    )
    assert found == [["email 1", "phone 1", "address 2"], ["email 2", "address 1"]]


def test_work_terms_that_name_the_person_belong_to_it() -> None:
    named = by_number("1", AssignmentNumber="ET1", **EMPLOYED)
    assert workers(email=[by_number("1")], terms=[named]) == [["email 1", "terms 1"]]
    assert workers(email=[by_key(PERSON, "P1")], terms=[by_key(PERSON, "P1", **EMPLOYED)]) == [["email 1", "terms 1"]]


def test_an_assignment_names_its_relationship_and_its_person_itself() -> None:
    found = workers(
        relationship=[by_key(PERSON, "P1", SourceSystemId="WR1")],
        terms=[by_number("2")],
        assignment=[by_key(RELATIONSHIP, "WR1"), by_number("2"), by_key(RELATIONSHIP, "WR3")],
    )
    assert found == [["relationship 1", "assignment 1"], ["terms 1", "assignment 2"], ["assignment 3"]]


def test_the_highest_ancestor_that_is_named_counts() -> None:
    both = by_key(RELATIONSHIP, "WR1", PersonNumber="1")
    found = workers(email=[by_number("1")], terms=[both, by_key(RELATIONSHIP, "WR1")])
    assert found == [["email 1", "terms 1"], ["terms 2"]]


def test_a_chain_that_is_cut_goes_on_at_the_worker_in_the_payload() -> None:
    found = workers(
        worker=[by_key("SourceSystemId", "P1", PersonNumber="1")],
        terms=[by_key(RELATIONSHIP, "WR1", PersonNumber="1"), by_key(PERSON, "P1")],
    )
    assert found == [["worker 1", "terms 1", "terms 2"]]


def test_what_hangs_on_an_orphan_belongs_to_its_unit() -> None:
    found = workers(
        email=[by_key(PERSON, "P1")],
        relationship=[by_key(PERSON, "P1", SourceSystemId="WR1")],
        terms=[by_key(RELATIONSHIP, "WR1", SourceSystemId="ET1")],
        assignment=[by_key("WorkTermsAssignmentId(SourceSystemId)", "ET1")],
    )
    assert found == [["email 1", "relationship 1", "terms 1", "assignment 1"]]


def test_an_id_counts_within_its_owner() -> None:
    other = {OWNER: "RECRUITING", PERSON: "P1"}
    assert workers(email=[by_key(PERSON, "P1"), other]) == [["email 1"], ["email 2"]]


def test_records_that_name_nobody_are_one_unit_for_each_kind_of_blanks() -> None:
    assert workers(email=[{"EmailType": "W1"}, {"EmailType": "H1"}], phone=[{"PhoneType": "W1"}]) == [
        ["email 1", "email 2"],
        ["phone 1"],
    ]


@pytest.mark.parametrize("pod", [False, True])
def test_the_lists_of_the_pod_tell_two_names_of_one_worker(pod: bool) -> None:
    found = workers(pod=pod, email=[by_key(PERSON, "P-100100")], phone=[by_number("100100")])
    assert found == ([["email 1", "phone 1"]] if pod else [["email 1"], ["phone 1"]])


def test_the_lists_of_the_pod_tell_whose_a_relationship_is() -> None:
    terms = [by_key(RELATIONSHIP, "WR-100100"), by_key(PERSON, "P-100107", **EMPLOYED), by_number("100100", **EMPLOYED)]
    found = workers(pod=True, email=[by_number("100100"), by_number("100107")], terms=terms)
    assert found == [["email 1", "terms 1", "terms 3"], ["email 2", "terms 2"]]


def test_two_lines_of_a_worker_under_both_of_its_names_are_one_unit() -> None:
    lines = [by_key("SourceSystemId", "P-100100"), by_number("100100"), by_number("100107"), by_number("999999")]
    assert workers(pod=True, worker=lines) == [["worker 1", "worker 2"], ["worker 3"], ["worker 4"]]


def test_a_missing_header_gathers_its_own_lines_and_no_more() -> None:
    found = units(
        "procurement.purchase_orders",
        headers=[{"INTERFACE_HEADER_KEY": "H1"}],
        lines=[
            {"INTERFACE_HEADER_KEY": "H2", "INTERFACE_LINE_KEY": "L1"},
            {"INTERFACE_HEADER_KEY": "H1", "INTERFACE_LINE_KEY": "L2"},
            {"INTERFACE_HEADER_KEY": "H2", "INTERFACE_LINE_KEY": "L3"},
        ],
        locations=[{"INTERFACE_LINE_KEY": "L1", "INTERFACE_LINE_LOCATION_KEY": "S1"}, {"INTERFACE_LINE_KEY": "L9"}],
        dists=[{"INTERFACE_LINE_LOCATION_KEY": "S9"}, {"INTERFACE_LINE_LOCATION_KEY": "S1"}],
    )
    assert found == [
        ["headers 1", "lines 2"],
        ["lines 1", "lines 3", "locations 1", "dists 2"],
        ["locations 2"],
        ["dists 1"],
    ]


VALUES = {
    OWNER: ("LEGACY", "RECRUITING", None), "SourceSystemId": ("P-100100", "WR-100100", "X", None),
    PERSON: ("P-100100", "X", None), RELATIONSHIP: ("WR-100100", "X", None), "PersonNumber": ("100100", "100107", None),
    **{name: (text, None) for name, text in EMPLOYED.items()},
}  # fmt: skip
CHILDREN = {
    "email": (OWNER, PERSON, "PersonNumber"),
    "phone": (OWNER, PERSON, "PersonNumber"),
    "relationship": (OWNER, "SourceSystemId", PERSON, "PersonNumber", *EMPLOYED),
    "terms": (OWNER, RELATIONSHIP, PERSON, "PersonNumber", *EMPLOYED),
}
PAYLOADS = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(
            st.fixed_dictionaries({column: st.sampled_from(VALUES[column]) for column in columns}),
            max_size=1 if name == "relationship" else 4,  # of two with one name the first is the parent
        )
        for name, columns in CHILDREN.items()
    },
)


@settings(deadline=None)
@given(PAYLOADS, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(files: dict[str, list[Row]], pod: bool, chance: Random) -> None:
    files = {name: rows for name, rows in files.items() if rows}
    orders = {name: chance.sample(range(len(rows)), len(rows)) for name, rows in files.items()}
    shuffled = {name: [files[name][at] for at in order] for name, order in orders.items()}

    def told(group: list[str]) -> frozenset[str]:
        """The records of a group by their numbers before the shuffle."""
        pairs = (record.split() for record in group)
        return frozenset(f"{name} {orders[name][int(at) - 1] + 1}" for name, at in pairs)

    before = {frozenset(group) for group in workers(pod=pod, **files)}
    assert {told(group) for group in workers(pod=pod, **shuffled)} == before


def test_a_column_of_the_worker_that_the_payload_lacks_is_blank_for_all_below_it() -> None:
    found = workers(
        worker=[by_key("SourceSystemId", "P1"), by_key("SourceSystemId", "P2")],
        email=[by_key(PERSON, "P2"), by_key(PERSON, "P1")],  # rules ask for the worker's ActionCode
    )
    assert found == [["worker 1", "email 2"], ["worker 2", "email 1"]]


def test_a_record_whose_worker_only_the_pod_tells_joins_him_whatever_the_payload_calls_him() -> None:
    measure = by_key("AssignmentId(SourceSystemId)", "AS-100100", Unit="FTE")
    for worker in (by_number("100100"), by_key("SourceSystemId", "P-100100")):
        assert units("hr.assignments", pod=True, worker=[worker], measure=[measure]) == [["worker 1", "measure 1"]]
    assert len(units("hr.assignments", pod=True, worker=[by_number("100107")], measure=[measure])) == 2
