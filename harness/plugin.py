"""The pytest plug-in: options, fixtures for contracts, their payloads and promises on them, Allure labels.

Every pytest run of the environment loads this module, so it imports nothing of ours before a test asks for it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.labels import attach, describe, describe_session, forget, label, labelled, tell

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

    from contracts import Contract, Example, Profile
    from harness import Payload
    from harness.generate import Composed

__all__ = ["label", "profile_names", "profile_of", "travelled"]

DEFAULT_PROFILES = ("nc_district",)
_OPTIONS: Sequence[tuple[str, Mapping[str, Any]]] = (
    ("profile", {
        "dest": "harness_profiles", "action": "append", "metavar": "PROFILE",
        "help": "profile, repeated or comma separated (default: HARNESS_PROFILE, the workspace's, nc_district)",
    }),
    ("effort", {
        "dest": "harness_effort", "choices": ["dev", "ci", "nightly"], "default": "dev",
        "help": "examples per promise and contract: dev 5, ci 20, nightly 1000 (default: dev)",
    }),
    ("seed", {
        "dest": "harness_seed", "type": int, "default": None, "metavar": "N",
        "help": "seed of what is drawn (default: 0; effort nightly: a new one)",
    }),
)  # fmt: skip


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--harness-profile``, ``--harness-effort`` and ``--harness-seed``, names that no other plug-in has."""
    for name, told in _OPTIONS:
        parser.getgroup("harness").addoption(f"--harness-{name}", **told)


@pytest.hookimpl(trylast=True)
def pytest_load_initial_conftests(parser: pytest.Parser) -> None:
    """Add the short names once all other plug-ins have theirs; where one of them owns a name, it keeps it."""
    for name, told in _OPTIONS:
        try:
            parser.getgroup("harness").addoption(
                f"--{name}", **{**told, "help": f"same as --harness-{name}", "default": argparse.SUPPRESS}
            )
        except (ValueError, argparse.ArgumentError):
            continue


def pytest_configure(config: pytest.Config) -> None:
    """Settle the seed before workers start, so that all of them draw by one; tell the suites' marks."""
    config.addinivalue_line("markers", "slow: suites of contracts that are not judged at every change")
    config.addinivalue_line("markers", "xdist_group(name): tests that one worker should run, for what they share")
    if config.getoption("harness_seed", default=None) is None:
        nightly = config.getoption("harness_effort", default="dev") == "nightly"
        config.option.harness_seed = random.SystemRandom().randrange(10**9) if nightly else 0


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup() -> None:
    """Forget what the test before was called."""
    forget()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    """Repeat what a fixture called the test."""
    tell()


def pytest_report_header(config: pytest.Config) -> str:
    """Say what is drawn by: the same seed draws the same."""
    return f"harness: effort {config.getoption('harness_effort')}, seed {config.getoption('harness_seed')}"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write Allure's environment and categories beside the results of our suites; a worker only tells what it ran."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["harness_labelled"] = sorted(labelled)
    elif folder := session.config.getoption("allure_report_dir", default=None):
        from harness.version import __version__

        facts = {
            "harness": __version__,
            "profiles": ", ".join(profile_names(session.config)),
            "effort": session.config.getoption("harness_effort"),
            "seed": str(session.config.getoption("harness_seed")),
        }
        describe_session(Path(folder), facts)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a worker of pytest-xdist ran; one that died told nothing."""
    labelled.update(getattr(node, "workeroutput", {}).get("harness_labelled", ()))


def profile_names(config: pytest.Config, default: Sequence[str] = DEFAULT_PROFILES) -> list[str]:
    """Return the profiles asked for: by option, else by ``HARNESS_PROFILE``, else the workspace's, else ``default``.

    Each once, in order. A workspace counts where the tests are run inside one.
    """
    asked = config.getoption("harness_profiles", default=None) or [os.environ.get("HARNESS_PROFILE", "")]
    names = [name.strip() for text in asked for name in text.split(",") if name.strip()]
    return list(dict.fromkeys(names or _of_workspace() or default))


def _of_workspace() -> list[str]:
    from harness.workspace import find_workspace

    workspace = find_workspace(None)
    return [workspace.settings.profile] if workspace.path else []


@cache
def profile_of(name: str) -> Profile:
    """Return the profile of a name, a folder being looked for in the workspace first. Raises ContractError."""
    from harness.workspace import find_workspace, named_profile

    return named_profile(name, find_workspace(None).path)


@pytest.fixture(scope="session")
def contracts(pytestconfig: pytest.Config) -> Mapping[str, Contract]:
    """The effective contracts of the (first) profile by id; on the bare library with its sample lists."""
    from harness import contract_ids, load

    profile = profile_of(profile_names(pytestconfig)[0])
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
def payloads(
    contract: Contract, tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config
) -> Mapping[str, Payload]:
    """The contract's valid examples as payloads, by name: written in its format and read again."""
    from harness import valid_examples

    folder = tmp_path_factory.mktemp(contract.id)
    root = profile_of(profile_names(pytestconfig)[0]).path
    return {name: travelled(contract, one, folder, root) for name, one in valid_examples(contract).items()}


def travelled(contract: Contract, example: Example, folder: Path, profile: Path | None) -> Payload:
    """Return an example as a payload: written into ``folder`` in the contract's format and read again.

    ``profile`` is the folder of the profile, in which an example of its own may name files.
    """
    from harness import load_records, read, write

    root = profile if example.prefix and profile else Path(str(files("contracts"))).parent
    beside = root / Path(example.place.path if example.place else "").parent
    path = folder / f"{example.name}.zip"
    write(path, contract, load_records(contract, example, beside))
    return read(path, contract)


@pytest.fixture
def strategy(contract: Contract) -> SearchStrategy[Composed]:
    """A Hypothesis strategy of valid payloads of the contract: records by file id, as its examples write them."""
    from harness import strategy as drawn

    return drawn(contract)


@pytest.fixture
def check() -> Callable[..., Any]:
    """``harness.check``: payload and contract to findings, rule statuses and verdicts."""
    from harness import check as checked

    return checked


@pytest.fixture
def explore(request: pytest.FixtureRequest, pytestconfig: pytest.Config) -> Callable[..., None]:
    """Try a promise on drawn payloads: ``explore(contract, strategy, promise)``.

    As many as ``--effort`` says, by ``--seed``. A promise breaks by AssertionError; the least payload that breaks it
    is kept for ``harness case add --from-failure`` and attached, masked, to Allure's result. ``written(drawn, path)``
    writes what was drawn where that is more than records; ``share`` of the effort where a draw is dear.
    """
    from harness.exploring import EFFORTS
    from harness.exploring import explore as tried

    effort = pytestconfig.getoption("harness_effort")
    seed = pytestconfig.getoption("harness_seed")

    def run(
        contract: Contract,
        drawn: SearchStrategy[Any],
        promise: Callable[[Any], object],
        *,
        written: Callable[[Any, Path], Path] | None = None,
        share: float = 1.0,
    ) -> None:
        examples = max(1, round(EFFORTS[effort] * share))
        describe(f"Up to {examples} payloads drawn by seed {seed}, effort {effort}.")
        if broken := tried(drawn, promise, examples=examples, seed=seed):
            name = request.node.name
            again = f"again: {_call(request.node.path, effort, seed)} -k '{name}'"
            profile = _profile_name(pytestconfig, contract)
            promised = name.partition("[")[0].removeprefix("test_")
            kept = _kept(contract, profile, promised, broken, written or _records, seed)
            pytest.fail("\n".join([broken.message, f"kept: {kept}", again]), pytrace=False)

    return run


def _call(path: Path, effort: str, seed: int) -> str:
    """How the tests of a module are run again: those of an installed package by the tool's own command."""
    if path.is_relative_to(Path.cwd()) and "site-packages" not in path.parts:
        shown = path.relative_to(Path.cwd()).as_posix()
        return f"pytest {shown} --harness-effort {effort} --harness-seed {seed}"
    return f"harness suite --effort {effort} --seed {seed} --"


def _records(drawn: Composed, path: Path) -> Path:
    """Write drawn records as their contract's payload."""
    from harness import write

    write(path, drawn.contract, drawn)
    return path


def _profile_name(config: pytest.Config, contract: Contract) -> str:
    """How the contract's profile is asked for: by its folder, where it is no shipped one."""
    asked = (name for name in profile_names(config) if profile_of(name).name == contract.profile)
    return next(asked, contract.profile)


def _kept(
    contract: Contract, profile: str, promise: str, broken: Any, written: Callable[[Any, Path], Path], seed: int
) -> str:
    """Keep the payload of a broken promise, attach it masked, and return where it is."""
    from harness import UsageError, failures, find_workspace

    attach(json.dumps(_shown(broken.drawn), indent=1, ensure_ascii=False), "shrunk counter-example (masked)")
    with tempfile.TemporaryDirectory() as folder:
        try:
            payload = written(broken.drawn, Path(folder) / f"{contract.id}.zip")
            place = failures.save(
                failures.folder(find_workspace(None).path), payload,
                contract=contract.id, profile=profile, release=contract.release, property=promise, seed=seed,
                message=broken.message, as_of=datetime.now(UTC).date(),
            )  # fmt: skip
        except (UsageError, OSError) as error:
            return f"nowhere: {error}"
    return str(place)


def _shown(drawn: Any) -> Any:
    """What was drawn, as people may see it: records masked, anything else by its kind."""
    from harness.generate import Composed, masked_records

    parts = drawn if isinstance(drawn, tuple) else (drawn,)
    shown = [masked_records(one.contract, one) if isinstance(one, Composed) else type(one).__name__ for one in parts]
    return shown[0] if len(shown) == 1 else shown
