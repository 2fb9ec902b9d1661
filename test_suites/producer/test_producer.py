"""Two tests per interface under test: its payload keeps the contract, and source and payload agree.

Runs every ``[producer.<interface>]`` of the workspace (``HARNESS_WORKSPACE``, or the nearest ``harness.toml``) on
source records drawn by ``--seed``.
"""

from __future__ import annotations

from functools import cache

import pytest

from harness import ContractError, PayloadError, Produced, ProducerError, UsageError, find_workspace, produce
from harness.plugin import label, profile_names

NONE = "no interface under test: harness.toml of the workspace has no [producer.<interface>]"
_SHOWN = 6  # findings per rule and differences per control in the message of a test


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    try:
        names = list(find_workspace(None, _profile(metafunc.config)).settings.producer)
    except (ContractError, UsageError) as error:
        raise pytest.UsageError(str(error)) from error
    none = pytest.param("", marks=pytest.mark.skip(reason=NONE), id="none")
    metafunc.parametrize("interface", names or [none])


def test_the_payload_of_an_interface_keeps_its_contract(interface: str, pytestconfig: pytest.Config) -> None:
    produced = _produced(interface, pytestconfig)
    _labelled(produced, f"{interface} keeps its contract", "The payload of the interface keeps its contract")
    if produced.result.blocking:
        pytest.fail("\n".join([f"{interface}, source {produced.source}", *produced.broken(_SHOWN)]), pytrace=False)


def test_source_and_payload_of_an_interface_agree(interface: str, pytestconfig: pytest.Config) -> None:
    produced = _produced(interface, pytestconfig)
    _labelled(produced, f"{interface} loses and invents nothing", "Counts and amounts of source and payload agree")
    if produced.unreconciled or not produced.controls:
        pytest.skip(produced.unreconciled or f"[producer.{interface}] has no control")
    if not produced.agrees:
        pytest.fail("\n".join([f"{interface}, source {produced.source}", *produced.differences(_SHOWN)]), pytrace=False)


def _labelled(produced: Produced, title: str, story: str) -> None:
    label(produced.contract, title=title, story=story, severity="critical", kind="generated")


def _profile(config: pytest.Config) -> str | None:
    """The profile asked for, None for the workspace's own."""
    return next(iter(profile_names(config, ())), None)


@cache
def _delivered(interface: str, profile: str | None, seed: int) -> Produced | Exception:
    """What the interface delivered, or why nothing: it runs once for both tests."""
    try:
        return produce(interface, find_workspace(None, profile), seed=seed)
    except (ContractError, PayloadError, UsageError) as error:
        return error


def _produced(interface: str, config: pytest.Config) -> Produced:
    """A fault of the interface fails the test; what is not set up or not there breaks it."""
    delivered = _delivered(interface, _profile(config), config.getoption("harness_seed", default=None) or 0)
    if isinstance(delivered, ProducerError):
        pytest.fail(f"{interface}: {delivered.what}\n  at {delivered.where}\n  do {delivered.todo}", pytrace=False)
    if isinstance(delivered, Exception):
        raise delivered
    return delivered
