"""The flow that ties the rooms together, and its doors: command line, pytest plug-in, Python API (this module).

Names are loaded when they are first used: the plug-in is imported by every pytest run of its environment, and must not
bring polars along where nobody asks for a contract.
"""

import importlib
from typing import TYPE_CHECKING, Any

from harness.version import __version__

if TYPE_CHECKING:
    from contracts import (
        Contract,
        ContractError,
        Profile,
        advice,
        breakers,
        contract_ids,
        exact,
        failing,
        lint,
        load,
        load_profile,
        load_records,
        valid_examples,
    )
    from harness.checking import check
    from harness.choosing import choose
    from interfaces import Payload, PayloadError, read, write

__all__ = [
    "Contract",
    "ContractError",
    "Payload",
    "PayloadError",
    "Profile",
    "__version__",
    "advice",
    "breakers",
    "check",
    "choose",
    "contract_ids",
    "exact",
    "failing",
    "lint",
    "load",
    "load_profile",
    "load_records",
    "read",
    "valid_examples",
    "write",
]

_ELSEWHERE = {
    "check": "harness.checking",
    "choose": "harness.choosing",
    **dict.fromkeys(("Payload", "PayloadError", "read", "write"), "interfaces"),
}
"""Where the public names live that are not of the contracts room."""


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_ELSEWHERE.get(name, "contracts")), name)
