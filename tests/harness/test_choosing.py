"""Which contract a payload is made for."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts import load_profile
from harness.choosing import choose
from harness.errors import UsageError


def test_of_two_contracts_for_one_file_that_of_an_interface_is_meant(tmp_path: Path) -> None:
    """A Worker.dat may hold hires or changes of assignments; the district's register names workers alone."""
    path = tmp_path / "Worker.dat"
    path.touch()
    assert choose(path, load_profile("nc_district")) == "hr.workers"
    with pytest.raises(UsageError, match="several contracts have files of these names") as refused:
        choose(path, load_profile("oracle"))
    assert refused.value.todo == "say --contract, one of: hr.assignments, hr.workers"
