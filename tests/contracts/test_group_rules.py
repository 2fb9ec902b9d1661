"""Rules over groups of one key are judged in one grouping; each finds what it finds by itself."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from contract_texts import build, frame, one_file, rule
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import Contract, Records
from contracts.rules.groups import group, groups

COLUMNS = "{name: K, type: text}\n{name: N, type: number}\n{name: F, type: flag}\n{name: D, type: date}"
CHECKS = (
    "COUNT(*) = 2",
    "COUNT(N) <> 1",
    "COUNT(1) < 3",
    "COUNT(DISTINCT N) <= 1",
    "SUM(N) = 0",
    "SUM(COALESCE(N, 5)) <> 5",
    "SUM(1) > 1",
    "AVG(N) = 1",
    "MIN(D) >= DATE '2026-07-02'",
    "MAX(COALESCE(D, DATE '4712-12-31')) < DATE '4712-12-31'",
    "MAX(2) = 2 AND COUNT(*) > 1",
    "SUM(CASE WHEN F = 'Y' THEN 1 ELSE 0 END) >= 1 OR COUNT(*) = 1",
)
WHENS = ("", "F = 'Y'", "N > 0", "F <> 'Y' OR N IS NULL")

record = st.fixed_dictionaries(
    {
        "K": st.sampled_from(["a", "b", None]),
        "N": st.sampled_from(["0", "1", "-1", None, "x"]),
        "F": st.sampled_from(["Y", "N", None]),
        "D": st.sampled_from(["2026-07-01", "2026-07-02", None, "soon"]),
    }
)


@cache
def contract() -> Contract:
    texts = [(check, when) for check in CHECKS for when in WHENS]
    rules = "".join(
        rule(10 * at, f'group_by: [K], check: "{check}"', **({"when": f'"{when}"'} if when else {}))
        for at, (check, when) in enumerate(texts, 1)
    )
    with TemporaryDirectory() as folder:
        return build(Path(folder), one_file(COLUMNS, rules=rules))


@settings(max_examples=15)
@given(st.lists(record, max_size=8))
def test_rules_of_one_key_find_together_what_each_finds_alone(rows: list[dict[str, str | None]]) -> None:
    records = Records(contract(), {"f": frame(rows, ["K", "N", "F", "D"])})
    rules = [one for one in contract().rules.values() if one.kind == "group"]
    assert len(rules) == len(CHECKS) * len(WHENS)
    for one, together in zip(rules, groups(rules, records), strict=True):
        alone = group(one, records)
        assert (together.rows.to_list(), together.applied) == (alone.rows.to_list(), alone.applied), one.id
