"""Contracts that are drawn: the fused backend finds in every frame what pandera's own finds, cell by cell."""

# ruff: noqa: E501 - contracts and their tables read better in one line

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandera.polars as pa
import polars as pl
import pytest
from contract_texts import build, frame, one_file, rule
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandera.errors import SchemaError, SchemaErrors

from contracts import Contract, schema

Rows = list[dict[str, str | None]]
Case = tuple[int, str, str, str | None]  # row, column, rule, value


@dataclass(frozen=True)
class Kind:
    """A type of column: values that fit it, values that do not, its facets and conditions over a column ``{}``."""

    values: Sequence[str]
    wrong: Sequence[str]
    facets: Sequence[str] = ()
    conditions: Sequence[str] = ()
    aggregates: Sequence[str] = ()


TEXT = Kind(
    ["a", "b", "ab", "x"],
    ["abc", "A", "é", " a", "a\nb", "'", "1"],
    ["one_of: [a, b]", 'pattern: "[a-z]*"', "list: letters"],
    ["{} = 'a'", "{} IN ('a', 'ab')", "{} LIKE 'a%'", "REGEXP_LIKE({}, '^[a-z]+$')", "LENGTH({}) > 1", "UPPER({}) <> {}"],
    ["COUNT(DISTINCT {}) = 1", "MIN({}) = MAX({})", "MAX({}) < 'b'"],
)  # fmt: skip
NUMBER = Kind(
    ["0", "1", "-2", "2.5", "1.0"],
    ["x", "1.25", "100", "1e3", "1,5", "--1", "٣", "99999999999999999999999999999"],
    ["range: [-1, 2]", "one_of: ['1', '2.5']"],
    ["{} > 0", "{} + 1 <= 2", "{} BETWEEN 0 AND 2", "ROUND({}) = {}", "1 / {} > 0", "COALESCE({}, 0) = 0", "MOD({}, 2) = 0"],
    ["SUM({}) <= 2", "SUM(COALESCE({}, 0)) = 0", "AVG({}) > 0", "COUNT({}) = COUNT(*)"],
)  # fmt: skip
DATE = Kind(
    ["2025-01-01", "2025-01-31", "2024-02-29", "4712-12-31"],
    ["2025-02-30", "2025/01/01", "25-01-01", "today"],
    ["range: [2025-01-01, 2025-12-31]", "one_of: ['2025-01-01']"],
    ["{} >= DATE '2025-01-01'", "{} + INTERVAL '1' DAY = DATE '2025-02-01'", "EXTRACT(DAY FROM {}) = 1"],
    ["MAX({}) < DATE '2026-01-01'", "COUNT(DISTINCT {}) = COUNT(*)"],
)  # fmt: skip
FLAG = Kind(["Y", "N"], ["?", "y", "YN"], [], ["{} = 'Y'", "{} <> 'N'"], ["MIN({}) = 'Y'", "COUNT({}) > 1"])
TYPES = {
    "text": TEXT, "text(2)": TEXT, '"number(3,1)"': NUMBER, "number": NUMBER, "integer(2)": NUMBER, "date": DATE, "flag": FLAG,
}  # fmt: skip
BLANK = (None, "", "#NULL", "$null$")
LISTS = """\
letters: {values: [a, b, "1"]}
pairs: {rows: [{one: a, other: a}, {one: a, other: "1"}, {one: "1", other: "2025-01-01"}]}
periods: {rows: [{start: 2025-01-01, end: 2025-01-15}, {start: null, end: 2024-02-29}]}
listed: {rows: [{A: "1"}, {A: null}]}
nowhere: {about: bound by no profile, columns: [one]}
"""
OTHER = "  g: {name: g.csv, accept_unit: [A], csv: {header: true, dates: YYYY-MM-DD}, columns: [{name: A, type: text}, {name: V, type: number}]}\n"


@dataclass(frozen=True)
class Drawn:
    """A contract of file ``f``, frames for it, and one of file ``g`` beside it."""

    columns: Sequence[str]
    rules: Sequence[str]
    unit: str
    history: str
    frames: Sequence[Rows]
    other: Rows

    def contract(self) -> Contract:
        """The contract, loaded from a file as any other."""
        numbered = [rule(at, one).replace("{title", "{file: f, title") for at, one in enumerate(self.rules, start=1)]
        body = one_file("\n".join(self.columns), rules="".join(numbered), lists=LISTS, more=self.history)
        body = body.replace("lists:", f"{OTHER}lists:", 1).replace(
            "accept_unit: [_row]", f"accept_unit: {self.unit}", 1
        )
        with tempfile.TemporaryDirectory() as folder:
            return build(Path(folder), body)


def conditions(columns: Mapping[str, Kind]) -> st.SearchStrategy[str]:
    """Conditions over these columns."""
    atoms = [text.replace("{}", name) for name, kind in columns.items() for text in (*kind.conditions, "{} IS NULL")]
    return st.recursive(
        st.sampled_from(atoms),
        lambda inner: st.builds("({} {} {})".format, inner, st.sampled_from(["AND", "OR"]), inner) | st.builds("NOT ({})".format, inner),
        max_leaves=3,
    )  # fmt: skip


@st.composite
def rules(draw: st.DrawFn, columns: Mapping[str, Kind], dated: Sequence[str], history: bool) -> str:
    """One written rule, without its number."""
    some = st.lists(st.sampled_from(list(columns)), min_size=1, max_size=2, unique=True)
    kinds = ["row", "group", "unique", "exists", "totals", "in_list", *(["within"] if dated else []), *(["disjoint"] if history else [])]  # fmt: skip
    match draw(st.sampled_from(kinds)):
        case "row":
            return f"check: {json.dumps(draw(conditions(columns)))}"
        case "group":
            sums = [text.replace("{}", name) for name, kind in columns.items() for text in kind.aggregates]
            check = draw(st.sampled_from(["COUNT(*) < 2", *sums]))
            by = draw(st.just("accept_unit") | st.lists(st.sampled_from(list(columns)), max_size=1).map(json.dumps))
            return f"group_by: {by}, check: {json.dumps(check)}"
        case "unique":
            return f"unique: {json.dumps(draw(some))}"
        case "exists":
            name = draw(st.sampled_from(list(columns)))
            more = draw(st.sampled_from(["", ", where: V > 0", ", or_list: listed"]))
            return f"exists: {{columns: [{name}], in: g, match: [A]{more}}}"
        case "totals":
            here = draw(st.sampled_from([name for name, kind in columns.items() if kind is NUMBER] or ["0"]))
            by = draw(st.sampled_from(["[]", "[A]"]))
            return f"totals: {{by: {by}, here: {here}, in: g, there: SUM(V)}}"
        case "in_list":
            names = draw(some)
            match = (
                "list: pairs, match: [one, other]"
                if len(names) > 1
                else draw(st.sampled_from(["list: letters", "list: nowhere"]))
            )
            return f"in_list: {{columns: {json.dumps(names)}, {match}{draw(st.sampled_from(['', ', absent: true']))}}}"
        case "within":
            return f"within: {{column: {draw(st.sampled_from(list(dated)))}, list: periods, from: start, to: end}}"
        case _:
            return f"disjoint: {{by: {json.dumps(draw(some)[:1])}}}"


@st.composite
def payloads(draw: st.DrawFn) -> Drawn:
    """A contract, and frames of text with good, blank, wrong and odd values."""
    history = draw(st.sampled_from([False, False, True]))
    kept = ["text", "date", "date"] if history else []
    types = kept + draw(st.lists(st.sampled_from(list(TYPES)), min_size=0 if history else 1, max_size=4 - len(kept)))
    columns = {name: TYPES[kind] for name, kind in zip("ABCD", types, strict=False)}
    dated = [name for name, kind in columns.items() if kind is DATE]
    lines = []
    for (name, kind), written in zip(columns.items(), types, strict=True):
        facets = draw(st.lists(st.sampled_from(kind.facets), unique=True, max_size=2)) if kind.facets else []
        required = draw(st.sampled_from(["", "required: true", "condition"]))
        if required == "condition":
            required = f"required: {json.dumps(draw(conditions(columns)))}"
        lines.append(f"{{{', '.join(filter(None, [f'name: {name}', f'type: {written}', required, *facets]))}}}")
    more = "history: {key: [A], from: B, to: C}" if history else ""
    written_rules = []
    for _ in range(draw(st.integers(0, 4))):
        written_rule = draw(rules(columns, dated, history))
        when = draw(st.just("") | conditions(columns))
        written_rules.append(f"{written_rule}, when: {json.dumps(when)}" if when else written_rule)
    unit = draw(st.sampled_from(["[_row]", "[A]", "[]"]))
    cells = {
        name: st.sampled_from(kind.values[:2]) | st.sampled_from(kind.values) | st.sampled_from([*BLANK, *kind.wrong])
        for name, kind in columns.items()
    }
    given_ = draw(st.lists(st.sampled_from(list(columns)), unique=True, min_size=1)) if draw(st.booleans()) else columns
    record = st.fixed_dictionaries({name: cells[name] for name in columns if name in given_})
    frames = draw(st.lists(st.lists(record, min_size=1, max_size=5), min_size=1, max_size=2))
    other = draw(
        st.lists(
            st.fixed_dictionaries(
                {"A": st.sampled_from(["a", None, "1", "2.5"]), "V": st.sampled_from(["1", None, "0", "x"])}
            ),
            min_size=1,
            max_size=2,
        )
    )
    return Drawn(lines, written_rules, unit, more, frames, other)


def cases(checked: pa.DataFrameSchema, rules: Mapping[str, str], payload: pl.DataFrame) -> set[Case]:
    """Row, column, rule and value of each failure case, from either backend; ``rules`` are columns by rule id."""
    try:
        checked.validate(payload, lazy=True)
    except SchemaErrors as errors:
        found = errors.failure_cases
        if "rule" in found.columns:
            return set(found.select("row", "column", "rule", "value").iter_rows())
        return {
            (index + 1, rules[identity], identity, _cell(told, rules[identity], payload))
            for identity, index, told in found.select("check", "index", "failure_case").iter_rows()
        }
    return set()


def _cell(told: str | None, column: str, payload: pl.DataFrame) -> str | None:
    """A value of what the stock backend tells: the record as JSON, or its only value."""
    record = json.loads(told) if payload.width > 1 and told else {payload.columns[0]: told}
    value: str | None = record.get(column)
    return value


@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(payloads())
def test_fused_and_stock_backend_find_the_same_in_any_contract(drawn: Drawn) -> None:
    contract = drawn.contract()
    rules = {identity: one.column for identity, one in contract.rules.items()}
    others = {"g": frame(drawn.other)}
    for rows in drawn.frames:  # one contract, so that what is kept from the first frame does not reach the second
        checked, payload = schema(contract, "f", others), frame(rows)
        fused = cases(checked, rules, payload)
        stock = cases(pa.DataFrameSchema(checks=checked.checks), rules, payload)
        assert fused == stock, f"only fused: {sorted(fused - stock)}, only stock: {sorted(stock - fused)}"


STOCK_BEFORE_AND_AFTER = """
import pandera.polars as pa, polars as pl
from pandera.errors import SchemaError, SchemaErrors

class Model(pa.DataFrameModel):
    a: int = pa.Field(gt=1)
    b: str = pa.Field(isin=["x"], nullable=True)

plain = pa.DataFrameSchema(
    {"a": pa.Column(pl.Int64, pa.Check.gt(1)), "b": pa.Column(pl.String, nullable=True)},
    checks=pa.Check(lambda data: data.lazyframe.select(pl.col("a") < 3), name="small"),
    unique=["a"],
)
frame = pl.DataFrame({"a": [1, 2, 3, 2], "b": ["x", None, "y", "x"]})

def told(checked, payload):
    try:
        checked.validate(payload, lazy=True)
    except SchemaErrors as errors:
        lazy = (type(errors), errors.message, errors.failure_cases.rows())
    try:
        checked.validate(payload)
    except SchemaError as error:
        return lazy, (type(error), str(error), error.reason_code)

def all_told():
    return [told(one, payload) for one in (plain, Model) for payload in (frame, frame.lazy())]

def registered():
    kinds = (pa.DataFrameSchema, pa.Column, pa.Check)
    return {key: found for kind in kinds for key, found in kind.BACKEND_REGISTRY.items() if key[0] in kinds}

before, known = all_told(), registered()
import sys
sys.path.insert(0, TESTS)
from contract_texts import build, frame as text_frame, one_file
from contracts import schema
from pathlib import Path
checked = schema(build(Path(FOLDER), one_file("{name: A, type: text, required: true}")), "f")
try:
    checked.validate(text_frame([{"A": None}]), lazy=True)
except SchemaErrors as errors:
    assert errors.failure_cases.rows() == [("f.A.required", 1, "A", None)]
assert all_told() == before
assert registered() == known
print("as before")
"""


def test_panderas_own_schemas_and_models_are_as_they_were_before_contracts_were_imported(tmp_path: Path) -> None:
    script = f"TESTS, FOLDER = {str(Path(__file__).parent)!r}, {str(tmp_path)!r}\n{STOCK_BEFORE_AND_AFTER}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "as before", done.stderr


@pytest.fixture
def contract(tmp_path: Path) -> Contract:
    return build(tmp_path, one_file("{name: A, type: text(1), required: true}", rules=rule(1, "unique: [A]")))


def test_all_faults_come_at_once_or_the_first_alone(contract: Contract) -> None:
    checked, payload = schema(contract, "f"), frame([{"A": None}, {"A": "ab"}, {"A": "ab"}])
    with pytest.raises(SchemaErrors) as caught:
        checked.validate(payload, lazy=True)
    assert [error.check.name for error in caught.value.schema_errors] == ["f.A.required", "f.A.length", "DM-001"]
    assert caught.value.schema is checked
    with pytest.raises(SchemaError) as first:
        checked.validate(payload)
    assert first.value.check.name == "f.A.required"
    assert first.value.failure_cases.rows() == [("f.A.required", 1, "A", None)]


def test_calling_a_schema_is_validating_with_it(contract: Contract) -> None:
    good = frame([{"A": "a"}])
    assert schema(contract, "f")(good, lazy=True) is good
    with pytest.raises(SchemaErrors):
        schema(contract, "f")(frame([{"A": None}]), lazy=True)
