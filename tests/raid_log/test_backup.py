"""Backups: what a store holds comes back equal, on either database, or nothing is changed."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from raid_runs import NOON, answer, content, failing, older, profile, rule, run, sent, submission, told
from sqlalchemy import insert, text

from contracts import Score
from contracts.results import SEVERITIES, RunResult
from raid_log import Intent, Store, StoreError, Week, close_weeks, open_store
from raid_log.backup import MANIFEST, Manifest, backup, restore
from raid_log.database import revisions
from raid_log.integrity import check, revision
from raid_log.tables import ControlTotal, OutsideImport, OutsideResult

SCORE = Score("finance.gl", "1.2.0", "oracle", "rule_mutants", "flip", 18, 20, ("\u201ctrue\u201d \U0001f4a1",), 1)
INTENT = Intent("FIN-01", "finance.gl", "1.2.0", "j.zip", "a" * 64, "emulator", "simulated", "j-1.zip")
Change = Callable[[dict[str, Any], dict[str, bytes]], None]


def saved(url: str, file: Path) -> Manifest:
    return backup(url, file, harness_version="0.1.0", at=NOON)


def filled(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """Put a row into every table, with strange values, and return the content."""
    amounts = [Decimal("0.0000000001"), Decimal("-1234567890123456789012345678.5"), None]
    unequal = sent("RAP", [answer(0)], predictions=[(0, "GL-100")], rules=[rule()], amounts=amounts)
    strange = failing(
        3, 2, message='NUL \0, "quoted"\n\u2028 \U0001f4a1', at=NOON + timedelta(microseconds=1), prefix="s"
    )
    store.record(run("r1", unequal, strange), profile())
    store.record_outcome("r1/1", told("RAA", [answer(0)]), profile(), at=NOON + timedelta(days=1), source="poll")
    store.record_scores([SCORE], measurement="m1", at=NOON, harness_version="0.1.0")
    store.open_delivery(INTENT, NOON)
    counts = dict.fromkeys(("planned", "executed", "passed", "failed", "blocked", *SEVERITIES), 7)
    with store.writing() as connection:
        total = {"submission": 1, "at": NOON, "by": "gl", "evidence": "report 7", "units": 3, "amount": amounts[1]}
        connection.execute(insert(ControlTotal), total)
        file = {"sha256": "b" * 64, "at": NOON, "by": "qa", "provider": "lab", "file": "t.xml", "format": "junit"}
        connection.execute(insert(OutsideImport), file)
        result = {"source": "b" * 64, "suite": "s", "run": "7", "interface": "", "ended_at": NOON, **counts}
        connection.execute(insert(OutsideResult), result)
    close_weeks(store, profile(), Week.of(NOON.date()), at=NOON + timedelta(days=9))
    rows = content(store)
    assert [name for name, held in rows.items() if not held] == []
    return rows


def moved(source: str, target: str, file: Path) -> None:
    """Fill a store, restore its backup elsewhere, and go on there."""
    with open_store(source) as store:
        rows = filled(store)
    first = saved(source, file)
    restore(file, target)
    with open_store(target) as store:
        assert content(store) == rows
    again = saved(target, file.with_name("again.zip"))
    assert again.tables == first.tables
    assert check(target) == []
    with open_store(target) as store:
        new = sent("RA", [answer(0)], rules=[rule("GL-999")], at=NOON + timedelta(days=2), prefix="new")
        assert store.record(run("r2", new), profile()).units == 2
        store.record_outcome("r1/1", told("AAA"), profile(), at=NOON + timedelta(days=3), source="correction")
    assert check(target) == []


def test_a_backup_comes_back_equal_and_the_store_goes_on(url: str, tmp_path: Path) -> None:
    moved(url, f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "b.zip")


@pytest.mark.slow
def test_a_store_moves_from_sqlite_to_postgresql(url: str, postgres_url: str, tmp_path: Path) -> None:
    moved(url, postgres_url, tmp_path / "b.zip")


@pytest.mark.slow
def test_a_store_moves_from_postgresql_to_sqlite(url: str, postgres_url: str, tmp_path: Path) -> None:
    moved(postgres_url, url, tmp_path / "b.zip")


@pytest.mark.slow
def test_an_empty_postgresql_store_of_this_revision_takes_a_backup(url: str, postgres: Store, tmp_path: Path) -> None:
    with open_store(url) as store:
        rows = filled(store)
    saved(url, tmp_path / "b.zip")
    with postgres.reading() as connection:
        target = connection.engine.url.render_as_string(hide_password=False)
    restore(tmp_path / "b.zip", target)
    assert content(postgres) == rows
    with pytest.raises(StoreError, match="not empty"):
        restore(tmp_path / "b.zip", target)


outcomes = st.text("ARSPU", min_size=1, max_size=4)
amounts = st.none() | st.decimals(-(10**27), 10**27, allow_nan=False, places=10)


@st.composite
def recorded(draw: st.DrawFn) -> list[RunResult]:
    """Runs of sent, failing, generated and negative payloads with random amounts, words and moments."""
    runs = []
    for number in range(draw(st.integers(0, 3))):
        at = NOON + draw(st.timedeltas(timedelta(), timedelta(days=9)))
        said = draw(outcomes)
        money = draw(st.lists(amounts, min_size=len(said), max_size=len(said)))
        refused = [answer(0, said=draw(st.text(max_size=5)) or "x")] if said[0] == "R" else []
        parts = [
            sent(said, refused, amounts=money, at=at, ended=at + timedelta(hours=1)),
            failing(2, 1, message=draw(st.text(max_size=9)), at=at, cycle=draw(st.sampled_from(["", "SIT2"]))),
            submission(["a", "a"], at=at, negative=draw(st.booleans()), evidence_class="generated"),
        ]
        runs.append(run(f"r{number}", *draw(st.permutations(parts))))
    return runs


def comes_back(runs: list[RunResult], target: Callable[[Path], str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        source = f"sqlite:///{folder}/one.db"
        with open_store(source) as store:
            for one in runs:
                store.record(one, profile())
            rows = content(store)
        assert check(source) == []
        first = saved(source, Path(folder, "1.zip"))
        restore(Path(folder, "1.zip"), target(Path(folder)))
        with open_store(target(Path(folder))) as store:
            assert content(store) == rows
        assert saved(target(Path(folder)), Path(folder, "2.zip")).tables == first.tables


@settings(max_examples=6, deadline=None)
@given(recorded())
def test_whatever_runs_recorded_comes_back(runs: list[RunResult]) -> None:
    comes_back(runs, lambda folder: f"sqlite:///{folder}/two.db")


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(runs=recorded())
def test_whatever_runs_recorded_comes_back_on_postgresql(postgres: Store, runs: list[RunResult]) -> None:
    with postgres.writing() as connection:
        for name in reversed(list(content(postgres))):
            if name != "head":
                connection.execute(text(f"TRUNCATE {name} CASCADE"))
        target = connection.engine.url.render_as_string(hide_password=False)
    comes_back(runs, lambda _: target)


def test_a_backup_is_read_without_the_harness(url: str, tmp_path: Path) -> None:
    with open_store(url) as store:
        filled(store)
    saved(url, tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        manifest = json.loads(archive.read(MANIFEST))
        units = [json.loads(line) for line in archive.read("unit_attempt.jsonl").splitlines()]
        digest = hashlib.sha256(archive.read("unit_attempt.jsonl")).hexdigest()
    assert (manifest["revision"], manifest["harness_version"]) == (revisions()[-1], "0.1.0")
    assert manifest["made_at"] == "2026-11-24T17:00:00+00:00"
    assert manifest["tables"]["unit_attempt"]["sha256"] == digest
    assert manifest["tables"]["unit_attempt"]["rows"] == len(units) == 6
    assert manifest["tables"]["unit_attempt"]["columns"]["amount"] == "decimal"
    assert units[0]["amount"] == "0.0000000001"
    assert len(bytes.fromhex(units[0]["key_hash"])) == 16


def test_a_nul_sign_in_a_plain_text_stays(url: str, tmp_path: Path) -> None:
    with open_store(url) as store:
        filled(store)
        with store.writing() as connection:
            connection.execute(text("UPDATE item SET statement = :words"), {"words": "a\0b"})
        rows = content(store)
    saved(url, tmp_path / "b.zip")
    restore(tmp_path / "b.zip", f"sqlite:///{tmp_path / 'other.db'}")
    with open_store(f"sqlite:///{tmp_path / 'other.db'}") as store:
        assert content(store) == rows


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ("UPDATE item SET statement = 'a' || char(0)", "NUL"),
        ("UPDATE submission SET amount = '1.00000000001'", "does not keep table 'submission' exactly"),
    ],
)
def test_what_postgresql_cannot_keep_is_refused_there(
    url: str, postgres_url: str, tmp_path: Path, edit: str, words: str
) -> None:
    with open_store(url) as store:
        filled(store)
        with store.writing() as connection:
            connection.execute(text(edit))
    saved(url, tmp_path / "b.zip")
    with pytest.raises(StoreError, match=words):
        restore(tmp_path / "b.zip", postgres_url)
    assert revision(postgres_url) is None


def test_a_store_of_an_older_version_is_backed_up_as_it_is_and_restored_upgraded(url: str, tmp_path: Path) -> None:
    engine = older(url, "0001")
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(
            text("INSERT INTO run VALUES ('r1', :at, :at, 'test', '0.1.0')"), {"at": "2026-11-24 17:00:00.000000"}
        )
    engine.dispose()
    assert saved(url, tmp_path / "b.zip").revision == "0001" == revision(url)
    target = f"sqlite:///{tmp_path / 'other.db'}"
    open_store(target).close()
    assert restore(tmp_path / "b.zip", target).rows == 2
    assert revision(target) == revisions()[-1]
    with open_store(target) as store:
        assert [row[:2] for row in content(store)["run"]] == [("r1", NOON)]
    assert check(target) == []


def test_a_backup_shows_one_state_while_others_write(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules[backup.__module__]  # the front door has a function of this name
    with open_store(url) as store:
        store.record(run("r1", submission()), profile())
        lines = module._lines

        def meanwhile(connection: Any, one: Any, where: str) -> Any:
            if one.name == "submission":
                store.record(run("r2", submission(at=NOON + timedelta(hours=1))), profile())
            return lines(connection, one, where)

        monkeypatch.setattr(module, "_lines", meanwhile)
        manifest = saved(url, tmp_path / "b.zip")
        assert (manifest.tables["run"].rows, manifest.tables["submission"].rows) == (1, 1)
        assert len(content(store)["submission"]) == 2


def test_a_file_that_is_there_is_not_replaced(store: Store, url: str, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(b"mine")
    with pytest.raises(StoreError, match="never replaces one"):
        saved(url, tmp_path / "b.zip")
    assert (tmp_path / "b.zip").read_bytes() == b"mine"


def test_a_backup_that_fails_leaves_no_file(store: Store, url: str, tmp_path: Path) -> None:
    filled(store)
    with store.writing() as connection:
        connection.execute(text("UPDATE submission SET amount = 'much'"))
    (tmp_path / "backups").mkdir()
    with pytest.raises(StoreError, match="not of its column's kind") as error:
        saved(url, tmp_path / "backups" / "b.zip")
    assert "harness store check" in error.value.todo
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_folder_that_is_not_there_is_told(store: Store, url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be written: No such file or directory"):
        saved(url, tmp_path / "nowhere" / "b.zip")


def test_a_store_that_is_not_there_is_not_made(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        saved(url, tmp_path / "b.zip")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def whole(store: Store, url: str, tmp_path: Path) -> Path:
    """A good backup."""
    filled(store)
    saved(url, tmp_path / "b.zip")
    return tmp_path / "b.zip"


def changed(file: Path, change: Change) -> Path:
    """The backup with something else in it."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop(MANIFEST))
    change(manifest, members)
    with zipfile.ZipFile(file, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.writestr(MANIFEST, json.dumps(manifest))
    return file


def hashed(manifest: dict[str, Any], members: dict[str, bytes], table: str, data: bytes) -> None:
    """Change a table and its hash: what only somebody who knows how can do."""
    members[f"{table}.jsonl"] = data
    manifest["tables"][table] |= {"rows": data.count(b"\n"), "sha256": hashlib.sha256(data).hexdigest()}


def other_value(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    members["run.jsonl"] = members["run.jsonl"].replace(b'"r1"', b'"r9"')


def row_less(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    members["answer.jsonl"] = b""


def strange_table(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["tables"]["payroll"] = manifest["tables"]["run"]
    members["payroll.jsonl"] = members["run.jsonl"]


def table_less(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    del manifest["tables"]["score"], members["score.jsonl"]


def strange_column(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["tables"]["run"]["columns"]["salary"] = "decimal"


def strange_member(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    members["../../evil.sh"] = b""


def newer_revision(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["revision"] = "9999"


def newer_format(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["format"] = 2


def no_tables(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    manifest["tables"] = None


def no_kind(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    hashed(manifest, members, "item", members["item.jsonl"].replace(b'"number":1', b'"number":"one"'))


def no_json(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    hashed(manifest, members, "item", b"{\n")


def no_parent(manifest: dict[str, Any], members: dict[str, bytes]) -> None:
    hashed(manifest, members, "run", b"")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (other_value, "table 'run' is not as it was backed up"),
        (row_less, "table 'answer' is not as it was backed up"),
        (strange_table, "does not know the table 'payroll'"),
        (table_less, "needs the table 'score'"),
        (strange_column, "table 'run' has not the columns"),
        (strange_member, "not hold one file for each table"),
        (newer_revision, r"newer version \(revision 9999\)"),
        (newer_format, "of format 2"),
        (no_tables, "holds what no backup has"),
        (no_kind, "holds what no backup has"),
        (no_json, "holds what no backup has"),
        (no_parent, "the database refuses: FOREIGN KEY"),
    ],
)
def test_a_backup_that_was_changed_is_refused_and_the_store_stays_empty(
    whole: Path, tmp_path: Path, change: Change, words: str
) -> None:
    target = f"sqlite:///{tmp_path / 'other.db'}"
    open_store(target).close()
    with pytest.raises(StoreError, match=words):
        restore(changed(whole, change), target)
    with open_store(target) as store:
        assert {name: len(rows) for name, rows in content(store).items() if rows} == {"head": 1}


@pytest.mark.parametrize("kept", [0, 10, 0.5, -1])
def test_a_file_that_was_cut_off_is_refused(whole: Path, tmp_path: Path, kept: float) -> None:
    data = whole.read_bytes()
    whole.write_bytes(data[: int(kept * len(data)) if kept == 0.5 else int(kept)])
    with pytest.raises(StoreError, match="no whole backup"):
        restore(whole, f"sqlite:///{tmp_path / 'other.db'}")
    assert not (tmp_path / "other.db").exists()


def test_a_bit_that_fell_over_is_found_in_every_table(whole: Path, tmp_path: Path) -> None:
    data = whole.read_bytes()
    with zipfile.ZipFile(whole) as archive:
        members = [one for one in archive.infolist() if one.file_size]
    for one in members:
        extra = int.from_bytes(data[one.header_offset + 28 : one.header_offset + 30], "little")
        start = one.header_offset + 30 + len(one.filename) + extra
        whole.write_bytes(data[: start + 8] + bytes([data[start + 8] ^ 16]) + data[start + 9 :])
        with pytest.raises(StoreError):
            restore(whole, f"sqlite:///{tmp_path / 'other.db'}")
    assert not (tmp_path / "other.db").exists()


def test_a_zip_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        archive.writestr("GlInterface.csv", "1,2\n")
    with pytest.raises(StoreError, match=r"it has no manifest\.json"):
        restore(tmp_path / "b.zip", f"sqlite:///{tmp_path / 'other.db'}")


def test_a_backup_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read: No such file"):
        restore(tmp_path / "b.zip", f"sqlite:///{tmp_path / 'other.db'}")


def test_a_store_with_rows_is_left_as_it_is(store: Store, url: str, whole: Path) -> None:
    rows = content(store)
    with pytest.raises(StoreError, match="not empty"):
        restore(whole, url)
    assert content(store) == rows


def test_a_database_of_something_else_is_left_as_it_is(whole: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("CREATE TABLE run (mile INTEGER)")
    connection.close()
    with pytest.raises(StoreError, match="no store's"):
        restore(whole, f"sqlite:///{tmp_path / 'other.db'}")
    with sqlite3.connect(tmp_path / "other.db") as connection:
        assert connection.execute("SELECT mile FROM run").fetchall() == []
    connection.close()


def test_a_folder_of_the_store_that_is_not_there_is_told(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened or made"):
        restore(whole, f"sqlite:///{tmp_path / 'nowhere' / 'store.db'}")
