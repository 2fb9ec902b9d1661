"""``harness store``: a workspace's store is backed up, restored, moved, checked and upgraded."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from test_suites.payloads.sources import Records, spoil

Call = Callable[..., int]
Build = Callable[..., Path]


@pytest.fixture
def workspace(harness: Call, payload: Build, journals: Records) -> None:
    """A workspace ``ws`` whose store holds a run with a defect, and an empty one, ``other``."""
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    path = payload(journals)
    harness("run", path, "--workspace", "ws", "--profile", "nc_district", "--no-deliver", "--quiet")
    Path("other").mkdir()
    Path("other/harness.toml").write_text('profile = "nc_district"\n')


def listed(harness: Call, workspace: str) -> str:
    """The RAID log as JSON."""
    assert harness("raid", "list", "--workspace", workspace, "--json", "l.json", "--quiet") == 0
    return Path("l.json").read_text()


@pytest.mark.usefixtures("workspace")
def test_a_backup_goes_into_another_workspace(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert harness("store", "backup", "b.zip", "--workspace", "ws", "--json", "b.json") == 0
    said = json.loads(Path("b.json").read_text())
    assert said["rows"]["run"] == 1
    assert f"{sum(said['rows'].values()):,} rows of {len(said['rows'])} tables" in capsys.readouterr().out
    assert harness("store", "restore", "b.zip", "--workspace", "other") == 0
    assert "rows as they were at" in capsys.readouterr().out
    assert harness("store", "check", "--workspace", "other") == 0
    assert "sound" in capsys.readouterr().out
    assert listed(harness, "other") == listed(harness, "ws")
    assert "RAID-0001" in listed(harness, "other")


@pytest.mark.usefixtures("workspace")
def test_a_store_with_rows_takes_no_backup(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    harness("store", "backup", "b.zip", "--workspace", "ws", "--quiet")
    capsys.readouterr()
    assert harness("store", "restore", "b.zip", "--workspace", "ws") == 2
    said = capsys.readouterr().err.splitlines()
    assert [line.split(":")[0].strip() for line in said] == ["error", "at", "do"]
    assert "the store is not empty" in said[0]


@pytest.mark.usefixtures("workspace")
def test_faults_are_told_one_by_one_and_end_with_2(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    connection = sqlite3.connect("ws/store.db", isolation_level=None)
    connection.execute("UPDATE event SET \"by\" = 'somebody'")
    connection.execute("UPDATE head SET item = item + 1")
    connection.close()
    capsys.readouterr()
    assert harness("store", "check", "--workspace", "ws", "--json", "c.json") == 2
    printed = capsys.readouterr()
    assert printed.err.count("error: ") == 2
    assert "the chain breaks" in printed.err
    assert "2 faults" in printed.out
    assert [set(one) for one in json.loads(Path("c.json").read_text())] == [{"what", "where", "todo"}] * 2


@pytest.mark.usefixtures("workspace")
def test_a_workspace_without_a_store_cannot_be_checked_or_backed_up(
    harness: Call, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in (("check",), ("backup", "b.zip")):
        capsys.readouterr()
        assert harness("store", *command, "--workspace", "other") == 2
        assert "there is no store" in capsys.readouterr().err
    assert [path.name for path in Path("other").iterdir()] == ["harness.toml"]


@pytest.mark.usefixtures("workspace")
def test_upgrade_says_from_which_revision_to_which(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    from raid_log.database import revisions

    last = revisions()[-1]
    for words, before in (("from nothing to", None), ("nothing to do", last)):
        capsys.readouterr()
        assert harness("store", "upgrade", "--workspace", "other", "--json", "u.json") == 0
        assert words in capsys.readouterr().out
        said = json.loads(Path("u.json").read_text())
        assert (said["from"], said["to"]) == (before, last)


@pytest.mark.usefixtures("workspace")
def test_a_password_is_never_printed(
    harness: Call, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    harness("store", "backup", "b.zip", "--workspace", "ws", "--quiet")
    monkeypatch.setenv("HARNESS_STORE", "postgresql+psycopg://user:hunter2@127.0.0.1:1/none?connect_timeout=1")
    for command in (("check",), ("backup", "c.zip"), ("restore", "b.zip"), ("upgrade",)):
        capsys.readouterr()
        assert harness("store", *command, "--workspace", "ws") == 2
        printed = capsys.readouterr()
        assert "hunter2" not in printed.out + printed.err
        assert "user:***@127.0.0.1" in printed.err
