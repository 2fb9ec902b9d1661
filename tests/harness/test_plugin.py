from __future__ import annotations

import json
import re
from importlib.metadata import entry_points
from pathlib import Path
from xml.etree import ElementTree

import pytest

import contracts
from harness import load, read
from harness.exploring import EFFORTS

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


@pytest.mark.slow
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


@pytest.mark.slow
def test_the_suite_runs_where_the_plugin_is_switched_off(pytester: pytest.Pytester) -> None:
    pytester.runpytest_subprocess("-p", "no:harness", *suite()[len(PLUGIN) :]).assert_outcomes(passed=4)


@pytest.mark.slow
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


EXPLORING = """
    import pytest

    CONTRACT = pytest.mark.parametrize("contract", ["{identity}"], indirect=True)

    @CONTRACT
    def test_holds(contract, strategy, explore):
        explore(contract, strategy, lambda records: None)

    @CONTRACT
    def test_breaks(contract, strategy, explore):
        def promise(records):
            assert not any(records.values()), "there are records"
        explore(contract, strategy, promise)
"""


def exploring(pytester: pytest.Pytester, identity: str, *words: str) -> pytest.RunResult:
    """Run a suite of one promise that holds and one that does not."""
    pytester.makepyfile(test_own=EXPLORING.replace("{identity}", identity))
    return pytester.runpytest_subprocess(*PLUGIN, "--profile", "nc_district", *words)


@pytest.mark.slow
def test_a_broken_promise_says_what_it_kept_and_how_to_see_it_again(pytester: pytest.Pytester) -> None:
    done = exploring(pytester, "finance.gl_journals", "--effort", "dev", "--seed", "7")
    done.assert_outcomes(passed=1, failed=1)
    done.stdout.fnmatch_lines([
        "*effort dev, seed 7",
        "there are records",
        "kept: *finance.gl_journals-breaks",
        "again: pytest test_own.py --harness-effort dev --harness-seed 7 -k 'test_breaks?finance.gl_journals?'",
    ])  # fmt: skip
    [kept] = pytester.path.glob(".harness-failures/*/failure.json")
    facts = json.loads(kept.read_text(encoding="utf-8"))
    assert (facts["contract"], facts["property"], facts["seed"]) == ("finance.gl_journals", "breaks", "7")
    least = read(kept.parent / facts["payload"], load("finance.gl_journals", "nc_district"))
    assert least.frames["gl"].height == 2  # the smallest journal: a debit and a credit


MASKING = """
    import pytest
    from harness import masked_records

    @pytest.mark.parametrize("contract", ["procurement.suppliers"], indirect=True)
    def test_nobody_has_a_tax_number(contract, strategy, explore):
        def promise(records):
            shown = masked_records(contract, records)
            assert all(records[file] == shown[file] for file in records)
        explore(contract, strategy, promise)
"""


@pytest.mark.slow
def test_personal_values_of_a_counter_example_are_shown_nowhere(pytester: pytest.Pytester) -> None:
    pytest.importorskip("allure_pytest")
    pytester.makepyfile(MASKING)
    done = pytester.runpytest_subprocess(*PLUGIN, "--profile", "nc_district", "--alluredir", "results")
    done.assert_outcomes(failed=1)
    [kept] = pytester.path.glob(".harness-failures/*/failure.json")
    contract = load("procurement.suppliers", "nc_district")
    frames = read(kept.parent / json.loads(kept.read_text(encoding="utf-8"))["payload"], contract).frames
    hidden = {
        value
        for file, frame in frames.items()
        for name in frame.columns
        if name in contract.files[file].columns and contract.files[file].columns[name].masked
        for value in frame[name].drop_nulls()
    }
    assert hidden
    told = [done.stdout.str(), *(path.read_text(encoding="utf-8") for path in (pytester.path / "results").iterdir())]
    assert [text for text in told for value in hidden if value in text] == []
    [attached] = (pytester.path / "results").glob("*-attachment.json")
    assert "***" in attached.read_text(encoding="utf-8")


@pytest.mark.slow
def test_workers_draw_by_one_seed_and_their_contracts_stand_in_the_environment(pytester: pytest.Pytester) -> None:
    pytest.importorskip("xdist")
    pytest.importorskip("allure_pytest")
    path = ROOT / "test_suites" / "property" / "test_properties.py"
    done = pytester.runpytest_subprocess(
        *PLUGIN, "-p", "no:cacheprovider", "-n", "2", "--profile", "nc_district", "--seed", "5",
        "--alluredir", "results", str(path), "-k", "p9 and (gl_journals or suppliers)",
    )  # fmt: skip
    done.assert_outcomes(passed=2)
    facts = (pytester.path / "results" / "environment.properties").read_text(encoding="utf-8")
    assert "seed = 5\n" in facts
    assert re.search(r"^contracts = finance.gl_journals \S+, procurement.suppliers \S+$", facts, re.M)
    assert (pytester.path / "results" / "categories.json").is_file()
    results = [json.loads(path.read_text("utf-8")) for path in (pytester.path / "results").glob("*-result.json")]
    assert {one["name"] for one in results} == {"P9 The same seed gives the same payload"}
    assert {one["description"] for one in results} == {"Up to 2 payloads drawn by seed 5, effort dev."}
    labels = [{entry["name"]: entry["value"] for entry in one["labels"]} for one in results]
    assert {(one["layer"], one["class"], one["severity"]) for one in labels} == {("contract", "generated", "blocker")}
    assert all(one["links"][0]["url"].startswith("../catalogue/") for one in results)


def test_the_help_tells_how_many_examples_an_effort_means(pytester: pytest.Pytester) -> None:
    shown = " ".join(pytester.runpytest_subprocess(*PLUGIN, "--help").stdout.str().split())
    assert ", ".join(f"{name} {count}" for name, count in EFFORTS.items()) in shown


def test_nightly_draws_by_a_new_seed_and_says_it(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(): pass")
    shown = [pytester.runpytest_subprocess(*PLUGIN, "--effort=nightly").stdout.str() for _ in range(2)]
    seeds = [re.findall(r"effort nightly, seed (\d+)", text) for text in shown]
    assert all(seeds)
    assert seeds[0] != seeds[1]
