"""The RAID log after two years: how long people wait for the decision, the figures of a week, and the list."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from benchmarks.history import END, profile, write_history
from contracts.profiles import REGISTER_COLUMNS
from raid_log import items, open_store, readiness, window_figures

POSTGRES = os.environ.get("HARNESS_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test")
_BAR = "<= 2 s"
_COMMANDS = (
    ("ready", "--as-of", END.isoformat()),
    ("raid", "figures", "--as-of", END.isoformat()),
    ("raid", "list"),
)


def measure(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Yield (figure, value, bar)."""
    yield from _on("SQLite", f"sqlite:///{folder / 'history.db'}", folder / "sqlite")
    with _schema() as url:
        if url:
            yield from _on("PostgreSQL", url, folder / "postgresql")
        else:
            yield "two years on PostgreSQL", "skipped: no server", ""


def _on(database: str, url: str, workspace: Path) -> Iterator[tuple[str, str, str]]:
    district = profile()
    with open_store(url) as store:
        started = time.perf_counter()
        write_history(store)
        if database == "PostgreSQL":
            with store.writing() as connection:
                connection.execute(text("ANALYZE"))  # as autovacuum does after so many rows
        yield f"two years on {database}: written in", f"{time.perf_counter() - started:.0f} s", ""
        calls = (
            ("ready", _BAR, lambda: readiness(store, district, as_of=END)),
            ("figures of the week", _BAR, lambda: window_figures(store, district, as_of=END)),
            ("list of what has not ended", _BAR, lambda: items(store, ended=False, as_of=END)),
            ("list of all 20,000 entries", "", lambda: items(store, as_of=END)),
        )
        for name, bar, call in calls:
            started = time.perf_counter()
            call()
            yield f"two years on {database}: {name}", f"{time.perf_counter() - started:.2f} s", bar
    _workspace(workspace, url)
    for words in _COMMANDS:
        started = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "harness", *words, "--workspace", workspace], capture_output=True, check=False
        )
        assert done.returncode in (0, 1, 3), done.stderr.decode()
        took = f"{time.perf_counter() - started:.2f} s"
        yield f"two years on {database}: harness {' '.join(words).partition(' --')[0]}, with its start", took, ""


def _workspace(folder: Path, url: str) -> None:
    """The district as files, so that commands can be called in it."""
    district = profile()
    folder.mkdir(parents=True)
    (folder / "harness.toml").write_text(f'profile = "."\nstore = "{url}"\n')
    (folder / "profile.toml").write_text('name = "bench"\ntitle = "Bench"\ntime_zone = "America/New_York"\n')
    with (folder / "register.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(REGISTER_COLUMNS)
        for row in district.register.values():
            held = {**vars(row), "contracts": " ".join(row.contracts), "pay_affecting": "no", "in_scope": "yes"}
            writer.writerow([held[name] for name in REGISTER_COLUMNS])


@contextmanager
def _schema() -> Iterator[str]:
    """Give the URL of an empty schema of the server, "" where there is none."""
    server = create_engine(POSTGRES, connect_args={"connect_timeout": 2})
    name = f"bench_{uuid.uuid4().hex}"
    try:
        with server.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA {name}"))
    except OperationalError:
        yield ""
        return
    try:
        yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}options=-csearch_path%3D{name}"
    finally:
        with server.begin() as connection:
            connection.execute(text(f"DROP SCHEMA {name} CASCADE"))
        server.dispose()
