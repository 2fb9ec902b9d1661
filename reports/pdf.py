"""Pages as PDF: by WeasyPrint (extra ``reports``, needs Pango), else by a Chromium of this machine."""

from __future__ import annotations

import logging
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Names under which a Chromium is looked for on the PATH."""
_SECONDS = 120
_STAMP = re.compile(rb"/(CreationDate|ModDate) \(D:[^)]*\)")


def to_pdf(page: str) -> bytes | None:
    """Return the page as PDF, None if nothing here can print it (``missing`` says why).

    The same page gives the same bytes on the same machine: neither way leaves a date in it.
    """
    printed = _by_weasyprint(page) if not _weasyprint_lacks() else None
    return printed or _by_chromium(page)


def missing() -> str:
    """Return why no PDF can be made, blank where one can."""
    lacks = _weasyprint_lacks()
    if not lacks or chromium():
        return ""
    return f"{lacks}, and no Chromium is on the PATH: pip install 'fusion-interface-harness[reports]', or install one"


def skipped() -> str:
    """Return why ``to_pdf`` gave nothing."""
    return missing() or "the browser here could not print it"


def _weasyprint_lacks() -> str:
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        return "WeasyPrint is not installed"
    except OSError:  # it loads Pango when it is imported
        return "WeasyPrint finds no Pango"
    return ""


def _by_weasyprint(page: str) -> bytes:
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it tells of every rule of style that it leaves out
    alone = URLFetcher(allowed_protocols=("data",))  # nothing is fetched, whatever a page says
    return bytes(HTML(string=page, url_fetcher=alone).write_pdf())


def _by_chromium(page: str) -> bytes | None:
    browser = chromium()
    if not browser:
        return None
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "page.html"), Path(folder, "page.pdf")
        source.write_text(page, encoding="utf-8")
        switches = ["--headless", "--disable-gpu", "--disable-extensions", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--no-first-run", "--no-pdf-header-footer",
                    f"--user-data-dir={folder}/profile", f"--print-to-pdf={target}"]  # fmt: skip
        for sandbox in ([], ["--no-sandbox"]):  # root may start it without its sandbox alone; the page is ours
            try:
                subprocess.run([browser, *switches, *sandbox, source.as_uri()], capture_output=True, timeout=_SECONDS)  # noqa: S603
            except (OSError, subprocess.TimeoutExpired):
                continue
            if target.is_file():
                return _STAMP.sub(_blank, target.read_bytes())
    return None


def chromium() -> str:
    """Return the path of a Chromium, "" where none is on the PATH."""
    return next((found for name in CHROMIUM if (found := shutil.which(name))), "")


def _blank(stamp: re.Match[bytes]) -> bytes:
    """A date of the same length: places in the file are counted in bytes."""
    text = stamp.group(0)
    head = text.index(b"(D:") + 3
    return text[:head] + re.sub(rb"\d", b"0", text[head:])
