"""The catalogue as a Markdown file: complete, and the same as the contract files."""

from __future__ import annotations

from contracts import LIBRARY, contract_ids, load, load_profile, written_ids
from reports import catalogue_text

SHIPPED = "nc_district"


def test_the_catalogue_of_the_repository_is_that_of_its_contracts() -> None:
    library, district = load_profile("oracle"), load_profile(SHIPPED)
    told = catalogue_text(
        district,
        [load(id_, library) for id_ in contract_ids(library)],
        [load(id_, district) for id_ in written_ids(district)],
    )
    assert (LIBRARY / "CATALOG.md").read_text(encoding="utf-8") == told, "run: make catalog"


def test_every_contract_stands_in_the_catalogue_once_and_an_overlay_beside_it() -> None:
    library, district = load_profile("oracle"), load_profile(SHIPPED)
    journals, workers = load("finance.gl_journals", library), load("hr.workers", library)
    own = [load("finance.gl_journals", district), load("finance.vendor_ach", district)]
    lines = catalogue_text(district, [journals, workers], own).splitlines()
    rows = [line.split(" | ")[:3] for line in lines if line.startswith("| `")]
    assert rows == [
        ["| `finance.gl_journals`", journals.version, "active"],
        ["| `hr.workers`", workers.version, "active"],
        ["| `finance.vendor_ach`", own[1].version, own[1].status],
        ["| `finance.gl_journals`", own[0].version, "active"],
    ]
    assert [line for line in lines if line.startswith("## ")] == [
        "## Finance", "## HR", "## Of profile nc_district alone", "## Extended by profile nc_district",
    ]  # fmt: skip
    assert "The library has 2 contracts: 2 active, 0 not." in lines


def test_a_profile_without_contracts_has_no_chapter() -> None:
    library = load_profile("oracle")
    assert "profile" not in catalogue_text(library, [load("hr.jobs", library)], [])
