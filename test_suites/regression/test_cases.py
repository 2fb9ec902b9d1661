"""One test per case of the tool and of the workspace: the payload gives exactly what ``expected.yaml`` says."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import ContractError, Promises, UsageError, case_folders, case_name, find_workspace, outcome
from harness.plugin import label

PROMISES = Promises()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    try:
        folders = case_folders(find_workspace(None).path)
    except (ContractError, UsageError) as error:
        raise pytest.UsageError(str(error)) from error
    metafunc.parametrize("folder", folders, ids=case_name)


def test_a_case_gives_exactly_what_is_expected(folder: Path) -> None:
    one = outcome(folder, PROMISES)
    if one.case is None or one.contract is None:
        raise UsageError(one.trouble, where=str(folder), todo="mend case, contract or tool")
    story, severity = one.case.worst(one.contract)
    label(one.contract, title=one.case.title, story=story, severity=severity, kind=one.case.kind)
    if one.lines:
        pytest.fail("\n".join([f"{one.case.title}: {one.case.why}", *one.lines]), pytrace=False)
