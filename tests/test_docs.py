"""The documents are true: the commands that the README shows print what it shows."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from harness import Profile, lint
from harness.cli import COMMANDS, GROUPS, main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _tour() -> Iterator[tuple[str, list[str]]]:
    """Each command of a ``console`` block with the lines shown under it; ``...`` stands for lines left out."""
    for block in re.findall(r"```console\n(.*?)```", README, re.S):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            command, _, shown = part.partition("\n")
            yield command, [line.rstrip() for line in shown.splitlines() if line.strip() and line.strip() != "..."]


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that looks like the clone to the commands of the tour, so that the workspace is made elsewhere."""
    folder = tmp_path_factory.mktemp("clone")
    for name in ("contracts", "test_suites"):
        (folder / name).symlink_to(ROOT / name)
    return folder


def test_the_tour_has_ten_commands_and_each_prints_what_is_shown(
    clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(clone)
    monkeypatch.delenv("HARNESS_WORKSPACE", raising=False)
    tour = [(command, shown) for command, shown in _tour() if command.startswith("harness ")]
    assert len(tour) >= 10
    for command, shown in tour:
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit):
            main()
        printed = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
        missing = [line for line in shown if _timeless(line) not in map(_timeless, printed)]
        assert missing == [], command


def _timeless(line: str) -> str:
    """The line without what depends on the day it is run."""
    line = re.sub(r"\d{4}-\d{2}-\d{2}( \d{2}:\d{2})?", "DATE", line)
    line = re.sub(r"\d{4}-W\d{2}( to \d{4}-W\d{2})?( \(week ending [^)]*\))?", "WEEK", line)
    return re.sub(r" +", " ", line).strip()


def test_every_command_stands_in_the_readme() -> None:
    names = [*COMMANDS, *(f"{group} {name}" for group, (_, places) in GROUPS.items() for name in places)]
    assert [name for name in names if f"harness {name}" not in README] == []


def test_the_interface_of_contributing_is_added_as_written(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    block = re.findall(r"(?s)```yaml\n(.*?)```", text)[0]
    path = tmp_path / "contracts" / "procurement" / "supplier_classifications.yaml"
    path.parent.mkdir(parents=True)
    path.write_text("\n".join(line.removeprefix("   ") for line in block.splitlines()), encoding="utf-8")
    profile = Profile(name="mine", title="Mine", path=tmp_path, time_zone=ZoneInfo("UTC"))
    assert lint(profile, ["procurement.supplier_classifications"]) == []


def test_documents_that_are_named_exist() -> None:
    for page in ROOT.glob("*.md"):
        named = re.findall(
            r"`((?:docs|contracts|test_suites|benchmarks|raid_log)/[\w./-]+\.(?:md|json|csv|yaml))`", page.read_text()
        )
        missing = [name for name in named if not (ROOT / name).is_file()]
        assert [name for name in missing if "supplier_classifications" not in name] == [], (
            page.name
        )  # the file that a reader makes
