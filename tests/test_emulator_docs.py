"""docs/emulator.md and docs/delivering.md are whole: what the code knows stands in them."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import get_args

from contracts import Code, Contract, code_table, contract_ids, load, load_profile
from harness.destinations import setup_of_profile
from harness.settings import PodSettings, Settings, read_settings
from interfaces.emulator import FAULTS
from interfaces.emulator import imports as imports_package
from interfaces.emulator.hdl import messages
from interfaces.emulator.hdl.catalogue import OBJECTS
from interfaces.emulator.hdl.reading import Line
from interfaces.emulator.imports import JOBS
from interfaces.fusion import Step
from interfaces.fusion.access import CLIENT, TOKEN, USER

ROOT = Path(__file__).parents[1]
EMULATOR = (ROOT / "docs" / "emulator.md").read_text(encoding="utf-8")
DELIVERING = (ROOT / "docs" / "delivering.md").read_text(encoding="utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
_SET_UP = frozenset({"allows", "ids", "knows", "offers", "rows", "values"})
_LINE = Line(7, "MERGE", "Worker", {"SourceSystemOwner": "HRIS", "SourceSystemId": "W1"}, 3, 4, "MERGE|Worker|W1")


def _rows(page: str) -> list[str]:
    return [line for line in page.splitlines() if line.startswith("|")]


def _contracts() -> list[Contract]:
    return [load(identity) for identity in contract_ids(load_profile("oracle"))]


def _asked_for() -> set[str]:
    """Settings that the job parameters of the contracts ask for."""
    slots = [slot for contract in _contracts() for slot in contract.oracle.get("parameters", ())]
    return {slot["setting"] for slot in slots if isinstance(slot, Mapping) and "setting" in slot}


def _evidence() -> Iterator[tuple[str, str, str]]:
    """Import, what it says, how sure that is: known, likely or unconfirmed."""
    for found in pkgutil.iter_modules(imports_package.__path__):
        module = importlib.import_module(f"{imports_package.__name__}.{found.name}")
        for said, sure in getattr(module, "EVIDENCE", {}).items():
            yield found.name, said, sure


def _sentences() -> Iterator[str]:
    """Every sentence of HCM Data Loader, with values where it has some."""
    given: Mapping[str, object] = {"line": _LINE}
    for name, value in vars(messages).items():
        if isinstance(value, str) and name.isupper():
            yield value
        elif inspect.isfunction(value) and value.__module__ == messages.__name__ and name != "dataclass":
            yield value(*(given.get(each, "ExampleId") for each in inspect.signature(value).parameters))


def _id_of(sentence: str, codes: Mapping[str, Code]) -> str:
    return next((code.id for code in codes.values() if code.pattern and re.search(code.pattern, sentence)), "")


def _constants(tree: ast.AST) -> Iterator[str]:
    return (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def _lists() -> set[str]:
    """Ids of the lists by which the emulator decides: asked of the set-up, or known to a contract and in its code."""
    # two contracts call a list what the code calls a table, or a part of every reply
    known = {name for contract in _contracts() for name in contract.lists} - {"assets", "items"}
    read: set[str] = set()
    for path in (ROOT / "interfaces" / "emulator").rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        read |= known.intersection(_constants(tree))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            if getattr(call.func, "attr", getattr(call.func, "id", "")) in _SET_UP:
                read |= {text for part in call.args[:2] if isinstance(part, ast.Constant) for text in _constants(part)}
    for each in OBJECTS.values():
        read |= {name for name, _ in (*each.lookups.values(), *each.references.values())}
        read |= {name for _, name in each.names.values()} | {one.listed for one in each.components if one.listed}
    return read


def test_every_fault_stands_in_the_page_with_what_happens() -> None:
    rows = _rows(EMULATOR)
    assert [name for name, what in FAULTS.items() if f"| `{name}` | {what} |" not in rows] == []


def test_every_job_stands_in_the_page_with_option_account_members_and_tables() -> None:
    for job in JOBS:
        (row,) = [line for line in _rows(EMULATOR) if line.startswith(f"| `{job.definition}` | {job.name} |")]
        assert f"| {job.option} | {job.account} |" in row
        named = set(re.findall(r"\w+", row))
        assert {*job.files, *(table for _, table in job.files.values())} <= named, job.definition


def test_everything_an_import_says_stands_in_the_page_with_its_evidence() -> None:
    rows = _rows(EMULATOR)
    missing = [
        (name, said, sure)
        for name, said, sure in _evidence()
        if not any(f"| `{said}` |" in row and f"| {sure} |" in row for row in rows)
    ]
    assert missing == []


def test_no_code_stands_in_the_page_that_no_import_gives() -> None:
    said = {what for _, what, _ in _evidence()}
    shown = re.findall(r"(?m)^\| `([A-Z]{2}\d{2}|[A-Z]+(?:[ /][A-Z/]+)+)` \|", EMULATOR)
    assert [code for code in shown if code not in said] == []


def test_every_sentence_of_hdl_stands_in_the_page_by_its_id_or_in_full() -> None:
    codes = code_table("hdl")
    for sentence in _sentences():
        identity = _id_of(sentence, codes)
        if identity:
            assert any(
                f"| `{identity}` |" in row and f"| {codes[identity].certainty} |" in row for row in _rows(EMULATOR)
            )
        else:
            assert sentence.replace("ExampleId.", "...").rstrip() in EMULATOR.replace("\n", " ")


def test_every_list_that_decides_is_named() -> None:
    lists = _lists()
    assert {"open_period", "suppliers", "budget_names", "worker_email", "salary_basis", "source_owner"} <= lists
    assert sorted(name for name in lists if f"`{name}`" not in EMULATOR) == []


def test_the_lists_that_the_shipped_profile_lacks_are_named() -> None:
    bound = setup_of_profile(load_profile("nc_district"))
    sentence = re.findall(r"(?s)The shipped profile binds no (.*?)\.\s", EMULATOR)[0]
    assert set(re.findall(r"`(\w+)`", sentence)) == {name for name in _lists() if not bound.knows(name)}


def test_every_step_of_the_journal_is_explained() -> None:
    assert [step for step in get_args(Step) if f"`{step}`" not in DELIVERING] == []


def test_every_setting_and_variable_of_a_pod_is_named() -> None:
    assert [name for name in (*USER, *CLIENT, *TOKEN) if f"`{name}`" not in DELIVERING] == []
    assert [name for name in PodSettings.model_fields if f"`pod.{name}" not in SETTINGS] == []
    assert [name for name in Settings.model_fields if f"`{name}" not in SETTINGS] == []


def test_the_settings_shown_are_read(tmp_path: Path) -> None:
    (shown,) = re.findall(r"(?s)```toml\n(.*?)```", DELIVERING)
    (tmp_path / "harness.toml").write_text(shown, encoding="utf-8")
    read = read_settings(tmp_path / "harness.toml").pod
    assert set(read.parameters) <= _asked_for()
    assert read.budget_minutes == 240


def test_every_contract_that_is_delivered_stands_in_the_page_with_account_option_and_job() -> None:
    rows = _rows(DELIVERING)
    for contract in (one for one in _contracts() if one.channel in ("fbdi", "hdl")):
        job = contract.oracle.get("job", "").replace(",", ", ")
        said = [contract.oracle.get("ucm_account", ""), contract.oracle.get("interface_option", ""), job]
        assert any(row.startswith(f"| `{contract.id}` |") and all(one in row for one in said) for row in rows)


def test_every_setting_that_a_contract_asks_for_is_named() -> None:
    assert sorted(name for name in _asked_for() if f"| `{name}` |" not in DELIVERING) == []
