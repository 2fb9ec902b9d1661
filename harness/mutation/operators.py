"""The catalogue of fault operators: accidents of real life that are planted in valid payloads."""

from __future__ import annotations

from harness.mutation.faulty_bytes import BYTES
from harness.mutation.faulty_histories import HISTORIES
from harness.mutation.faulty_members import MEMBERS
from harness.mutation.faulty_records import RECORDS
from harness.mutation.faulty_texts import TEXTS
from harness.mutation.faulty_values import CODES, DATES, NUMBERS
from harness.mutation.spots import Operator

CATALOGUE: tuple[Operator, ...] = (*NUMBERS, *TEXTS, *CODES, *DATES, *RECORDS, *HISTORIES, *BYTES, *MEMBERS)
"""Every operator, each with a name of its own: values, then records, then bytes."""
