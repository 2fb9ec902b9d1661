"""Awards: a wrong one is refused by itself, and the report counts them."""

from __future__ import annotations

import pytest
from finance_pod import Pod, Values, patched, rows_of, tree

from contracts import code_table
from interfaces.emulator.imports.grant_awards import JOB, TABLE
from interfaces.emulator.setup import Setup
from interfaces.fusion.outcomes.answers import Answer
from interfaces.fusion.outcomes.codes import identify

AWARD: Values = {
    "AWARD_NUMBER": "A-1", "SOURCE_TEMPLATE_NUMBER": "AWT-1", "BUSINESS_UNIT": "Demo Unit",
    "PRIMARY_SPONSOR": "Arts Fund", "PRIMARY_SPONSOR_NUMBER": "9002",
}  # fmt: skip
LISTS = {
    "award_template": ({"number": "AWT-1"},),
    "sponsors": ({"name": "Arts Fund", "number": "9002"},),
}
BAD: list[tuple[dict[str, str | None], str]] = [
    ({"SOURCE_TEMPLATE_NUMBER": "AWT-9"}, "GMS_CAFT_SVC_INVALID_AWD_TEMPL"),
    ({"BUSINESS_UNIT": None}, "FND_CMN_REQ_ATTRIB_API_SERV"),
    ({"PRIMARY_SPONSOR": "Nobody"}, "primary_sponsor_invalid"),
    ({"PRIMARY_SPONSOR_NUMBER": "9999"}, "primary_sponsor_invalid"),
    ({"PRIMARY_SPONSOR": "Nobody", "PRIMARY_SPONSOR_NUMBER": "9999"}, "primary_sponsor_invalid"),
]


def pod(*awards: Values, setup: Setup | None = None) -> Pod:
    used = Pod(setup or Setup(LISTS))
    used.load(**{TABLE: awards})
    return used


@pytest.mark.parametrize(("change", "code"), BAD)
def test_a_wrong_award_is_refused_with_its_code_and_the_good_one_beside_it_taken(
    change: dict[str, str | None], code: str
) -> None:
    bad, good = rows_of(pod(patched(AWARD, AWARD_NUMBER="A-2", **change), AWARD).run(JOB))
    found = identify(Answer(bad["ERROR_MESSAGE"], attribute=bad["ATTRIBUTE"]), code_table("projects"))
    assert found is not None
    assert (bad["AWARD_NUMBER"], bad["STATUS"], found.id) == ("A-2", "ERROR", code)
    assert (good["STATUS"], good["ERROR_MESSAGE"]) == ("PROCESSED", "")


@pytest.mark.parametrize(
    ("awards", "counts"),
    [
        ([AWARD], ("1", "1", "0", "COMPLETED")),
        ([AWARD, patched(AWARD, BUSINESS_UNIT=None)], ("2", "1", "1", "COMPLETED W/ERRORS")),
        ([], ("0", "0", "0", "COMPLETED")),
    ],
)
def test_the_report_counts_awards(awards: list[Values], counts: tuple[str, ...]) -> None:
    root = tree(pod(*awards).run(JOB))
    names = ("TOTAL_COUNT", "SUCCESS_COUNT", "FAILURE_COUNT", "BATCH_STATUS")
    assert tuple(root.findtext(name) for name in names) == counts


def test_an_award_is_judged_once_and_without_lists_every_name_passes() -> None:
    used = pod(patched(AWARD, SOURCE_TEMPLATE_NUMBER="AWT-9", PRIMARY_SPONSOR="Nobody"), setup=Setup())
    assert [row["STATUS"] for row in rows_of(used.run(JOB))] == ["PROCESSED"]
    assert rows_of(used.run(JOB)) == []


def test_a_blank_template_or_sponsor_is_no_error_of_this_import() -> None:
    bare = patched(AWARD, SOURCE_TEMPLATE_NUMBER=None, PRIMARY_SPONSOR=None, PRIMARY_SPONSOR_NUMBER=None)
    assert [row["STATUS"] for row in rows_of(pod(bare).run(JOB))] == ["PROCESSED"]
