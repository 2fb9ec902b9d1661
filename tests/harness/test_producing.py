"""Interfaces under test: three planted bugs are found, and whatever an interface does, an answer comes in words."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

import test_suites.producer
from harness import Produced, ProducerError, UsageError, find_workspace, produce
from harness.arrivals import SHOWN, redacted
from test_suites.payloads.sources import Records

pytest_plugins = ["pytester"]

INSTALLED = any(entry.value == "harness.plugin" for entry in entry_points(group="pytest11"))
PLUGIN = () if INSTALLED else ("-p", "harness.plugin")

Call = Callable[..., int]
Build = Callable[..., Path]
ROOT = Path(__file__).parents[2]
EXAMPLE = Path(test_suites.producer.__file__).parent
COMMAND = '"python legacy_to_gl.py {source} {payload}"'
SOURCE = """
[producer.FIN-01a.source.columns]
doc = {sequence = "D-"}
amount = {amount = [1, 9]}
"""


def example(folder: Path, words: str = "") -> Path:
    """The shipped example in a folder of its own, with ``words`` behind the command of FIN-01a."""
    folder.mkdir(exist_ok=True)
    toml = (EXAMPLE / "harness.toml").read_text(encoding="utf-8")
    assert COMMAND in toml
    (folder / "harness.toml").write_text(
        toml.replace(COMMAND, f"{COMMAND[:-1]} {words}{COMMAND[-1]}"), encoding="utf-8"
    )
    (folder / "legacy_to_gl.py").write_bytes((EXAMPLE / "legacy_to_gl.py").read_bytes())
    return folder


def workspace(
    folder: Path, program: str, more: str = "", *, command: str = "python program.py {source} {payload}"
) -> Path:
    """A workspace whose interface FIN-01a is a Python program; ``source`` and ``payload`` are its two paths."""
    folder.mkdir(exist_ok=True)
    head = "import sys\nsource, payload = sys.argv[-2:]\n"
    (folder / "program.py").write_text(head + program, encoding="utf-8")
    toml = f"profile = 'nc_district'\n[producer.FIN-01a]\ncommand = {json.dumps(command)}\n{more}\n{SOURCE}"
    (folder / "harness.toml").write_text(toml, encoding="utf-8")
    return folder


def made(folder: Path, **more: Any) -> Produced:
    return produce("FIN-01a", find_workspace(folder), **more)


def failed(produced: Produced) -> set[str]:
    """Critical and significant rules that the payload breaks."""
    return {
        rule.id
        for rule in produced.result.rules
        if rule.status == "failed" and rule.severity in ("critical", "significant")
    }


# --- the example ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bug", "rules", "differing", "lost"),
    [
        ("zeros", {"gl.SEGMENT3.list@NCGL", "NCGL-010", "NCGL-100"}, 0, 0),
        ("commas", {"GL-100"}, 3, 0),
        ("last", set(), 0, 1),  # the contract has nothing to say against it
    ],
)
def test_each_planted_bug_is_found(tmp_path: Path, bug: str, rules: set[str], differing: int, lost: int) -> None:
    produced = made(example(tmp_path / "ws", f"--bug {bug}"), seed=7)
    (control,) = produced.controls
    assert failed(produced) == rules
    assert (control.differing, control.lost, control.invented) == (differing, lost, 0)
    assert produced.result.blocking or not produced.agrees


@pytest.mark.parametrize("seed", [1, 2])
def test_the_corrected_example_passes(tmp_path: Path, seed: int) -> None:
    produced = made(example(tmp_path / "ws", "--fixed"), rows=1000, seed=seed)
    assert (failed(produced), produced.agrees, produced.result.conforming) == (set(), True, produced.result.submitted)


def test_the_example_exits_1_and_its_corrected_interface_0(
    harness: Call, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert harness("produce", "--workspace", EXAMPLE, "--seed", "7", "--json", tmp_path / "r.json") == 1
    printed = capsys.readouterr().out
    assert "FIN-01a: source 203 generated records, seed 7" in printed
    assert "50 of 53 keys agree, 2 differ, 1 lost, 0 invented" in printed
    assert "51 of 51 keys agree" in printed
    assert [one["controls"][0]["lost"] for one in json.loads((tmp_path / "r.json").read_text())] == [1, 0]
    assert harness("produce", "FIN-01c", "--workspace", EXAMPLE) == 0


def test_the_json_is_the_documented_one(harness: Call, tmp_path: Path) -> None:
    harness("produce", "FIN-01a", "--workspace", EXAMPLE, "--json", tmp_path / "r.json", "--quiet")
    documented = (ROOT / "docs" / "producing.md").read_text(encoding="utf-8")
    (one,) = json.loads((tmp_path / "r.json").read_text())
    control = one["controls"][0]
    for key in (*one, *control, *control["differences"][0]):
        assert f"`{key}`" in documented, key
    assert control["differences"][0]["difference"] == "-1.0000000000"


def test_every_setting_is_documented() -> None:
    from harness.producers import _KINDS, Control, Producer, Source

    documented = (ROOT / "docs" / "producing.md").read_text(encoding="utf-8")
    names = [*Producer.model_fields, *Control.model_fields, *Source.model_fields, *_KINDS]
    assert [name for name in names if f"`{name}`" not in documented and f"{name} =" not in documented] == []


def test_nothing_is_recorded(harness: Call, tmp_path: Path) -> None:
    example(tmp_path / "ws", "--fixed")
    assert harness("produce", "--workspace", tmp_path / "ws", "--quiet") == 0
    assert sorted(path.name for path in (tmp_path / "ws").iterdir()) == ["harness.toml", "legacy_to_gl.py"]


def test_source_and_payload_are_kept_and_the_same_by_seed(harness: Call, tmp_path: Path) -> None:
    example(tmp_path / "ws", "--fixed")
    arguments = ("produce", "FIN-01a", "--workspace", tmp_path / "ws", "--quiet", "--keep")
    for folder, seed in (("one", "3"), ("other", "3"), ("third", "4")):
        assert harness(*arguments, tmp_path / folder, "--seed", seed) == 0
    kept = [tmp_path / folder / "FIN-01a" for folder in ("one", "other", "third")]
    for name in ("source.csv", "GlInterface.zip"):
        first, second, third = ((folder / name).read_bytes() for folder in kept)
        assert first == second != third
    given = kept[0] / "source.csv"
    assert harness(*arguments[:-1], "--source", given) == 0
    given.write_bytes(given.read_bytes().replace(b"NUT-00001", b"NUT-0000?", 1))  # a line changes its document
    assert harness(*arguments[:-1], "--source", given) == 1


# --- what an interface may do -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("program", "more", "words"),
    [
        ("sys.exit('no such account')", "", ("exit code 1", "| no such account")),
        ("raise ValueError(source)", "", ("exit code 1", "ValueError")),
        ("print('all done')", "", ("wrote no payload", "| all done")),
        ("import os\nos.mkdir(payload)", "", ("wrote no payload",)),
        ("import time\ntime.sleep(600)", "timeout_seconds = 1", ("longer than 1 seconds",)),
    ],
)  # fmt: skip
def test_an_interface_that_delivers_nothing_is_told_in_words(
    harness: Call, capsys: pytest.CaptureFixture[str], tmp_path: Path, program: str, more: str, words: tuple[str, ...]
) -> None:
    workspace(tmp_path / "ws", program, more)
    assert harness("produce", "--workspace", tmp_path / "ws") == 2
    message = capsys.readouterr().err
    assert [word for word in (*words, "at: [producer.FIN-01a] of", "do: ") if word not in message] == []
    assert "harness/arrivals.py" not in message  # the traceback of the program at most, none of ours


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no sessions: what a command started stays")
def test_what_a_command_started_ends_with_it(tmp_path: Path) -> None:
    import fcntl

    program = """
import fcntl, subprocess
lock = open("lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
subprocess.run([sys.executable, "-c", "import time; time.sleep(600)"], pass_fds=[lock.fileno()])
"""
    folder = workspace(tmp_path / "ws", program, "timeout_seconds = 2")
    with pytest.raises(ProducerError, match="longer than 2 seconds"):
        made(folder)
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # granted when the last process that holds it is gone


@pytest.mark.parametrize(
    "program",
    [
        "open(payload, 'wb').write(bytes(range(256)) * 40)",
        "open(payload, 'wb')",
        "import zipfile\nzipfile.ZipFile(payload, 'w').writestr('GlInterface.csv', '\"')",
        "import zipfile\nzipfile.ZipFile(payload, 'w').writestr('readme.txt', 'later')",
    ],
)
def test_garbage_is_a_finding_and_every_key_is_lost(harness: Call, tmp_path: Path, program: str) -> None:
    control = "[[producer.FIN-01a.control]]\nkey = {doc = 'REFERENCE4'}"
    workspace(tmp_path / "ws", program, control)
    arguments = ("--rows", "3", "--json", tmp_path / "r.json", "--quiet")
    assert harness("produce", "--workspace", tmp_path / "ws", *arguments) == 1
    (one,) = json.loads((tmp_path / "r.json").read_text())
    assert any(rule["severity"] == "critical" and rule["status"] == "failed" for rule in one["check"]["rules"])
    assert one["controls"][0]["lost"] == 3


def test_paths_with_blanks_and_words_of_the_shell_are_plain_words(tmp_path: Path) -> None:
    program = "print(sys.argv[1], source, sep='\\n', file=open('words.txt', 'w'))\nsys.exit(5)"
    command = "python program.py '$(rm -rf x); *' {source} {payload}"
    folder = workspace(tmp_path / "a work space", program, command=command)
    with pytest.raises(ProducerError, match="exit code 5"):
        made(folder, keep=tmp_path / "kept files")
    kept = tmp_path / "kept files" / "FIN-01a" / "source.csv"
    assert (folder / "words.txt").read_text().splitlines() == ["$(rm -rf x); *", str(kept)]


def test_the_payload_of_an_earlier_run_is_none_of_this_one(tmp_path: Path) -> None:
    stale = tmp_path / "kept" / "FIN-01a" / "payload.zip"
    stale.parent.mkdir(parents=True)
    stale.write_bytes(b"stale")
    with pytest.raises(ProducerError, match="wrote no payload"):
        made(workspace(tmp_path / "ws", ""), keep=tmp_path / "kept")


def test_only_the_end_of_a_long_output_is_shown(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "ws", "print('first'); print('x\\x1b[2J' * 100_000); sys.exit('the end')")
    with pytest.raises(ProducerError) as stop:
        made(folder)
    assert stop.value.todo.endswith("the end")
    assert "first" not in stop.value.todo
    assert "\x1b" not in stop.value.todo
    assert len(stop.value.todo) < SHOWN + 200


def test_secrets_are_not_echoed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEGACY_PASSWORD", "open-sesame")
    monkeypatch.setenv("HARNESS_STORE", "postgresql://harness:store-word@host/db")
    program = (
        "import os\nprint(os.environ['LEGACY_PASSWORD'], os.environ.get('HARNESS_STORE'), 'db://me:hidden@host/x')\n"
    )
    with pytest.raises(ProducerError) as stop:
        made(workspace(tmp_path / "ws", program + "sys.exit(1)"))
    assert stop.value.todo.endswith("| *** None db://me:***@host/x")


def test_what_is_no_secret_stays_readable() -> None:
    assert redacted("line 1\nCafé at 10:30, mail a@b.org, https://host/path") == (
        "line 1\nCafé at 10:30, mail a@b.org, https://host/path"
    )


def test_python_is_the_interpreter_that_runs_the_harness(tmp_path: Path) -> None:
    folder = workspace(tmp_path / "ws", "open('it.txt', 'w').write(sys.executable)\nsys.exit(4)")
    with pytest.raises(ProducerError):
        made(folder)
    assert (folder / "it.txt").read_text() == sys.executable


# --- folders and queries ----------------------------------------------------------------------------------------------


def arriving(folder: Path, how: str, more: str = "") -> Path:
    folder.mkdir(exist_ok=True)
    toml = f"profile = 'nc_district'\n[producer.FIN-01a]\n{how}\n{more}"
    (folder / "harness.toml").write_text(toml, encoding="utf-8")
    return folder


def test_of_a_folder_the_file_counts_that_changed_last(
    harness: Call, payload: Build, journals: Records, tmp_path: Path
) -> None:
    folder = arriving(tmp_path / "ws", "folder = '../FIN-01a'\nglob = 'Gl*.zip'")
    assert harness("produce", "--workspace", folder) == 2  # nothing has come yet
    good = payload(journals)
    other = good.parent / "other.csv"
    other.write_text("no payload")
    assert made(folder).result.payload == good.name
    newer = payload(journals, name="Gl_2.zip")
    for age, path in enumerate((newer, good)):
        os.utime(path, (10**9 + age, 10**9 + age))
    assert made(folder).result.payload == good.name
    os.utime(newer, (2 * 10**9, 2 * 10**9))
    assert made(folder).result.payload == newer.name


def test_controls_without_a_source_are_no_evidence(
    harness: Call, payload: Build, journals: Records, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    payload(journals)
    control = "[[producer.FIN-01a.control]]\nkey = {journal = 'REFERENCE4'}"
    folder = arriving(tmp_path / "ws", "folder = '../FIN-01a'", control)
    assert harness("produce", "--workspace", folder) == 3
    assert "not reconciled: no source to compare with: say --source FILE" in capsys.readouterr().out
    names = [row["REFERENCE4"] for row in journals["gl"]]
    (tmp_path / "s.csv").write_text("\n".join(["journal", *map(str, names)]))
    assert harness("produce", "FIN-01a", "--workspace", folder, "--source", tmp_path / "s.csv") == 0


def database(path: Path, journals: Records) -> None:
    names = sorted({name for row in journals["gl"] for name in row})
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE journals ({', '.join(name.lower() for name in names)})")
        marks = ", ".join("?" * len(names))
        rows = [[row.get(name) for name in names] for row in journals["gl"]]
        connection.executemany(f"INSERT INTO journals VALUES ({marks})", rows)
    connection.close()


def test_the_rows_of_a_query_are_the_records_of_the_payload(
    journals: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database(tmp_path / "legacy.db", journals)
    monkeypatch.setenv("LEGACY_DB", f"sqlite:///{tmp_path / 'legacy.db'}")
    how = "query = 'SELECT * FROM journals ORDER BY rowid'\nurl_variable = 'LEGACY_DB'"
    produced = made(arriving(tmp_path / "ws", how))
    assert (produced.result.records, failed(produced), produced.agrees) == (40, set(), True)


@pytest.mark.parametrize(
    ("url", "query", "words"),
    [
        ("", "SELECT 1", "variable LEGACY_DB is not set"),
        ("nonsense open-sesame", "SELECT 1", "no URL of a database"),
        ("nodriver://me:open-sesame@host/x", "SELECT 1", "no URL of a database"),
        ("sqlite:////no/such/open-sesame/x.db", "SELECT 1", "the query failed"),
        ("sqlite://", "SELECT * FROM nowhere", "the query failed: the database refuses: no such table: nowhere"),
        ("sqlite://", "UPDATE nowhere", "the query failed"),
        ("sqlite://", "SELECT 1 AS amount", "gl has no column amount"),
    ],
)
def test_a_query_that_cannot_be_asked_says_why_and_never_the_password(
    harness: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    url: str, query: str, words: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("LEGACY_DB", url)
    folder = arriving(tmp_path / "ws", f"query = '{query}'\nurl_variable = 'LEGACY_DB'")
    assert harness("produce", "--workspace", folder) == 2
    message = capsys.readouterr().err
    assert words in message
    assert "open-sesame" not in message
    assert "Traceback" not in message


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("", "say exactly one of command, folder, query"),
        ("folder = 'in'\nquery = 'SELECT 1'", "say exactly one of command, folder, query"),
        ("command = 'convert {source}'", "the command names {source} and {payload}"),
        ("query = 'SELECT 1'", "a query needs url_variable"),
        ("query = 'SELECT 1'\nurl_variable = 'db://me:open-sesame@host'", "url_variable: String should match pattern"),
        ("folder = 'in'\ncolour = 'red'", "colour: Extra inputs are not permitted"),
        ("folder = 'in'\npayload = '../x.zip'", "payload: String should match pattern"),
        ("folder = 'in'\ncontrol = [{count = false}]", "a control compares the count or amounts"),
        ("folder = 'in'\nsource.columns = {}", "at least 1 item"),
        ("folder = 'in'\nsource.columns.a = {number = 1}", "a column has exactly one of sequence, list, amount"),
        ("folder = 'in'\nsource.columns.a = {sequence = '', text = [1, 2]}", "a column has exactly one of"),
        ("folder = 'in'\nsource.columns.a = 'text'", "a column has exactly one of"),
        ("folder = 'in'\nsource.columns.a = {amount = [2, 1]}", "the smallest comes first"),
        ("folder = 'in'\nsource.columns.a = {date = [2026-02-01, 2026-01-01]}", "the first day comes first"),
        ("folder = 'in'\nsource.columns.a = {date = [2026-01-01, 2026-02-01], format = '%d'}", "match pattern"),
        ("folder = 'in'\nsource.columns.a = {sequence = ''}\nsource.document = ['b']", "document names no column: b"),
        ("folder = 'in'\nsource.columns.a = {sequence = ''}\nsource.lines = [1, 2]", "lines = [fewest, most] from 1"),
        ("folder = 'in'\nsource.columns.a = {side = ['D', 'C']}", "documents with a side have one such column"),
        (
            "folder = 'in'\nsource = {document = ['d'], lines = [2, 4], columns = {d = {sequence = ''},"
            " s = {side = ['D', 'C']}, a = {amount = [1, 2]}}}",
            "one line can hold what all others hold",
        ),
    ],
)
def test_a_setting_that_cannot_be_is_named(tmp_path: Path, toml: str, words: str) -> None:
    with pytest.raises(UsageError) as stop:
        find_workspace(arriving(tmp_path / "ws", toml))
    assert "setting producer.FIN-01a" in stop.value.what
    assert words in stop.value.what
    assert "open-sesame" not in stop.value.what


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("FIN-99",), "no producer for FIN-99"),
        (("--source", "nowhere.csv", "FIN-01a"), "no such source file"),
        (("--source", "nowhere.csv", "FIN-01a", "FIN-01c"), "a source belongs to one interface"),
        (("--profile", "oracle", "FIN-01a"), "is not in the register"),
        (("--keep", "harness.toml", "FIN-01a"), "the folder cannot be made"),
    ],
)
def test_wrong_usage_of_produce_exits_2(
    harness: Call, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    example(tmp_path)
    assert harness("produce", *arguments) == 2
    message = capsys.readouterr().err
    assert words in message
    assert "do: " in message


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("no-such-program {source} {payload}", "the command cannot be started"),
        ("python 'program.py {source} {payload}", "the command cannot be taken apart"),
    ],
)
def test_a_command_that_cannot_be_started_is_no_fault_of_the_interface(
    tmp_path: Path, command: str, words: str
) -> None:
    with pytest.raises(UsageError, match=words) as stop:
        made(workspace(tmp_path / "ws", "", command=command))
    assert not isinstance(stop.value, ProducerError)


def test_a_command_needs_a_source(tmp_path: Path) -> None:
    folder = arriving(tmp_path / "ws", "command = 'convert {source} {payload}'")
    with pytest.raises(UsageError, match="no source for the command"):
        made(folder)


def test_outside_a_workspace_there_is_no_producer(harness: Call, capsys: pytest.CaptureFixture[str]) -> None:
    assert harness("produce") == 2
    assert "no producer is configured" in capsys.readouterr().err


# --- the suite --------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_suite_runs_the_interfaces_of_the_workspace_and_skips_where_there_are_none(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("HARNESS_PROFILE", raising=False)
    suite = (*PLUGIN, "-p", "no:cacheprovider", "-rs", str(EXAMPLE / "test_producer.py"))
    monkeypatch.setenv("HARNESS_WORKSPACE", str(EXAMPLE))
    done = pytester.runpytest_subprocess(*suite, "--harness-seed", "7")
    done.assert_outcomes(failed=2, passed=2)
    done.stdout.fnmatch_lines(
        ["*203 generated records, seed 7", "*GL-100 (critical) Every journal balances*", "*lost*NUT-*count*"]
    )
    (pytester.path / "harness.toml").write_text("profile = 'nc_district'\n")
    monkeypatch.setenv("HARNESS_WORKSPACE", str(pytester.path))
    done = pytester.runpytest_subprocess(*suite)
    done.assert_outcomes(skipped=2)
    done.stdout.fnmatch_lines(["*no interface under test: harness.toml of the workspace has no*"])


@pytest.mark.slow
def test_the_suite_fails_for_an_interface_that_delivers_nothing_and_breaks_for_one_that_is_not_there(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    suite = (*PLUGIN, "-p", "no:cacheprovider", str(EXAMPLE / "test_producer.py"))
    monkeypatch.setenv("HARNESS_WORKSPACE", str(workspace(tmp_path / "one", "sys.exit('no such account')")))
    done = pytester.runpytest_subprocess(*suite)
    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(["FIN-01a: the command ended with exit code 1", "*| no such account"])
    absent = workspace(tmp_path / "other", "", command="no-such-program {source} {payload}")
    monkeypatch.setenv("HARNESS_WORKSPACE", str(absent))
    done = pytester.runpytest_subprocess(*suite)
    done.stdout.fnmatch_lines(["*UsageError: the command cannot be started*"])
