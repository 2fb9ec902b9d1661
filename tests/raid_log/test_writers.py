"""Several processes write to one store at once, and one of them may die: all of a change is there, or nothing."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.pool import Pool

import pytest
from people import actor, district
from raid_runs import NOON, content, failing, result, rule, run, submission
from sqlalchemy import Engine, event, select

from contracts.results import RunResult
from raid_log import Store, StoreError, add, edit, item, items, open_store
from raid_log.integrity import check
from raid_log.tables import Head, SubmissionRow, UnitAttempt

SPAWN = get_context("spawn")
TIMEOUT = 120
RUNS, EDITS = 6, 5
PEOPLE = ("tess", "tom")
MANY = 8


@pytest.fixture(scope="module")
def four() -> Iterator[Pool]:
    """Four processes that wait for work."""
    barrier = SPAWN.Barrier(4)
    with SPAWN.Pool(4, barrier.wait, (TIMEOUT,)) as pool:
        yield pool


@pytest.fixture
def eight() -> Iterator[Pool]:
    """People, and as many recording processes as a nightly run has."""
    size = MANY + len(PEOPLE)
    barrier = SPAWN.Barrier(size)
    with SPAWN.Pool(size, barrier.wait, (TIMEOUT,)) as pool:
        yield pool


# --- what the processes do


def made(url: str) -> None:
    open_store(url).close()


def numbered(name: str, number: int) -> RunResult:
    """A run of two submissions: one with the defect that all have, and one with a defect that three share."""
    at = NOON + timedelta(minutes=number)
    shared = result([False], rules=[rule(f"GL-{200 + number % 3}")])
    return run(f"{name}/{number}", failing(3, 1, at=at), submission(["v"], checked=shared, at=at))


def recording(url: str, name: str) -> None:
    with open_store(url, wait_seconds=60) as store:
        for number in range(RUNS):
            store.record(numbered(name, number), district())


def editing(url: str, name: str) -> None:
    with open_store(url, wait_seconds=60) as store:
        for number in range(EDITS):
            edit(store, actor(name), "RAID-0001", {"epic": f"{name} {number}"})


def work(kind: str, url: str, name: str) -> None:
    {"record": recording, "edit": editing}[kind](url, name)


# --- what is there afterwards


def all_at_once(pool: Pool, url: str, recorders: int) -> None:
    with open_store(url) as store:
        store.record(run("first", failing(3, 1, at=NOON - timedelta(days=1))), district())
    names = [f"r{number}" for number in range(recorders)]
    jobs = [("record", url, name) for name in names] + [("edit", url, name) for name in PEOPLE]
    pool.starmap_async(work, jobs, chunksize=1).get(TIMEOUT)
    assert check(url) == []  # the chain is whole, numbers have no gaps, attempts are numbered right
    with open_store(url) as store:
        whole(store, recorders)


def whole(store: Store, recorders: int) -> None:
    count = recorders * RUNS
    defects = items(store)
    assert Counter(one.cause for one in defects) == {"GL-100": 1, "GL-200": 1, "GL-201": 1, "GL-202": 1}
    assert [len(item(store, one.id).occurrences) for one in sorted(defects, key=lambda one: one.cause)] == [
        count + 1, *[count // 3] * 3,
    ]  # fmt: skip
    edits = [one for one in item(store, "RAID-0001").history if one.kind == "edited"]
    assert Counter(one.by for one in edits) == dict.fromkeys(PEOPLE, EDITS)
    for name in PEOPLE:  # in the order in which each of them made theirs
        assert [one.detail["epic"] for one in edits if one.by == name] == [f"{name} {n}" for n in range(EDITS)]
    with store.reading() as connection:
        tries = connection.execute(
            select(UnitAttempt.check_attempt).join(SubmissionRow).where(UnitAttempt.position == 2)
        )
        assert sorted(tries.scalars()) == list(range(1, count + 2))
        numbers = connection.execute(select(SubmissionRow.number).order_by(SubmissionRow.number)).scalars().all()
        assert list(numbers) == list(range(1, 2 * count + 2))
        assert connection.execute(select(Head.item)).scalar_one() == len(defects)


def test_four_processes_make_one_store(four: Pool, url: str) -> None:
    four.map_async(made, [url] * 4, chunksize=1).get(TIMEOUT)
    assert check(url) == []


def test_nothing_is_lost_or_doubled_where_two_record_and_two_edit(four: Pool, url: str) -> None:
    all_at_once(four, url, 2)


@pytest.mark.slow
def test_eight_processes_make_one_postgresql_store(eight: Pool, postgres_url: str) -> None:
    eight.map_async(made, [postgres_url] * MANY, chunksize=1).get(TIMEOUT)
    assert check(postgres_url) == []


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_where_eight_record_on_postgresql(eight: Pool, postgres_url: str) -> None:
    all_at_once(eight, postgres_url, MANY)


# --- a process that dies


def kill(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying(url: str, moment: str) -> None:
    """Record a run and be killed: amid its statements, before the commit, or after it."""

    def amid(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("INSERT INTO occurrence"):
            kill()

    with open_store(url) as store:
        target, name, act = {
            "amid": (Engine, "before_cursor_execute", amid),
            "before": (Engine, "commit", kill),
            "after": (store._engine.pool, "checkin", kill),
        }[moment]
        event.listen(target, name, act)
        store.record(numbered("dead", 0), district())


def dies(url: str, moment: str) -> None:
    with open_store(url) as store:
        store.record(run("first", failing(3, 1, at=NOON - timedelta(days=1))), district())
        before = content(store)
    process = SPAWN.Process(target=dying, args=(url, moment))
    process.start()
    process.join(TIMEOUT)
    assert process.exitcode == -signal.SIGKILL
    with open_store(url, wait_seconds=1) as store:
        assert (content(store) == before) is (moment != "after")
        again = store.record(numbered("dead", 0), district())
        assert again.repeated is (moment == "after")
        assert (again.submissions, again.units, again.opened) == (2, 4, ("RAID-0002",))
    assert check(url) == []


@pytest.mark.parametrize("moment", ["amid", "after"])
def test_a_process_that_is_killed_leaves_all_or_nothing_and_no_lock(url: str, moment: str) -> None:
    dies(url, moment)


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["amid", "before", "after"])
def test_a_process_that_is_killed_leaves_all_or_nothing_on_postgresql(postgres_url: str, moment: str) -> None:
    dies(postgres_url, moment)


# --- somebody else was quicker


@pytest.fixture
def read(store: Store) -> int:
    """The version of RAID-0001 as it was read."""
    store.record(run("first", failing()), district())
    return item(store, "RAID-0001").version


def refused(store: Store, do: Callable[[], object], words: str) -> None:
    before = content(store)
    with pytest.raises(StoreError, match=words):
        do()
    assert content(store) == before


def test_an_edit_of_what_was_read_is_taken_and_gives_the_next_version(store: Store, read: int) -> None:
    one = edit(store, actor("tess"), "RAID-0001", {"epic": "payroll"}, version=read)
    assert one.version == read + 1
    assert edit(store, actor("tom"), "RAID-0001", {"epic": "ledger"}, version=one.version).fields["epic"] == "ledger"


def test_an_edit_of_what_somebody_changed_meanwhile_is_refused_and_changes_nothing(store: Store, read: int) -> None:
    edit(store, actor("tess"), "RAID-0001", {"epic": "payroll"}, version=read)
    late = {"epic": "ledger"}
    refused(store, lambda: edit(store, actor("tom"), "RAID-0001", late, version=read), "changed meanwhile by tess")
    # without a version the last one wins
    assert edit(store, actor("tom"), "RAID-0001", late).fields["epic"] == "ledger"


@pytest.mark.parametrize("version", [0, -1, 99])
def test_a_version_that_the_entry_never_had_is_refused(store: Store, read: int, version: int) -> None:
    words, change = f"never had version {version}", {"epic": "ledger"}
    refused(store, lambda: edit(store, actor("tom"), "RAID-0001", change, version=version), words)


def test_a_change_of_another_entry_is_in_nobody_s_way(store: Store, read: int) -> None:
    add(store, actor("tom"), "issue", "Pod is down", {"severity": "moderate"})
    assert edit(store, actor("tess"), "RAID-0001", {"epic": "payroll"}, version=read).version > read + 1


def test_what_the_clock_did_meanwhile_is_in_nobody_s_way(store: Store) -> None:
    owed = {"on_whom": "IT", "direction": "in", "needed_by": "2026-12-01", "promised_on": "2026-11-25"}
    read = add(store, actor("tess"), "dependency", "Pod", owed).version
    edited = edit(store, actor("tess", NOON + timedelta(days=9)), "RAID-0001", {"epic": "pods"}, version=read)
    assert [event.kind for event in edited.history] == ["opened", "late", "edited"]


def test_of_two_who_edit_the_same_version_one_alone_comes_through(url: str, store: Store, read: int) -> None:
    with open_store(url) as other:
        edit(other, actor("tess"), "RAID-0001", {"epic": "payroll"}, version=read)
    with pytest.raises(StoreError, match="read it again"):
        edit(store, actor("tom"), "RAID-0001", {"epic": "ledger"}, version=read)
    assert item(store, "RAID-0001").fields["epic"] == "payroll"
