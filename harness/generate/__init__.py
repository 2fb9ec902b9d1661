"""Payloads out of a contract: valid ones, ones that break a rule, and many at once."""

from harness.generate.breakers import Breakers, BrokenPayload, breakers, unbroken
from harness.generate.bulk import Bulk, bulk
from harness.generate.composing import MAX_RECORDS, Composer, unit_numbers, whole
from harness.generate.drafts import Records
from harness.generate.strategy import Composed, masked_records, strategy

__all__ = [
    "MAX_RECORDS",
    "Breakers",
    "BrokenPayload",
    "Bulk",
    "Composed",
    "Composer",
    "Records",
    "breakers",
    "bulk",
    "masked_records",
    "strategy",
    "unbroken",
    "unit_numbers",
    "whole",
]
