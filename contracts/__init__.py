"""What is promised: contracts, rules, layouts, lists, findings. The only public door of the room."""

import importlib
from typing import TYPE_CHECKING, Any

from contracts.advice import advice, without_code
from contracts.breakers import Breaker, BreakerSearch, breakers, broken_by, exact, written_breaker
from contracts.codes import code_table, tables
from contracts.conditions import Condition, ConditionError
from contracts.conditions import parse as parse_condition
from contracts.documents import schema as json_schema
from contracts.errors import ContractError, Fault, LintError
from contracts.evaluation import RuleOutcome, evaluate
from contracts.examples import failing, frames, load_records, masked, patchable, valid_examples
from contracts.layouts import Layout, LayoutColumn
from contracts.layouts import in_force as layout_in_force
from contracts.library import FOLDERS, contract_ids, load, members
from contracts.lint import lint
from contracts.model import Code, Column, Contract, Example, File, Place, ReferenceList, Rule, Type
from contracts.people import Person
from contracts.profiles import DEPARTMENTS, ORACLE, Goal, Interface, Profile, load_profile, read_register, shipped
from contracts.questions import OpenQuestions, Question
from contracts.records import Ready, Records
from contracts.results import (
    ANSWER_COLUMNS,
    BLOCKING,
    COMPARISONS,
    EVIDENCE_CLASSES,
    FINAL,
    FINDING_COLUMNS,
    OUTCOME_COLUMNS,
    OUTCOMES,
    PREDICTION_COLUMNS,
    SEVERITIES,
    STATUSES,
    UNIT_COLUMNS,
    CheckResult,
    Comparison,
    Delivered,
    EvidenceClass,
    Outcome,
    RuleStatus,
    RunResult,
    Score,
    Severity,
    Status,
    Submission,
)
from contracts.shift import shifted
from contracts.translation import shortest
from contracts.written import template_columns

if TYPE_CHECKING:
    from contracts.contract_schema import ContractSchema, schema

__all__ = [
    "ANSWER_COLUMNS",
    "BLOCKING",
    "COMPARISONS",
    "DEPARTMENTS",
    "EVIDENCE_CLASSES",
    "FINAL",
    "FINDING_COLUMNS",
    "FOLDERS",
    "ORACLE",
    "OUTCOMES",
    "OUTCOME_COLUMNS",
    "PREDICTION_COLUMNS",
    "SEVERITIES",
    "STATUSES",
    "UNIT_COLUMNS",
    "Breaker",
    "BreakerSearch",
    "CheckResult",
    "Code",
    "Column",
    "Comparison",
    "Condition",
    "ConditionError",
    "Contract",
    "ContractError",
    "ContractSchema",
    "Delivered",
    "EvidenceClass",
    "Example",
    "Fault",
    "File",
    "Goal",
    "Interface",
    "Layout",
    "LayoutColumn",
    "LintError",
    "OpenQuestions",
    "Outcome",
    "Person",
    "Place",
    "Profile",
    "Question",
    "Ready",
    "Records",
    "ReferenceList",
    "Rule",
    "RuleOutcome",
    "RuleStatus",
    "RunResult",
    "Score",
    "Severity",
    "Status",
    "Submission",
    "Type",
    "advice",
    "breakers",
    "broken_by",
    "code_table",
    "contract_ids",
    "evaluate",
    "exact",
    "failing",
    "frames",
    "json_schema",
    "layout_in_force",
    "lint",
    "load",
    "load_profile",
    "load_records",
    "masked",
    "members",
    "parse_condition",
    "patchable",
    "read_register",
    "schema",
    "shifted",
    "shipped",
    "shortest",
    "tables",
    "template_columns",
    "valid_examples",
    "without_code",
    "written_breaker",
]


def __getattr__(name: str) -> Any:
    """The pandera face, imported when it is asked for: most commands do not need it, and it takes long to load."""
    if name in ("ContractSchema", "schema"):
        return getattr(importlib.import_module("contracts.contract_schema"), name)
    raise AttributeError(name)
