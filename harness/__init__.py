"""The flow that ties the rooms together, and its doors: command line, pytest plug-in, Python API (this module).

Names are loaded when they are first used: the plug-in is imported by every pytest run of its environment, and must not
bring polars along where nobody asks for a contract.
"""

import importlib
from typing import TYPE_CHECKING, Any

from harness.version import __version__

if TYPE_CHECKING:
    from contracts import (
        BreakerSearch,
        Contract,
        ContractError,
        Profile,
        advice,
        broken_by,
        code_table,
        contract_ids,
        exact,
        failing,
        frames,
        lint,
        load,
        load_profile,
        load_records,
        schema,
        valid_examples,
    )
    from harness import failures
    from harness.cases import Case, Promises, case_folders, case_name, judged
    from harness.checking import check
    from harness.choosing import choose
    from harness.delivering import simulate
    from harness.destinations import emulated, setup_of_profile
    from harness.errors import ProducerError, UsageError
    from harness.expected import read_case, write_case
    from harness.generate import Composer, unit_numbers, whole
    from harness.generate.breakers import Breakers, BrokenPayload, breakers, unbroken
    from harness.generate.bulk import Bulk, bulk
    from harness.generate.strategy import Composed, masked_records, strategy
    from harness.judgement import Judgement, differences
    from harness.producing import Produced, produce
    from harness.regressing import outcome
    from harness.workspace import find_workspace
    from interfaces import (
        Dialect,
        FixedDialect,
        HdlDialect,
        Payload,
        PayloadError,
        RestDialect,
        read,
        unzipped,
        write,
        zipped,
    )

__all__ = [
    "BreakerSearch",
    "Breakers",
    "BrokenPayload",
    "Bulk",
    "Case",
    "Composed",
    "Composer",
    "Contract",
    "ContractError",
    "Dialect",
    "FixedDialect",
    "HdlDialect",
    "Judgement",
    "Payload",
    "PayloadError",
    "Produced",
    "ProducerError",
    "Profile",
    "Promises",
    "RestDialect",
    "UsageError",
    "__version__",
    "advice",
    "breakers",
    "broken_by",
    "bulk",
    "case_folders",
    "case_name",
    "check",
    "choose",
    "code_table",
    "contract_ids",
    "differences",
    "emulated",
    "exact",
    "failing",
    "failures",
    "find_workspace",
    "frames",
    "judged",
    "lint",
    "load",
    "load_profile",
    "load_records",
    "masked_records",
    "outcome",
    "produce",
    "read",
    "read_case",
    "schema",
    "setup_of_profile",
    "simulate",
    "strategy",
    "unbroken",
    "unit_numbers",
    "unzipped",
    "valid_examples",
    "whole",
    "write",
    "write_case",
    "written_ids",
    "zipped",
]

_ELSEWHERE = {
    "check": "harness.checking",
    "choose": "harness.choosing",
    "find_workspace": "harness.workspace",
    "outcome": "harness.regressing",
    "simulate": "harness.delivering",
    **dict.fromkeys(("emulated", "setup_of_profile"), "harness.destinations"),
    **dict.fromkeys(("ProducerError", "UsageError"), "harness.errors"),
    **dict.fromkeys(("Produced", "produce"), "harness.producing"),
    **dict.fromkeys(("Case", "Promises", "case_folders", "case_name", "judged"), "harness.cases"),
    **dict.fromkeys(("Judgement", "differences"), "harness.judgement"),
    **dict.fromkeys(("read_case", "write_case"), "harness.expected"),
    **dict.fromkeys(
        ("Breakers", "BrokenPayload", "Composed", "Composer", "breakers", "masked_records", "strategy", "unbroken"),
        "harness.generate",
    ),
    **dict.fromkeys(("Bulk", "bulk", "unit_numbers", "whole"), "harness.generate"),
    **dict.fromkeys(("Dialect", "FixedDialect", "HdlDialect", "Payload", "PayloadError", "RestDialect"), "interfaces"),
    **dict.fromkeys(("read", "unzipped", "write", "zipped"), "interfaces"),
}
"""Where the public names live that are not of the contracts room."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name == "failures":  # a module is its own door
        return importlib.import_module("harness.failures")
    return getattr(importlib.import_module(_ELSEWHERE.get(name, "contracts")), name)
