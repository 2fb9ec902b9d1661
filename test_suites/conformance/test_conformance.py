"""One test = contract x rule x class: ``faulty`` (breakers, invalid examples) and ``valid`` (valid examples)."""

from __future__ import annotations

import pytest

from harness import Contract, ContractError, written_ids
from harness.plugin import label, profile_names, profile_of
from test_suites.conformance import examples
from test_suites.often import marks

PROFILES = ("oracle", "nc_district")
UNTESTED = "never applied: untested"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    kind = "faulty" if "faulty" in metafunc.function.__name__ else "valid"
    try:
        rows = [
            (profile, identity, rule)
            for profile in profile_names(metafunc.config, PROFILES)
            for identity in written_ids(profile_of(profile))
            for rule in examples.rule_ids(profile, identity)
        ]
    except ContractError as error:
        raise pytest.UsageError(str(error)) from error
    values = [pytest.param(*row, marks=marks(*row[:2]), id="-".join((*row, kind))) for row in rows]
    metafunc.parametrize(("profile", "identity", "rule"), values)


def test_faulty_payloads_break_what_they_declare(profile: str, identity: str, rule: str) -> None:
    _labelled(profile, identity, rule, "faulty")
    seen = examples.seen_in_valid(profile, identity).get(rule, examples.UNSEEN)
    if seen.status == "not_checked":
        pytest.skip(seen.detail)
    faults = examples.faults_of_faulty(profile, identity, rule)
    if faults is None:
        pytest.skip(UNTESTED)
    if faults:
        pytest.fail("\n".join([f"{identity} {rule}, profile {profile}", *faults]), pytrace=False)


def test_valid_payloads_keep_the_rule(profile: str, identity: str, rule: str) -> None:
    _labelled(profile, identity, rule, "valid")
    seen = examples.seen_in_valid(profile, identity).get(rule, examples.UNSEEN)
    if seen.status == "failed":
        pytest.fail(f"{identity} {rule}, profile {profile}: {seen.detail}", pytrace=False)
    if seen.status != "passed":
        pytest.skip(UNTESTED if seen.status == "not_applied" else seen.detail)


def _labelled(profile: str, identity: str, rule: str, kind: str) -> None:
    effective = _effective(profile, identity)
    told = effective.rules[rule]
    label(effective, title=f"{rule} {told.title} ({kind})", story=told.title, severity=told.severity, kind=kind)


def _effective(profile: str, identity: str) -> Contract:
    try:
        return examples.contract(profile, identity)
    except ContractError as error:
        pytest.fail(str(error), pytrace=False)
