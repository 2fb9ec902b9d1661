"""The check of a store: sound after whatever the harness did, and every edit by hand is found."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from raid_runs import NOON, answer, failing, older, profile, run, sent, submission
from sqlalchemy import text

from raid_log import Author, Store, StoreError, change, open_store
from raid_log.events import EDITED, EventLog
from raid_log.integrity import check

TRIAGER = Author("ann", "triager", NOON)


def lived(store: Store) -> None:
    """Two defects, one of them waived and back; units sent twice, and a run that came in late."""
    later = NOON + timedelta(hours=2)
    store.record(run("r1", sent("RA", [answer(0)], at=later), failing(3, 1, prefix="s")), profile())
    store.record(run("r2", sent("AA"), submission(["x"], negative=True)), profile())
    change(store, "RAID-0001", "triaged", TRIAGER, owner="ann")
    with store.writing() as connection:
        log = EventLog(connection)
        log.note(1, EDITED, "triaged", TRIAGER, {"workaround": "key it by hand"})
        log.grade(1, "triaged", "critical", TRIAGER)
        log.close()
    change(store, "RAID-0001", "waived", Author("bob", "approver", NOON), until="2026-12-01")
    change(store, "RAID-0001", "fixed", TRIAGER)
    change(store, "RAID-0001", "waiver_ended", Author("machine", "machine", NOON))


def by_hand(store: Store, *edits: str) -> None:
    """Change rows as somebody with the database's own tool does, who is stopped by no key."""
    with store.reading() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
        for edit in edits:
            connection.execute(text(edit))
        connection.commit()
    store.close()


def test_a_store_that_only_the_harness_wrote_is_sound(store: Store, url: str) -> None:
    assert check(url) == []
    lived(store)
    assert check(url) == []


EDITS = (
    ("UPDATE event SET reason = 'because' WHERE number = 2", "the chain breaks", "event 2"),
    ("UPDATE event SET detail = 'none' WHERE number = 2", "a value cannot be read", "store.db"),
    ("DELETE FROM event WHERE number = (SELECT max(number) FROM event)", "the chain breaks", "event "),
    ("DELETE FROM event WHERE number = (SELECT max(number) FROM event)", "last number given is", "table event"),
    ("UPDATE event SET at = 'noon' WHERE number = 1", "a value cannot be read", "store.db"),
    ("DELETE FROM event WHERE item = 2", "no event opens it", "RAID-0002"),
    ("UPDATE event SET kind = 'triaged' WHERE number = 1", "no event opens it", "RAID-0001"),
    ("UPDATE event SET after = 'verified' WHERE kind = 'triaged'", "leads to 'triaged', but 'verified'", "RAID-0001"),
    ("UPDATE event SET before = 'fixed' WHERE kind = 'triaged'", "starts from 'fixed'", "RAID-0001, event"),
    ("UPDATE event SET role = 'owner' WHERE kind = 'waived'", "refused to the role 'owner'", "RAID-0001, event"),
    ("UPDATE event SET kind = 'verified' WHERE kind = 'triaged'", "no such step", "RAID-0001, event"),
    ("UPDATE event SET after = 'triaged' WHERE kind = 'waiver_ended'", "leads to 'fixed'", "RAID-0001, event"),
    ("UPDATE event SET after = 'verified' WHERE kind = 'edited'", "leads to 'triaged', but 'verified'", "RAID-0001"),
    ("UPDATE item SET type = 'wish' WHERE number = 1", "'wish' is no type of item", "RAID-0001"),
    ("UPDATE head SET item = 7", "last number given is 7", "table item"),
    ("DELETE FROM item WHERE number = 2", "last number given is 2", "table item"),
    ("DELETE FROM item WHERE number = 2", "rows name a item that is not there, the first one 2", "event.item"),
    ("DELETE FROM head", "missing or doubled", "table head"),
    ("DELETE FROM run WHERE id = 'r2'", "2 rows name a run that is not there", "submission.run_id"),
    ("UPDATE unit_attempt SET check_attempt = 9 WHERE submission = 1 AND position = 1", "wrong check_att", "FIN-01"),
    ("UPDATE unit_attempt SET send_attempt = 2 WHERE send_attempt = 1", "wrong send_attempt", "FIN-01, simulated"),
    ("UPDATE unit_attempt SET check_attempt = NULL WHERE submission = 1", "wrong check_att", "FIN-01"),
    ("UPDATE unit_attempt SET conforms = NOT conforms WHERE submission = 1 AND position = 1", "conform", "submission"),
    ("DELETE FROM unit_attempt WHERE submission = 2 AND position = 2", "not as many as it says", "submission r"),
    ("UPDATE unit_attempt SET outcome = 'accepted'", "their reasons do not bear out", "table unit_attempt"),
    ("UPDATE unit_attempt SET excluded = 1 WHERE outcome = 'rejected'", "do not bear out", "table unit_attempt"),
    ("UPDATE unit_attempt SET ended_at = 'noon'", "a value cannot be read", "table unit_attempt"),
    ("UPDATE unit_attempt SET amount = 'much'", "a value cannot be read", "table unit_attempt"),
    ("DELETE FROM fingerprint WHERE item = 1", "booked on no defect", "RAID-0001"),
    ("UPDATE fingerprint SET item = 2", "booked on RAID-0002", "RAID-0001"),
    ("UPDATE item SET interface = 'FIN-02' WHERE number = 1", "booked on no defect", "RAID-0001"),
    ("UPDATE item SET detail = '{\"floor\": \"minor\"}' WHERE number = 1", "minor is its floor", "RAID-0001"),
    ("UPDATE item SET detail = '{}' WHERE number = 1", "nothing is its floor", "RAID-0001"),
)  # fmt: skip


def test_an_event_whose_moment_cannot_be_read_breaks_the_chain_there(store: Store) -> None:
    lived(store)
    by_hand(store, "UPDATE event SET at = 'noon' WHERE number = 2")
    assert store.broken_link() == 2


def test_without_the_numbers_last_given_nothing_is_written_and_the_log_does_not_hold(store: Store) -> None:
    lived(store)
    by_hand(store, "DELETE FROM head")
    for do in (store.broken_link, lambda: change(store, "RAID-0001", "triaged", TRIAGER)):
        with pytest.raises(StoreError, match="numbers last given is missing"):
            do()


@pytest.mark.parametrize(("edit", "what", "where"), EDITS)
def test_an_edit_by_hand_is_found(store: Store, url: str, edit: str, what: str, where: str) -> None:
    lived(store)
    by_hand(store, edit)
    found = check(url)
    assert [one for one in found if what in one.what and where in one.where], found
    assert all(one.todo for one in found)


def test_a_number_that_no_attempt_may_have_is_found(store: Store, url: str) -> None:
    lived(store)
    by_hand(
        store,
        "UPDATE unit_attempt SET check_attempt = 1"
        " WHERE submission = (SELECT number FROM submission WHERE negative = 1)",
    )
    (fault,) = check(url)
    assert fault.what.startswith("1 units have a wrong check_attempt")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("edit", "what"),
    [
        ("UPDATE event SET reason = 'because' WHERE number = 2", "the chain breaks"),
        ("UPDATE event SET role = 'owner' WHERE kind = 'waived'", "refused to the role 'owner'"),
        ("UPDATE head SET item = 7", "last number given is 7"),
        ("UPDATE unit_attempt SET check_attempt = 9 WHERE submission = 1 AND position = 1", "wrong check_attempt"),
        ("DELETE FROM unit_attempt WHERE submission = 2 AND position = 2", "not as many as it says"),
    ],
)
def test_an_edit_by_hand_is_found_on_postgresql(postgres: Store, postgres_url: str, edit: str, what: str) -> None:
    lived(postgres)
    assert check(postgres_url) == []
    by_hand(postgres, edit)
    assert any(what in one.what for one in check(postgres_url))


def test_a_damaged_file_is_found(store: Store, url: str) -> None:
    lived(store)
    with store.reading() as connection:
        page = connection.execute(
            text("SELECT rootpage FROM sqlite_master WHERE name = 'ix_event_item_at'")
        ).scalar_one()
        size = connection.execute(text("PRAGMA page_size")).scalar_one()
    by_hand(store, "SELECT 1")
    path = Path(url.removeprefix("sqlite:///"))
    data = bytearray(path.read_bytes())
    middle = page * size - 40  # the entries of an index stand at the end of its page
    data[middle : page * size] = bytes(40)
    path.write_bytes(data)
    assert any("the file is damaged" in one.what for one in check(url))


def test_a_store_that_is_not_there_is_not_made(url: str, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no store"):
        check(url)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "store.db").write_bytes(b"id,name\n" * 500)
    with pytest.raises(StoreError, match="not a store"):
        check(f"sqlite:///{tmp_path / 'store.db'}")


def test_a_database_without_a_store_is_told(tmp_path: Path) -> None:
    (tmp_path / "store.db").touch()
    with pytest.raises(StoreError, match="holds no store"):
        check(f"sqlite:///{tmp_path / 'store.db'}")


def test_a_store_of_an_older_version_is_upgraded_first(url: str) -> None:
    older(url, "0002").dispose()
    with pytest.raises(StoreError, match="of revision 0002") as error:
        check(url)
    assert "harness store upgrade" in error.value.todo


def test_a_store_of_a_newer_version_is_told(url: str) -> None:
    with open_store(url) as store:
        by_hand(store, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer version \(revision 9999\)"):
        check(url)
