"""Every page in a real browser: nothing in the console, nothing from elsewhere, no serious fault of accessibility."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pypdf
import pytest

pytestmark = pytest.mark.slow

WEEK = "weekly/now"
PAGES = (
    "catalogue/index.html",
    "catalogue/finance.gl_journals.html",
    f"{WEEK}/index.html",
    f"{WEEK}/readiness.html",
    f"{WEEK}/raid.html",
    f"{WEEK}/definitions.html",
)
LOOKS = ({}, {"color_scheme": "dark"}, {"viewport": {"width": 360, "height": 800}})
Opened = Callable[..., AbstractContextManager[Any]]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_from_a_file_and_over_http_alike(opened: Opened, report: Path, served: str, page: str) -> None:
    titles = []
    for url in ((report / page).as_uri(), f"{served}/{page}"):
        with opened(url) as shown:
            titles.append(shown.title())
            assert shown.locator("h1").inner_text()
    assert titles[0] == titles[1] != ""


@pytest.mark.parametrize("look", LOOKS, ids=["light", "dark", "narrow"])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_no_serious_fault_of_accessibility(
    opened: Opened, report: Path, axe: str, page: str, look: dict[str, Any]
) -> None:
    with opened((report / page).as_uri(), **look) as shown:
        shown.evaluate(axe)
        found = shown.evaluate("axe.run(document, {resultTypes: ['violations', 'passes']})")
    grave = [
        (one["id"], [node["html"][:200] for node in one["nodes"]][:3])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert grave == []
    assert len(found["passes"]) > 10  # it did look


@pytest.mark.parametrize("page", PAGES)
def test_nothing_sticks_out_at_360_pixels(opened: Opened, report: Path, page: str) -> None:
    with opened((report / page).as_uri(), viewport={"width": 360, "height": 800}) as shown:
        assert shown.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_decision_prints_on_one_page_of_letter_paper(opened: Opened, report: Path) -> None:
    with opened((report / WEEK / "readiness.html").as_uri()) as shown:
        printed = pypdf.PdfReader(io.BytesIO(shown.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    assert (round(printed.pages[0].mediabox.width), round(printed.pages[0].mediabox.height)) == (612, 792)


def test_the_pdf_beside_it_has_one_page_too(report: Path) -> None:
    file = report / WEEK / "readiness.pdf"
    if not file.exists():
        pytest.skip("no PDF could be made here")
    printed = pypdf.PdfReader(file)
    assert len(printed.pages) == 1
    assert "Can we go live?" in printed.pages[0].extract_text()


def test_every_link_of_the_weekly_page_leads_to_something(opened: Opened, report: Path, served: str) -> None:
    with opened(f"{served}/{WEEK}/index.html") as shown:
        targets = shown.evaluate("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))")
    assert targets
    for target in targets:
        file, _, anchor = target.partition("#")
        found = report / WEEK / file
        assert found.exists(), target
        if anchor:
            assert f'id="{anchor}"' in found.read_text(encoding="utf-8"), target


def test_the_numbers_behind_a_chart_can_be_opened(opened: Opened, report: Path) -> None:
    with opened((report / WEEK / "index.html").as_uri()) as shown:
        figure = shown.locator("figure", has_text="Open critical defects").first
        figure.locator("summary").click()
        assert figure.locator("table").is_visible()
