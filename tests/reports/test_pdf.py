"""Pages as PDF: by either way, the same bytes for the same page, and nothing is fetched."""

from __future__ import annotations

import io
import sys

import pypdf
import pytest

from reports import pdf

PAGE = "<!doctype html><html lang='en'><head><title>W48 & more</title></head><body><h1>Ja zu Zoë</h1></body></html>"
LOOKS = pytest.mark.skipif(bool(pdf._weasyprint_lacks()), reason="WeasyPrint or Pango is missing")


def words(data: bytes | None) -> str:
    assert data is not None
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


@LOOKS
def test_a_page_is_printed_with_its_text_and_always_with_the_same_bytes() -> None:
    printed = pdf.to_pdf(PAGE)
    assert "Ja zu Zoë" in words(printed)
    assert printed == pdf.to_pdf(PAGE)


@LOOKS
def test_what_a_page_names_elsewhere_is_not_fetched(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("x") / "secret.css"
    secret.write_text("body::before { content: 'taken' }")
    page = PAGE.replace("<title>", f"<link rel='stylesheet' href='{secret.as_uri()}'><title>")
    assert "taken" not in words(pdf.to_pdf(page))


def test_without_weasyprint_a_chromium_prints_with_fixed_dates(monkeypatch: pytest.MonkeyPatch) -> None:
    if not pdf.chromium():
        pytest.skip("no Chromium on the PATH")
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    printed = pdf.to_pdf(PAGE)
    assert pdf.missing() == ""
    assert "Ja zu Zoë" in words(printed)
    assert printed == pdf.to_pdf(PAGE)


def test_with_neither_there_is_no_pdf_and_words_that_say_how_to_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    monkeypatch.setenv("PATH", "")
    assert pdf.to_pdf(PAGE) is None
    assert pdf.missing().startswith("WeasyPrint is not installed, and no Chromium is on the PATH: pip install")


def test_a_browser_that_does_not_start_gives_no_pdf(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bin")
    (folder / "chromium").write_text("#!/bin/sh\nexit 1\n")
    (folder / "chromium").chmod(0o755)
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    monkeypatch.setenv("PATH", str(folder))
    assert pdf.to_pdf(PAGE) is None
