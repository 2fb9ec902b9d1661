"""A headless Chromium of this machine, the pages of a report, and axe-core: each of them skips where it is missing."""

from __future__ import annotations

import functools
import http.server
import shutil
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness import load, write
from reports.pdf import chromium
from test_suites.payloads.journals import nutrition
from test_suites.payloads.sources import day, spoil

AXE = "axe-core@4.14.1"
Opened = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    path = chromium()
    if not path:
        pytest.skip("no Chromium on the PATH")
    with playwright.sync_playwright() as running:
        launched = running.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield launched
        launched.close()


@pytest.fixture
def opened(browser: Any) -> Opened:
    """Opens a page and looks at it: no error in its console, no request to anywhere but where it lies."""

    @contextmanager
    def open_page(url: str, **context: Any) -> Iterator[Any]:
        faults: list[str] = []
        own = url.split("#")[0].rpartition("/")[0]
        looking = browser.new_context(**context)
        page = looking.new_page()
        page.on("console", lambda one: faults.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda one: faults.append(str(one)))
        page.on("request", lambda one: None if one.url.startswith((own, "data:", "blob:")) else faults.append(one.url))
        page.goto(url)
        yield page
        looking.close()
        assert faults == []

    return open_page


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder out/ of a workspace with a week, made by the commands that people call."""
    folder = tmp_path_factory.mktemp("report")
    payload = folder / "FIN-01a" / "GlInterface_1.zip"
    payload.parent.mkdir()
    journals = nutrition(day("2026-11-19"), "7", 40)
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    write(payload, load("finance.gl_journals", "nc_district"), journals)
    where = ("--workspace", str(folder / "ws"), "--profile", "nc_district", "--quiet")
    for command in (
        ("run", str(payload), "--no-deliver"),
        ("report", "weekly", "--out", str(folder / "ws/out/weekly/now")),
        ("report", "catalogue"),
    ):
        done = subprocess.run([sys.executable, "-m", "harness.cli", *command, *where], capture_output=True, text=True)
        assert done.returncode in (0, 1), done.stderr
    return folder / "ws" / "out"


@pytest.fixture(scope="session")
def served(report: Path) -> Iterator[str]:
    """The same folder over HTTP on loopback."""
    handler = functools.partial(_Silent, directory=str(report))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


class _Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def send_error(self, code: int, *rest: Any) -> None:
        """A browser asks for an icon by itself; it gets nothing, and no error."""
        if self.path == "/favicon.ico":
            self.send_response(204)
            self.end_headers()
        else:
            super().send_error(code, *rest)


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core as npm has it; no part of the project."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("no npm to fetch axe-core with")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run([npm, "pack", AXE, "--silent"], cwd=folder, capture_output=True, text=True, timeout=120)
    found = list(folder.glob("*.tgz"))
    if done.returncode or not found:
        pytest.skip(f"npm gives no {AXE}")
    with tarfile.open(found[0]) as archive:
        source = archive.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode()
