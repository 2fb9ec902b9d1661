"""How good are the contracts? Mutants of their rules, and faults planted in their payloads."""

from harness.mutation.judging import Judged, judge, shortfall, words
from harness.mutation.payload_faults import PER_OPERATOR, seeded_faults
from harness.mutation.rule_mutants import Mutant, mutants

__all__ = ["PER_OPERATOR", "Judged", "Mutant", "judge", "mutants", "seeded_faults", "shortfall", "words"]
