"""Payloads out of a contract: valid ones, ones that break a rule, and many at once."""

from harness.generate.composing import MAX_RECORDS, Composer
from harness.generate.drafts import Records
from harness.generate.strategy import Composed, masked_records, strategy

__all__ = ["MAX_RECORDS", "Composed", "Composer", "Records", "masked_records", "strategy"]
