"""Layout and contract put together: implied rules, their ids, severities and codes."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from contract_texts import IDENTITY, build, findings, head, one_file, profile, rule, write

import contracts
from contracts import Contract, ContractError, LintError, Type, load
from contracts.columns import narrower
from contracts.layouts import in_force


def fbdi(folder: Path, columns: str, layout: str = "GlInterface", more: str = "") -> Contract:
    body = f"releases: [26C]\noracle: {{errors: gl_journal_import}}\nfiles: {{f: {{layout: {layout}, accept_unit: [], columns: [{columns}]}}}}\n"
    return build(folder, body + dedent(more), channel="fbdi")


def test_every_facet_of_a_layout_is_a_rule_with_its_id(tmp_path: Path) -> None:
    contract = fbdi(tmp_path, "{name: STATUS}, {name: ENTERED_DR}, {name: ACCOUNTING_DATE}")
    layout = in_force("GlInterface", "26C").columns
    for name, own in layout.items():
        wanted = {"required"} if own.required == "Y" else set()
        wanted |= (
            {"length"} if own.type.kind == "text" and own.type.size else {"type"} if own.type.kind != "text" else set()
        )
        assert {one.kind for one in contract.rules.values() if one.column == name} == wanted, name
    assert contract.rules["f.ENTERED_DR.type"].code == "load"
    assert len(contract.files["f"].columns) == 149


def test_the_certainty_of_a_layout_caps_severity_and_prediction(tmp_path: Path) -> None:
    order = ("critical", "significant", "moderate", "minor")
    seen = set()
    for name in ("ApInvoicesInterface", "PozSuppliersInt", "PoHeadersInterfaceOrder", "EgpSystemItemsInterface"):
        contract = fbdi(tmp_path, "{name: %s}" % next(iter(in_force(name, "26C").columns)), name)  # noqa: UP031
        for column in in_force(name, "26C").columns.values():
            for kind, certainty in (("length", column.certainty), ("type", column.facts), ("required", column.facts)):
                if one := contract.rules.get(f"f.{column.name}.{kind}"):
                    cap = {"known": "critical", "likely": "significant", "memory": "minor"}[certainty]
                    assert order.index(one.severity) >= order.index(cap)
                    assert not (certainty == "memory" and one.code)
                    seen.add(certainty)
    assert {"known", "likely"} <= seen


def test_a_remembered_length_caps_the_length_alone() -> None:
    remembered = [one for one in in_force("PoHeadersInterfaceOrder", "26C").columns.values() if one.length_remembered]
    assert all("len:MEM" in one.notes and one.facts == "known" for one in remembered)


def test_what_the_layout_asks_for_is_not_freed_by_required_false(tmp_path: Path) -> None:
    with pytest.raises(LintError, match="STATUS: required: false does not free it"):
        fbdi(tmp_path, "{name: STATUS, required: false}")
    fbdi(tmp_path, "{name: REFERENCE1, required: false}")  # where nobody asks, it does no harm


def test_an_open_question_caps_a_facet_at_significant_and_predicts_nothing_doubtful(tmp_path: Path) -> None:
    contract = fbdi(tmp_path, "{name: STATUS, one_of: [NEW], unconfirmed: is NEW the only value}")
    one = contract.rules["f.STATUS.one_of"]
    assert (one.severity, one.code) == ("significant", "")
    assert ("f.STATUS", "is NEW the only value") in contract.unconfirmed


def test_defaults_give_severity_and_code_by_kind(tmp_path: Path) -> None:
    more = "defaults: {severity: {one_of: minor, length: moderate}, rejects: {type: EM01}}\n"
    contract = fbdi(tmp_path, "{name: STATUS, one_of: [NEW]}", more=more)
    assert contract.rules["f.STATUS.one_of"].severity == "minor"
    assert contract.rules["f.STATUS.length"].severity == "moderate"
    assert contract.rules["f.ENTERED_DR.type"].code == "EM01"


def test_severities_by_kind_where_the_contract_is_silent(tmp_path: Path) -> None:
    columns = '{name: A, type: text(3), required: true, one_of: [a], pattern: a, list: l}\n{name: N, type: "number(3)", range: [0, 1]}'
    rules = build(tmp_path, one_file(columns, lists="l: {values: [a]}")).rules
    assert {name.rpartition(".")[2]: one.severity for name, one in rules.items() if one.column} == {
        "required": "critical",
        "one_of": "critical",
        "list": "critical",
        "type": "critical",
        "length": "significant",
        "pattern": "significant",
        "range": "significant",
    }


def test_a_column_states_its_own_severity_and_codes(tmp_path: Path) -> None:
    contract = fbdi(
        tmp_path,
        "{name: STATUS, one_of: [NEW], severity: minor, rejects: EM01}, {name: CURRENCY_CODE, one_of: [USD], rejects: {one_of: EC08}}",
    )
    assert (contract.rules["f.STATUS.one_of"].severity, contract.rules["f.STATUS.one_of"].code) == ("minor", "EM01")
    assert contract.rules["f.CURRENCY_CODE.one_of"].code == "EC08"


@pytest.mark.parametrize(
    ("new", "old", "expected"),
    [
        ("text(3)", "text(4)", True),
        ("text(4)", "text(3)", False),
        ("text", "text(3)", False),
        ("text(3)", "text", True),
        ("flag", "text(1)", True),
        ("number(5)", "number", True),
        ("number(5,2)", "number", True),
        ("integer", "number", True),
        ("integer(5)", "number(18)", True),
        ("integer(19)", "number(18)", False),
        ("number(7,2)", "number(9,2)", True),
        ("number(9,3)", "number(9,2)", False),
        ("number(9,0)", "number(9,2)", False),
        ("number", "number(9)", False),
        ("date", "timestamp", False),
        ("date(MM/DD/YYYY)", "date(YYYY/MM/DD)", False),
        ("number", "text", False),
        ("text", "number", False),
    ],
)
def test_a_type_is_narrower_or_it_is_not(new: str, old: str, expected: bool) -> None:
    assert narrower(Type.parse(new), Type.parse(old)) is expected


def test_what_narrows_a_layouts_type_predicts_no_load_error(tmp_path: Path) -> None:
    contract = fbdi(tmp_path, "{name: REFERENCE1, type: text(5)}")
    assert findings(contract, f=[{"REFERENCE1": "abcdef"}])["f.REFERENCE1.length"] == [1]
    from contract_texts import judge

    outcome = judge(contract, f=[{"REFERENCE1": "abcdef"}, {"REFERENCE1": "a" * 256}])["f.REFERENCE1.length"]
    assert outcome.predicted is not None
    assert outcome.predicted.to_list() == [False, True]


@pytest.mark.parametrize(("value", "predicted"), [("abc", True), ("1e3", False), ("1.2.3", True)])
def test_a_wrong_number_predicts_a_load_error_unless_oracle_may_read_it(
    tmp_path: Path, value: str, predicted: bool
) -> None:
    from contract_texts import judge

    outcome = judge(fbdi(tmp_path, "{name: ENTERED_DR}"), f=[{"ENTERED_DR": value}])["f.ENTERED_DR.type"]
    assert outcome.status == "failed"
    assert outcome.predicted is not None
    assert outcome.predicted.to_list() == [predicted]


def test_a_series_expands_and_a_later_row_overrides_one_of_it(tmp_path: Path) -> None:
    contract = build(
        tmp_path,
        """\
        files:
          f: {name: f.csv, accept_unit: [], csv: {header: false}, columns: [{at: 1..3, name: "S{1..3}", type: text(5)}, {at: 2, name: S2, type: text(2)}]}
        """,
    )
    columns = contract.files["f"].columns
    assert [(one.name, one.position, str(one.type)) for one in columns.values()] == [
        ("S1", 1, "text(5)"),
        ("S2", 2, "text(2)"),
        ("S3", 3, "text(5)"),
    ]


def test_a_series_beside_a_layout_states_each_of_its_columns(tmp_path: Path) -> None:
    contract = fbdi(tmp_path, '{name: "SEGMENT{1..3}", required: true}')
    assert {name for name in contract.rules if name.endswith(".required") and "SEGMENT" in name} == {
        f"f.SEGMENT{n}.required" for n in (1, 2, 3)
    }


def test_columns_and_rules_come_and_go_with_releases(tmp_path: Path) -> None:
    body = "releases: [25A, 25B, 26C]\n" + one_file(
        "{name: A, type: text}\n{name: B, type: text, since: 25B}\n{name: C, type: text, until: 25B}",
        rules=rule(10, "check: A = 'a'", since="25B") + rule(20, "check: A = 'a'", until="25B"),
    )
    write(tmp_path, head() + body)
    got = {}
    for release in ("25A", "25B", "26C"):
        contract = load(IDENTITY, profile(tmp_path), release=release)
        got[release] = (
            list(contract.files["f"].columns),
            [name for name, one in contract.rules.items() if one.written],
        )
    assert got == {
        "25A": (["A", "C"], ["DM-020"]),
        "25B": (["A", "B", "C"], ["DM-010", "DM-020"]),
        "26C": (["A", "B"], ["DM-010"]),
    }
    assert load(IDENTITY, profile(tmp_path)).release == "26C"
    with pytest.raises(ContractError, match="not tested against release 24A"):
        load(IDENTITY, profile(tmp_path), release="24A")


def test_an_unlisted_column_is_judged_by_its_layout_where_it_holds_a_value(tmp_path: Path) -> None:
    contract = fbdi(tmp_path, "{name: STATUS}")
    long = "x" * 3000
    assert "f.ATTRIBUTE1.length" in findings(contract, f=[{"STATUS": "NEW", "ATTRIBUTE1": long}])


def test_unlisted_ignored_asks_nothing_of_unlisted_columns(tmp_path: Path) -> None:
    body = "releases: [26C]\nfiles: {f: {layout: GlInterface, unlisted: ignored, accept_unit: [], columns: [{name: STATUS}]}}\n"
    contract = build(tmp_path, body, channel="fbdi")
    assert {one.column for one in contract.rules.values() if one.column} == {"STATUS"}


def test_a_slot_counts_as_listed_under_unlisted_ignored(tmp_path: Path) -> None:
    body = """\
        releases: [26C]
        files: {f: {layout: GlInterface, unlisted: ignored, accept_unit: [], columns: [{name: STATUS}]}}
        flexfields: {dff: {file: f, context: ATTRIBUTE_CATEGORY, values: {x: {ATTRIBUTE1: {required: true}}}}}
        """
    assert "f.ATTRIBUTE1.length" in build(tmp_path, body, channel="fbdi").rules


def test_the_business_key_leaves_out_what_changes_with_the_sending(tmp_path: Path) -> None:
    columns = "{name: A, type: text}\n{name: X_BATCH_ID, type: text}\n{name: GROUP_ID, type: text}\n{name: REQUEST_ID, type: text}"
    body = (
        one_file(columns)
        .replace("    business_key: [_row]\n", "")
        .replace("[_row]", "[A, X_BATCH_ID, GROUP_ID, REQUEST_ID]")
    )
    assert build(tmp_path, body).files["f"].business_key == (("A",),)


def test_a_file_with_a_parent_and_a_history_has_their_rules(tmp_path: Path) -> None:
    contract = build(
        tmp_path,
        """\
        files:
          h: {name: h.csv, accept_unit: [A], columns: [{name: A, type: text}]}
          l:
            name: l.csv
            parent: {file: h, by: [A], severity: critical}
            history: {key: [A], from: S, to: E}
            columns: [{name: A, type: text}, {name: S, type: date}, {name: E, type: date}]
        """,
    )
    got = {
        name: one.severity for name, one in contract.rules.items() if one.kind in ("parent", "gap", "overlap", "order")
    }
    assert got == {"l.parent": "critical", "l.gap": "significant", "l.overlap": "significant", "l.order": "significant"}
    assert contract.root("l").id == "h"


def test_the_hdl_parent_is_derived_from_the_layouts_keys() -> None:
    layout = in_force("Worker/PersonName", "")
    assert any(
        one.key_role == "parent" and one.foreign_key == "Worker.SourceSystemId" for one in layout.columns.values()
    )


def test_shape_and_package_rules_are_part_of_every_contract(tmp_path: Path) -> None:
    rules = fbdi(tmp_path, "{name: STATUS}").rules
    assert (rules["f.shape.shifted"].severity, rules["f.shape.shifted"].code) == ("critical", "")
    assert (rules["f.shape.unreadable"].severity, rules["f.shape.unreadable"].code) == ("critical", "load")
    assert (rules["f.shape.line_break"].severity, rules["f.shape.line_break"].code) == ("critical", "load")
    assert rules["package.member_missing"].severity == "critical"


def test_the_door_of_the_room_is_sorted_and_open() -> None:
    assert sorted(contracts.__all__) == sorted(set(contracts.__all__))
    assert all(hasattr(contracts, name) for name in contracts.__all__)
    public = {
        name
        for name, value in vars(contracts).items()
        if not name.startswith("_") and type(value).__name__ != "module" and name not in ("Any", "TYPE_CHECKING")
    }
    assert public <= set(contracts.__all__), public - set(contracts.__all__)
