"""An installed wheel works from any folder: contracts, layouts, lists, suites and migrations are inside."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the commands of an environment that holds only the wheel and what it needs."""
    environment = tmp_path_factory.mktemp("installed") / "env"
    venv.create(environment, with_pip=True)
    commands = environment / ("Scripts" if sys.platform == "win32" else "bin")
    install = [
        str(commands / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "-c",
        str(ROOT / "constraints.txt"),
        str(wheel),
    ]
    subprocess.run(install, check=True)
    return commands


def test_the_main_job_runs_from_another_folder(installed: Path, tmp_path: Path) -> None:
    call = [str(installed / "harness"), "run", "--workspace", "ws", "--profile", "nc_district"]
    done = subprocess.run(call, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "conformance rate" in done.stdout
    assert (tmp_path / "ws" / "store.db").is_file()


def test_the_contract_commands_run_without_a_workspace(installed: Path, tmp_path: Path) -> None:
    for arguments in (("lint", "finance.gl_journals"), ("show", "hr.workers"), ("explain", "GL-100"), ("where",)):
        done = subprocess.run(
            [str(installed / "harness"), *arguments], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr


def test_the_suites_are_shipped(installed: Path, tmp_path: Path) -> None:
    code = (
        "import test_suites, pathlib;"
        "print(len(list(pathlib.Path(test_suites.__file__).parent.glob('cases/*/*/expected.yaml'))))"
    )
    done = subprocess.run(
        [str(installed / "python"), "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) >= 30
