"""The pytest plug-in: option ``--profile``, fixtures for contracts and their example payloads, Allure labels.

Every pytest run of the environment loads this module, so it imports nothing of ours before a test asks for it.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from contracts import Contract, Example
    from harness import Payload

DEFAULT_PROFILES = ("nc_district",)
_OPTION = "harness_profiles"
_HELP = "profile of the contracts: may be repeated or comma separated (default: HARNESS_PROFILE, else nc_district)"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--harness-profile``, the name that no other plug-in has."""
    parser.getgroup("harness").addoption(
        "--harness-profile", dest=_OPTION, action="append", metavar="PROFILE", help=_HELP
    )


@pytest.hookimpl(trylast=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> None:
    """Add ``--profile`` once all other plug-ins have theirs; where one of them (a profiler) owns it, it keeps it."""
    try:
        parser.getgroup("harness").addoption(
            "--profile", dest=_OPTION, action="append", metavar="PROFILE", help="same as --harness-profile"
        )
    except (ValueError, argparse.ArgumentError):
        return


def profile_names(config: pytest.Config, default: Sequence[str] = DEFAULT_PROFILES) -> list[str]:
    """Return the profiles asked for: by option, else by ``HARNESS_PROFILE``, else ``default``; each once, in order."""
    asked = config.getoption(_OPTION, default=None) or [os.environ.get("HARNESS_PROFILE", "")]
    names = [name.strip() for text in asked for name in text.split(",") if name.strip()]
    return list(dict.fromkeys(names or default))


@pytest.fixture(scope="session")
def contracts(pytestconfig: pytest.Config) -> Mapping[str, Contract]:
    """The effective contracts of the (first) profile by id; on the bare library with its sample lists."""
    from harness import contract_ids, load, load_profile

    profile = load_profile(profile_names(pytestconfig)[0])
    return {name: load(name, profile, sample=profile.path is None) for name in contract_ids(profile)}


@pytest.fixture
def contract(request: pytest.FixtureRequest, contracts: Mapping[str, Contract]) -> Contract:
    """The contract whose id the test gives by ``parametrize("contract", ["finance.gl_journals"], indirect=True)``.

    Any other id is a usage error that names those there are.
    """
    identity = getattr(request, "param", "")
    if identity not in contracts:
        todo = 'parametrize "contract" with one of them and indirect=True'
        raise pytest.UsageError(f"no contract {identity!r}; there are {', '.join(contracts)}: {todo}")
    return contracts[identity]


@pytest.fixture
def payloads(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Payload]:
    """The contract's valid examples as payloads, by name: written in its format and read again."""
    from harness import valid_examples

    folder = tmp_path_factory.mktemp(contract.id)
    return {name: travelled(contract, one, folder) for name, one in valid_examples(contract).items()}


def travelled(contract: Contract, example: Example, folder: Path) -> Payload:
    """Return an example as a payload: written into ``folder`` in the contract's format and read again."""
    from harness import load_profile, load_records, read, write

    profile = load_profile(contract.profile).path
    root = profile if example.prefix and profile else Path(str(files("contracts"))).parent
    beside = root / Path(example.place.path if example.place else "").parent
    path = folder / f"{example.name}.zip"
    write(path, contract, load_records(contract, example, beside))
    return read(path, contract)


@pytest.fixture
def check() -> Callable[..., Any]:
    """``harness.check``: payload and contract to findings, rule statuses and verdicts."""
    from harness import check as checked

    return checked


def label(contract: Contract, *, title: str, story: str, severity: str, kind: str) -> None:
    """Give the running test its Allure labels: the contract in the interface's place, ``kind`` as its class.

    ``severity`` is our word. Does nothing where allure-pytest is not installed or no ``--alluredir`` is asked for.
    """
    try:
        import allure
    except ImportError:
        return
    from reports.allure import RESULT_SEVERITY, owner

    dynamic: Any = allure.dynamic
    dynamic.title(title)
    dynamic.epic(contract.department)
    dynamic.feature(contract.id)
    dynamic.story(story)
    dynamic.severity(RESULT_SEVERITY[severity])
    own = {
        "owner": owner(contract),
        "layer": "contract",
        "class": kind,
        "evidence": "conformance",
        "contract_version": contract.version,
        "release": contract.release,
        "status": contract.status,
    }
    for name, value in own.items():
        dynamic.label(name, value)
