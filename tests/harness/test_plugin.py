from __future__ import annotations

import json
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree

import pytest

import contracts

pytest_plugins = ["pytester"]

ROOT = Path(contracts.__file__).parents[1]
INSTALLED = any(entry.value == "harness.plugin" for entry in entry_points(group="pytest11"))
PLUGIN = [] if INSTALLED else ["-p", "harness.plugin"]

USING_FIXTURES = """
    import pytest

    @pytest.mark.parametrize("contract", ["finance.gl_journals"], indirect=True)
    def test_examples_pass(contract, payloads, check, contracts):
        assert contract is contracts[contract.id]
        assert payloads
        for payload in payloads.values():
            assert not check(payload, contract).blocking
"""
SHOWING_PROFILES = """
    from harness.plugin import profile_names

    def test_profiles(pytestconfig):
        print("profiles:", *profile_names(pytestconfig))
"""


@pytest.fixture(autouse=True)
def found_from_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("HARNESS_PROFILE", raising=False)


def suite(*words: str) -> list[str]:
    """Arguments that run the balance rule of the journals from the shipped suite."""
    path = ROOT / "test_suites" / "conformance" / "test_conformance.py"
    return [*PLUGIN, "-p", "no:cacheprovider", str(path), "-k", "gl_journals-GL-100", *words]


def test_the_fixtures_give_contract_payloads_and_check(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USING_FIXTURES)
    for profile in ("oracle", "nc_district"):
        pytester.runpytest_subprocess(*PLUGIN, "--profile", profile).assert_outcomes(passed=1)


def test_an_unknown_contract_names_those_there_are(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(USING_FIXTURES.replace("finance.gl_journals", "finance.gl_journal"))
    done = pytester.runpytest_subprocess(*PLUGIN)
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*no contract 'finance.gl_journal'; there are *finance.gl_journals*"])


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ([], "nc_district"),
        (["--profile", "oracle"], "oracle"),
        (["--profile", "oracle,nc_district"], "oracle nc_district"),
        (["--profile=oracle", "--harness-profile=nc_district"], "oracle nc_district"),
    ],
)
def test_profiles_are_repeated_or_comma_separated(pytester: pytest.Pytester, words: list[str], asked: str) -> None:
    pytester.makepyfile(SHOWING_PROFILES)
    done = pytester.runpytest_subprocess(*PLUGIN, "-s", *words)
    done.stdout.fnmatch_lines([f"*profiles: {asked}"])


def test_the_environment_names_the_profile_where_no_option_does(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARNESS_PROFILE", "oracle")
    pytester.makepyfile(SHOWING_PROFILES)
    pytester.runpytest_subprocess(*PLUGIN, "-s").stdout.fnmatch_lines(["*profiles: oracle"])


def test_another_owner_of_the_option_keeps_it(pytester: pytest.Pytester) -> None:
    pytester.makeconftest('def pytest_addoption(parser): parser.addoption("--profile", action="store_true")')
    pytester.makepyfile('def test_it(pytestconfig): assert pytestconfig.getoption("--profile") is True')
    pytester.runpytest_subprocess(*PLUGIN, "--profile").assert_outcomes(passed=1)


def test_a_run_that_asks_for_nothing_of_ours_loads_no_room_for_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_it():
            assert not {"reports", "raid_log", "test_suites", "alembic"} & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess(*PLUGIN).assert_outcomes(passed=1)


def test_a_run_without_the_plugin_is_untouched(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    pytester.runpytest_subprocess("-p", "no:harness").assert_outcomes(passed=1)


def test_the_suite_runs_where_the_plugin_is_switched_off(pytester: pytest.Pytester) -> None:
    pytester.runpytest_subprocess("-p", "no:harness", *suite()[len(PLUGIN) :]).assert_outcomes(passed=4)


def test_the_suite_gives_junit_and_allure_results(pytester: pytest.Pytester) -> None:
    pytest.importorskip("allure_pytest")
    done = pytester.runpytest_subprocess(
        *suite("--profile", "nc_district", "--junitxml", "junit.xml", "--alluredir", "results")
    )
    assert done.ret == 0
    cases = ElementTree.parse(pytester.path / "junit.xml").iter("testcase")
    assert sorted(case.attrib["name"].rpartition("[")[2] for case in cases) == [
        "nc_district-finance.gl_journals-GL-100-faulty]",
        "nc_district-finance.gl_journals-GL-100-valid]",
    ]
    results = [
        json.loads(path.read_text(encoding="utf-8")) for path in (pytester.path / "results").glob("*-result.json")
    ]
    labels = [{entry["name"]: entry["value"] for entry in one["labels"]} for one in results]
    assert sorted(one["class"] for one in labels) == ["faulty", "valid"]
    for one in labels:
        assert (one["epic"], one["feature"], one["story"], one["severity"]) == (
            "Finance", "finance.gl_journals", "Every journal balances", "blocker",
        )  # fmt: skip


def test_an_unknown_profile_is_a_usage_error(pytester: pytest.Pytester) -> None:
    done = pytester.runpytest_subprocess(*suite("--profile", "nowhere"))
    assert done.ret != 0
    assert "profile 'nowhere' not found" in done.stdout.str() + done.stderr.str()
