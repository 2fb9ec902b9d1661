"""Outcomes by hand: a person uploads a payload to the pod, downloads what its jobs left behind, and imports it."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts import load, load_profile
from harness import emulated, read, setup_of_profile
from harness.delivering import Scratch
from interfaces.fusion import Order, every, fetch, follow, parameter_sets, send
from test_suites.payloads.sources import Records, spoil

Call = Callable[..., int]
Build = Callable[..., Path]


@pytest.fixture
def booked(harness: Call, payload: Build, journals: Records, tmp_path: Path) -> tuple[Path, str]:
    """A payload of two journals, the first one unbalanced, booked as uploaded by hand; and its submission."""
    spoil(journals, "gl", 1, ENTERED_DR="0.01")
    path = payload(journals)
    arguments = ("run", path, "--by-hand", "pod.example.org", "--workspace", "ws", "--profile", "nc_district")
    assert harness(*arguments, "--quiet") == 0
    assert harness("outcome", "list", "--workspace", "ws", "--json", tmp_path / "l.json", "--quiet") == 0
    (row,) = json.loads((tmp_path / "l.json").read_text())
    assert (row["evidence_class"], row["environment"], row["undecided"]) == ("acceptance", "pod.example.org", 2)
    return path, row["id"]


def reports(path: Path, folder: Path) -> dict[str, bytes]:
    """What the pod's jobs leave behind of the payload, as a person downloads it."""
    profile = load_profile("nc_district")
    contract = load("finance.gl_journals", profile)
    with emulated(setup_of_profile(profile)) as pod:
        order = Order(
            "fbdi", "FIN-01a", "by_hand_1.zip", path.read_bytes(), account=contract.oracle["ucm_account"],
            option=contract.oracle["interface_option"], job=contract.oracle["job"],
            parameters=parameter_sets(contract, read(path, contract).frames, pod.parameters)[0],
        )  # fmt: skip
        request = send(pod.client, order, Scratch(), sleep=pod.sleep)
        tree = follow(pod.client, request, budget_seconds=1e6, sleep=pod.sleep, clock=pod.clock)
        assert all(node.state for node in every(tree))
        documents = fetch(pod.client, tree)
    with zipfile.ZipFile(folder / "downloaded.zip", "w") as archive:
        for name, data in documents.items():
            archive.writestr(name, data)
    return documents


def test_reports_of_the_pod_give_every_unit_its_outcome(
    harness: Call, booked: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, submission = booked
    reports(path, tmp_path)
    arguments = ("outcome", "import", "downloaded.zip", "--submission", submission[:8], "--payload", path)
    assert harness(*arguments, "--workspace", "ws", "--json", tmp_path / "o.json") == 0
    done = json.loads((tmp_path / "o.json").read_text())
    assert done["outcomes"] | {"pending": 0} == {
        "accepted": 1, "rejected": 1, "rejected_unexplained": 0, "pending": 0, "unknown": 0,
    }  # fmt: skip
    assert {(one["code"], one["rule"]) for one in done["answers"]} == {("EU02", "GL-100")}
    capsys.readouterr()
    assert harness("outcome", "list", "--workspace", "ws") == 0
    assert "0 submissions" in capsys.readouterr().out


def test_the_same_reports_again_change_nothing(harness: Call, booked: tuple[Path, str], tmp_path: Path) -> None:
    path, submission = booked
    reports(path, tmp_path)
    arguments = ("outcome", "import", "downloaded.zip", "--submission", submission, "--payload", path)
    for changed in (2, 0):
        harness(*arguments, "--workspace", "ws", "--json", tmp_path / "o.json", "--quiet")
        assert json.loads((tmp_path / "o.json").read_text())["changed"] == changed


def test_the_load_log_alone_leaves_the_units_pending(harness: Call, booked: tuple[Path, str], tmp_path: Path) -> None:
    path, submission = booked
    documents = reports(path, tmp_path)
    log = next(data for data in documents.values() if b"SQL*Loader" in data)
    (tmp_path / "1.log").write_bytes(log)
    arguments = ("outcome", "import", "1.log", "--submission", submission, "--payload", path, "--workspace", "ws")
    assert harness(*arguments, "--json", tmp_path / "o.json", "--quiet") == 1
    assert json.loads((tmp_path / "o.json").read_text())["outcomes"]["pending"] == 2


def test_a_failed_load_without_any_report_refuses_every_unit(
    harness: Call, booked: tuple[Path, str], tmp_path: Path
) -> None:
    path, submission = booked
    (tmp_path / "note.txt").write_text("Error\n")
    arguments = ("outcome", "import", "note.txt", "--load-failed", "--submission", submission, "--payload", path)
    assert harness(*arguments, "--workspace", "ws", "--json", tmp_path / "o.json", "--quiet") == 0
    assert json.loads((tmp_path / "o.json").read_text())["outcomes"]["rejected"] == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\x00\x01", "none of these files is a report"), (b"<html><body>Sign In</body></html>", "none of these files")],
)
def test_files_that_are_no_reports_are_refused_and_change_nothing(
    harness: Call,
    booked: tuple[Path, str],
    tmp_path: Path,
    content: bytes,
    words: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, submission = booked
    (tmp_path / "strange.xml").write_bytes(content)
    capsys.readouterr()
    arguments = ("outcome", "import", "strange.xml", "--submission", submission, "--payload", path)
    assert harness(*arguments, "--workspace", "ws") == 2
    assert words in capsys.readouterr().err


def test_a_submission_or_payload_that_is_not_there_is_told(
    harness: Call, booked: tuple[Path, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, submission = booked
    reports(path, tmp_path)
    arguments = ("outcome", "import", "downloaded.zip", "--workspace", "ws")
    assert harness(*arguments, "--submission", "nothing", "--payload", path) == 2
    assert "harness outcome list" in capsys.readouterr().err
    path.write_bytes(path.read_bytes() + b"\n")
    assert harness(*arguments, "--submission", submission, "--payload", path) == 2
    assert "as it was sent is not there" in capsys.readouterr().err


def test_by_hand_excludes_delivering(harness: Call, payload: Build, journals: Records) -> None:
    arguments = ("run", payload(journals), "--workspace", "ws", "--profile", "nc_district", "--by-hand", "pod")
    assert harness(*arguments, "--no-deliver") == 2
