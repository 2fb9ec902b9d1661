"""One test per case: the payload in ``test_suites/cases/<contract>/<case>/`` gives exactly what expected.yaml says."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import ContractError, PayloadError
from harness.plugin import label
from test_suites.conformance.cases import case_folders, differences, judged, read_case


@pytest.mark.parametrize("folder", case_folders(), ids=lambda folder: "-".join(folder.parts[-2:]))
def test_a_case_gives_exactly_what_is_expected(folder: Path) -> None:
    try:
        case = read_case(folder)
        contract, actual = judged(case)
    except (ContractError, PayloadError) as error:
        pytest.fail(str(error), pytrace=False)
    story, severity = case.worst(contract)
    label(contract, title=case.title, story=story, severity=severity, kind=case.kind)
    if found := differences(case.expected, actual):
        pytest.fail("\n".join([f"{case.title}: {case.why}", *found]), pytrace=False)
