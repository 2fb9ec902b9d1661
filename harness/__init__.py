"""The flow that ties the rooms together, and its doors: command line, pytest plug-in, Python API (this module)."""

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
from harness.version import __version__
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
