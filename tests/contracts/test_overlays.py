"""What a district adds only tightens; what loosens has a reason; what cannot be read is never passed over."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from contract_texts import IDENTITY, findings, head, judge, profile, rule, write
from contract_texts import OVERLAY_HEAD as OVERLAY

from contracts import Contract, ContractError, LintError, lint, load

LIBRARY = head() + dedent("""\
    files:
      f:
        name: f.csv
        accept_unit: [A]
        csv: {header: true, dates: YYYY-MM-DD}
        columns:
          - {name: A, type: text(10), required: true}
          - {name: C, type: text, one_of: [x, y, z]}
          - {name: N, type: "number(9,2)"}
          - {name: G, type: text(30)}
          - {name: S1, type: text(150)}
          - {name: S2, type: text(150)}
          - {name: P, type: text, list: pod}
    lists:
      pod: {about: what is in the pod, columns: [code, name], sample: [{code: a, name: A}]}
    """) + "rules:\n  " + rule(10, "check: N > 0") + dedent("""\
    examples:
      good:
        f: [{A: a, C: x, N: 1, P: a}]
      wrong:
        expects: [f.C.one_of]
        f: [{A: a, C: q, N: 1, P: a}]
    """)  # fmt: skip


def merged(library: Path, overlay: str, text: str = LIBRARY) -> Contract:
    write(library, text)
    write(library / "district", OVERLAY + dedent(overlay))
    return load(IDENTITY, profile(library / "district"))


def refused(library: Path, overlay: str) -> str:
    with pytest.raises(LintError) as caught:
        merged(library, overlay)
    return str(caught.value)


def column(statement: str) -> str:
    return f"files: {{f: {{columns: [{statement}]}}}}\n"


def test_the_version_of_an_overlaid_contract_names_both(library: Path) -> None:
    contract = merged(library, "")
    assert (contract.version, contract.overlay, contract.status) == ("1.2.0+1.0.3", True, "draft")


def test_the_status_of_the_overlay_is_the_effective_one(library: Path) -> None:
    assert merged(library, "status: active\n").status == "active"


def test_what_an_overlay_adds_has_ids_with_its_prefix_and_stands_beside_the_librarys(library: Path) -> None:
    contract = merged(
        library,
        column("{name: C, required: true, one_of: [x, y], pattern: '[xyz]'}")
        + "rules:\n  "
        + rule(20, "check: N < 9").replace("DM-", "DMX-"),
    )
    added = {name for name, one in contract.rules.items() if one.prefix}
    assert added == {"f.C.required@DMX", "f.C.one_of@DMX", "f.C.pattern@DMX", "DMX-020"}
    assert findings(contract, f=[{"A": "a", "C": "z", "N": "9"}]) == {"f.C.one_of@DMX": [1], "DMX-020": [1]}
    assert findings(contract, f=[{"A": "a", "C": "q", "N": "1"}]) == {
        "f.C.one_of": [1],
        "f.C.one_of@DMX": [1],
        "f.C.pattern@DMX": [1],
    }


def test_a_narrower_type_is_a_rule_of_the_overlay(library: Path) -> None:
    contract = merged(library, column('{name: N, type: "number(5,2)"}'))
    assert findings(contract, f=[{"A": "a", "N": "1000"}]) == {"f.N.type@DMX": [1]}
    assert findings(contract, f=[{"A": "a", "N": "10000000"}])["f.N.type"] == [1]
    assert findings(contract, f=[{"A": "a", "N": "x"}]) == {"f.N.type": [1]}


def test_a_shorter_text_is_a_rule_of_the_overlay(library: Path) -> None:
    contract = merged(library, column("{name: A, type: text(3)}"))
    assert findings(contract, f=[{"A": "abcd", "N": "1"}, {"A": "abcdefghijk", "N": "1"}]) == {
        "f.A.length": [2],
        "f.A.length@DMX": [1, 2],
    }


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        (column("{name: A, type: text(11)}"), "not narrower"),
        (column("{name: A, type: number}"), "not narrower"),
        (column("{name: A, required: false}"), "only tightens"),
        (column("{name: C, one_of: [x, w]}"), "w is not in the library's one_of"),
        (column("{name: Z, required: true}"), "Z is not a column"),
        (column("{name: A, at: 3}"), "not allowed"),
        ("files: {g: {columns: []}}\n", "g"),
        ("direction: outbound\n", "not allowed"),
        ("channel: fbdi\n", "not allowed"),
        ("defaults: {severity: {type: minor}}\n", "not allowed"),
        ("files: {f: {unlisted: ignored}}\n", "checked, blank"),
        ("files: {f: {parent: {file: f}}}\n", "not allowed"),
        ("lists: {pod: {sample: [{code: a}]}}\n", "not allowed"),
        ("rules:\n  " + rule(10, "check: N > 1"), "DMX-"),
        ("disable: {DM-999: no such rule exists}\n", "no rule DM-999"),
        ("severity: {DM-999: {to: minor, why: no such rule exists}}\n", "no rule DM-999"),
        ("disable: {DM-010: short}\n", "short"),
        ("lists: {pod: {rows: [{code: a}]}}\n", "lacks column name"),
    ],
)  # fmt: skip
def test_what_an_overlay_may_not_do_is_refused_with_its_line(library: Path, overlay: str, words: str) -> None:
    text = refused(library, overlay)
    assert words in text
    assert "contracts/finance/demo.yaml:" in text


def test_a_missing_list_file_is_a_fault_for_lint_and_not_checked_for_a_payload(library: Path) -> None:
    text = "files: {f: {columns: [{name: C, list: pod}]}}\nlists: {pod: {file: lists/pod.csv}}\n"
    contract = merged(library, text)
    assert judge(contract, f=[{"A": "a", "C": "x"}])["f.C.list@DMX"].status == "not_checked"
    assert any("is missing: lists/pod.csv" in fault.what for fault in lint(profile(library / "district"), [IDENTITY]))


def test_faults_tell_an_overlay_from_the_contract_it_extends(library: Path) -> None:
    write(library, LIBRARY)
    write(library / "district", OVERLAY + column("{name: Z, required: true}"))
    overlay = {fault.path for fault in lint(profile(library / "district"), [IDENTITY])}
    write(library / "district", OVERLAY)
    write(library, LIBRARY.replace("check: N > 0", "check: M > 0"))
    assert overlay.isdisjoint({fault.path for fault in lint(profile(library / "district"), [IDENTITY])})


def test_a_rule_is_disabled_and_regraded_with_a_reason(library: Path) -> None:
    contract = merged(
        library,
        """\
        disable: {DM-010: suspense posting is on}
        severity: {f.C.one_of: {to: minor, why: the list is being cleaned}}
        """,
    )
    assert "DM-010" not in contract.rules
    assert contract.rules["f.C.one_of"].severity == "minor"
    assert (contract.disabled, contract.regraded) == (
        {"DM-010": "suspense posting is on"},
        {"f.C.one_of": "the list is being cleaned"},
    )


def test_shape_findings_are_regraded_like_others(library: Path) -> None:
    contract = merged(library, "severity: {f.shape.ragged: {to: minor, why: the legacy extract is ragged}}\n")
    assert contract.rules["f.shape.ragged"].severity == "minor"


@pytest.mark.parametrize(
    "binding",
    ["lists: {pod: {rows: [{code: a, name: A}]}}\n", "lists: {pod: {file: lists/pod.csv}}\n"],
)
def test_a_list_of_the_library_is_bound(library: Path, binding: str) -> None:
    (library / "district" / "lists").mkdir(parents=True)
    (library / "district" / "lists" / "pod.csv").write_text("code,name,more\na,A,1\n", encoding="utf-8")
    contract = merged(library, binding)
    assert findings(contract, f=[{"A": "a", "P": "a", "N": "1"}, {"A": "a", "P": "b"}]) == {"f.P.list": [2]}
    assert contract.lists["pod"].about == "what is in the pod"


def test_the_sample_of_the_library_is_never_bound_in_a_check(library: Path) -> None:
    contract = merged(library, "")
    assert contract.lists["pod"].rows is None
    assert judge(contract, f=[{"A": "a", "P": "b"}])["f.P.list"].status == "not_checked"


def test_examples_of_the_same_name_are_replaced_and_others_added(library: Path) -> None:
    contract = merged(library, "examples: {good: {f: [{A: b}]}, more: {f: [{A: c}]}}\n")
    assert list(contract.examples) == ["good", "wrong", "more"]
    assert contract.examples["good"].records["f"] == [{"A": "b"}]
    assert contract.examples["good"].prefix == "DMX"


def test_unlisted_blank_asks_each_unlisted_column_to_be_blank(library: Path) -> None:
    text = (
        head("fbdi")
        + "releases: [25B]\nfiles: {f: {layout: GlDailyRatesInterface, accept_unit: [], columns: [{name: FROM_CURRENCY}]}}\n"
    )
    write(library, text)
    listed = [
        name
        for name, one in load(IDENTITY, profile(library / "none")).files["f"].columns.items()
        if one.name.endswith(("CURRENCY", "DATE", "RATE", "TYPE"))
    ]
    columns = ", ".join(f"{{name: {name}, note: ours}}" for name in listed)
    contract = merged(library, f"files: {{f: {{unlisted: blank, columns: [{columns}]}}}}\n", text)
    unlisted = {name.split(".")[1] for name, one in contract.rules.items() if one.kind == "unlisted"}
    assert unlisted == set(contract.files["f"].columns) - set(listed)
    name = sorted(unlisted)[0]
    assert contract.rules[f"f.{name}.unlisted@DMX"].severity == "moderate"
    assert findings(contract, f=[{name: "x"}])[f"f.{name}.unlisted@DMX"] == [1]


# a district's files that cannot be used are never passed over in silence


@pytest.mark.parametrize(
    "broken",
    ["extends: finance.demo\n\tversion: 1\n", b"extends: finance.demo\nnote: \xff\n", "- a list\n", "extend: finance.demo\nversion: 1.0.0\nprefix: DMX\n", ""],
)  # fmt: skip
def test_an_overlay_that_cannot_be_read_stops_the_contract(library: Path, broken: str | bytes) -> None:
    write(library, LIBRARY)
    path = write(library / "district", "")
    path.write_bytes(broken if isinstance(broken, bytes) else broken.encode())
    with pytest.raises(ContractError):
        load(IDENTITY, profile(library / "district"))


def test_lint_tells_of_an_overlay_that_cannot_be_read(library: Path) -> None:
    write(library, LIBRARY)
    write(library / "district", "extends: finance.demo\n\tversion: 1\n")
    assert any("district" in fault.path for fault in lint(profile(library / "district")))


def test_an_own_contract_of_a_librarys_id_is_refused(library: Path) -> None:
    write(library, LIBRARY)
    write(library / "district", LIBRARY.replace("Demonstration", "Another"))
    with pytest.raises(ContractError):
        load(IDENTITY, profile(library / "district"))


def test_an_overlay_of_an_unknown_contract_is_refused(library: Path) -> None:
    write(library / "district", OVERLAY)
    with pytest.raises(LintError, match="not in the library"):
        load(IDENTITY, profile(library / "district"))


def test_an_overlay_says_what_its_path_says(library: Path) -> None:
    write(library, LIBRARY)
    write(library / "district", OVERLAY.replace("finance.demo", "finance.other"))
    with pytest.raises(LintError, match="does not match the path"):
        load(IDENTITY, profile(library / "district"))


def test_an_overlay_has_a_prefix_of_its_own(library: Path) -> None:
    write(library, LIBRARY)
    write(library / "district", OVERLAY.replace("DMX", "DM") + column("{name: C, required: true}"))
    assert any("prefix DM" in fault.what for fault in lint(profile(library / "district")))


def test_a_release_of_the_overlay_without_a_layout_is_a_fault(library: Path) -> None:
    write(
        library,
        head("fbdi")
        + "releases: [25B]\nfiles: {f: {layout: GlInterface, accept_unit: [], columns: [{name: STATUS}]}}\n",
    )
    write(library / "district", OVERLAY + "releases: [21A]\n")
    assert lint(profile(library / "district"), [IDENTITY]) != []


# flexfields

FLEX = dedent("""\
    flexfields:
      dff:
        file: f
        context: G
        values:
          grant:
            S1: {required: true, pattern: '[0-9]{4}', severity: moderate}
          bus:
            S1: {one_of: [north, south]}
            S2: {type: text(3)}
    """)


def flexed(library: Path, *rows: dict[str, str | None], text: str = FLEX) -> dict[str, list[int]]:
    return findings(merged(library, text), f=[{"A": "a", **row} for row in rows])


def test_each_context_gives_its_slots_their_meaning(library: Path) -> None:
    assert flexed(library, {"G": "grant", "S1": "1234"}, {"G": "bus", "S1": "north", "S2": "abc"}, {"G": "bus"}) == {}


def test_a_missing_or_wrong_slot_is_found_under_its_own_facet(library: Path) -> None:
    rows = [{"G": "grant"}, {"G": "grant", "S1": "x"}, {"G": "bus", "S1": "1234"}]
    assert flexed(library, *rows) == {"f.S1.required@DMX": [1], "f.S1.pattern@DMX": [2], "f.S1.one_of@DMX": [3]}


def test_the_question_of_a_flexfield_is_one_of_the_contract(library: Path) -> None:
    asked = FLEX.replace("    context: G\n", "    context: G\n    unconfirmed: Which contexts are there?\n")
    assert ("flexfield dff", "Which contexts are there?") in merged(library, asked).unconfirmed


def test_a_slot_is_as_long_as_its_type_says(library: Path) -> None:
    assert flexed(library, {"G": "bus", "S2": "abcd"}) == {"f.S2.length@DMX": [1]}


def test_an_unknown_context_is_found(library: Path) -> None:
    assert flexed(library, {"G": "ghost"}, {"G": None}) == {"f.G.one_of@DMX": [1]}


def test_slots_are_blank_where_the_context_is_blank_or_gives_them_no_meaning(library: Path) -> None:
    assert flexed(library, {"G": None, "S1": "1234"}, {"G": "grant", "S1": "1234", "S2": "abc"}) == {
        "f.S1.unlisted@DMX": [1],
        "f.S2.unlisted@DMX": [2],
    }


def test_global_slots_have_their_meaning_in_every_context(library: Path) -> None:
    text = (
        FLEX.replace("S2: {type: text(3)}", "{}").replace("        {}\n", "")
        + "      _global:\n        S2: {required: true, one_of: [k]}\n"
    )
    rows = [{"G": None, "S2": "k"}, {"G": "bus", "S2": "j"}, {"G": "bus"}]
    assert flexed(library, *rows, text=text) == {"f.S2.one_of@DMX": [2], "f.S2.required@DMX": [3]}


def test_a_flexfield_of_unknown_columns_or_files_is_refused(library: Path) -> None:
    assert "S9" in refused(library, FLEX.replace("S2", "S9"))
    assert "no file g" in refused(library, FLEX.replace("file: f", "file: g"))


@pytest.mark.parametrize(("kind", "value"), [("flag", "maybe"), ("number(5)", "x")])
def test_a_slot_of_another_type_is_judged(library: Path, kind: str, value: str) -> None:
    text = FLEX.replace("text(3)", f'"{kind}"')
    try:
        contract = merged(library, text)
    except LintError:
        assert kind != "flag", "a text may be narrowed to a flag"
        return
    assert findings(contract, f=[{"A": "a", "G": "bus", "S2": value}]) == {"f.S2.type@DMX": [1]}


def test_each_context_keeps_its_own_severity(library: Path) -> None:
    text = FLEX.replace("S1: {one_of: [north, south]}", "S1: {required: true, severity: critical}")
    contract = merged(library, text)
    required = [one for one in contract.rules.values() if one.column == "S1" and one.kind == "required"]
    assert {one.severity for one in required} == {"moderate", "critical"}


def test_each_context_keeps_its_own_length_in_an_own_contract(library: Path) -> None:
    own = FLEX.replace("S1: {required: true, pattern: '[0-9]{4}', severity: moderate}", "S1: {type: text(2)}").replace(
        "S1: {one_of: [north, south]}", "S1: {type: text(5)}"
    )
    write(library, LIBRARY + own)
    contract = load(IDENTITY, profile(library / "district"))
    rows = [{"A": "a", "G": "grant", "S1": "abc"}, {"A": "a", "G": "bus", "S1": "abcdef"}]
    assert findings(contract, f=rows) == {"f.S1.length": [1, 2]}


def test_a_facet_of_the_column_and_of_its_slots_are_all_kept(library: Path) -> None:
    own = FLEX.replace("S1: {required: true, pattern: '[0-9]{4}', severity: moderate}", "S1: {one_of: [a, b]}")
    write(
        library,
        LIBRARY.replace("{name: S1, type: text(150)}", "{name: S1, type: text(150), one_of: [a, b, north, south]}")
        + own,
    )
    contract = load(IDENTITY, profile(library / "district"))
    rows = [{"A": "a", "G": "grant", "S1": "north"}, {"A": "a", "G": "bus", "S1": "a"}]
    assert findings(contract, f=rows) == {"f.S1.one_of": [1, 2]}


def test_a_range_of_a_text_slot_is_refused_because_9_lies_behind_10_there(library: Path) -> None:
    assert "range" in refused(library, FLEX.replace("S2: {type: text(3)}", "S2: {range: [1, 10]}"))
