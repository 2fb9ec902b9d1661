"""What is promised: contracts, rules, layouts, lists, findings. The only public door of the room."""

import importlib
from typing import TYPE_CHECKING, Any

from contracts.advice import advice, without_code
from contracts.batches import Batches, write_part
from contracts.breakers import Breaker, BreakerSearch, breakers, broken_by, exact, written_breaker
from contracts.changes import Change
from contracts.codes import code_table, tables
from contracts.comparison import Editions, compare
from contracts.concern import files_of, narrowed
from contracts.conditions import Condition, ConditionError
from contracts.conditions import parse as parse_condition
from contracts.documents import schema as json_schema
from contracts.errors import ContractError, Fault, LintError
from contracts.evaluation import Evaluate, RuleOutcome, evaluate
from contracts.examples import failing, frames, iso_day, load_records, masked, patchable, valid_examples
from contracts.facets import mask_fault
from contracts.grades import BUMPS, GRADES, NEEDED, Bump, Direction, Grade, bump, enough
from contracts.impact import LayoutRow, layout_rows
from contracts.layout_changes import changed_layouts, layout_changes
from contracts.layouts import Layout, LayoutColumn, names_in_force, newest_source, undated
from contracts.layouts import in_force as layout_in_force
from contracts.layouts import releases as layout_releases
from contracts.library import (
    FOLDERS,
    LIBRARY,
    contract_ids,
    editions,
    file_editions,
    library_folder,
    load,
    members,
    prefixes,
    statuses,
    written_ids,
)
from contracts.lint import lint
from contracts.lists import age as list_age
from contracts.lists import list_rows
from contracts.lists import stale as list_stale
from contracts.model import Code, Column, Contract, Example, File, Place, ReferenceList, Rule, Type
from contracts.nesting import line_numbers, rows_as_read
from contracts.people import Person
from contracts.profiles import DEPARTMENTS, ORACLE, Goal, Interface, Profile, load_profile, read_register, shipped
from contracts.questions import OpenQuestions, Question
from contracts.ready import Ready
from contracts.records import Records, parents_first, pod_names
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
from contracts.rules import unbound_lists
from contracts.shift import shifted
from contracts.standing import Standing, standing
from contracts.taken import Taken, list_ledger, read_taken, taken_text
from contracts.translation import name_of, shortest
from contracts.written import template_columns

if TYPE_CHECKING:
    from contracts.contract_schema import ContractSchema, schema

__all__ = [
    "ANSWER_COLUMNS",
    "BLOCKING",
    "BUMPS",
    "COMPARISONS",
    "DEPARTMENTS",
    "EVIDENCE_CLASSES",
    "FINAL",
    "FINDING_COLUMNS",
    "FOLDERS",
    "GRADES",
    "LIBRARY",
    "NEEDED",
    "ORACLE",
    "OUTCOMES",
    "OUTCOME_COLUMNS",
    "PREDICTION_COLUMNS",
    "SEVERITIES",
    "STATUSES",
    "UNIT_COLUMNS",
    "Batches",
    "Breaker",
    "BreakerSearch",
    "Bump",
    "Change",
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
    "Direction",
    "Editions",
    "Evaluate",
    "EvidenceClass",
    "Example",
    "Fault",
    "File",
    "Goal",
    "Grade",
    "Interface",
    "Layout",
    "LayoutColumn",
    "LayoutRow",
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
    "Standing",
    "Status",
    "Submission",
    "Taken",
    "Type",
    "advice",
    "breakers",
    "broken_by",
    "bump",
    "changed_layouts",
    "code_table",
    "compare",
    "contract_ids",
    "editions",
    "enough",
    "evaluate",
    "exact",
    "failing",
    "file_editions",
    "files_of",
    "frames",
    "iso_day",
    "json_schema",
    "layout_changes",
    "layout_in_force",
    "layout_releases",
    "layout_rows",
    "library_folder",
    "line_numbers",
    "lint",
    "list_age",
    "list_ledger",
    "list_rows",
    "list_stale",
    "load",
    "load_profile",
    "load_records",
    "mask_fault",
    "masked",
    "members",
    "name_of",
    "names_in_force",
    "narrowed",
    "newest_source",
    "parents_first",
    "parse_condition",
    "patchable",
    "pod_names",
    "prefixes",
    "read_register",
    "read_taken",
    "rows_as_read",
    "schema",
    "shifted",
    "shipped",
    "shortest",
    "standing",
    "statuses",
    "tables",
    "taken_text",
    "template_columns",
    "unbound_lists",
    "undated",
    "valid_examples",
    "without_code",
    "write_part",
    "written_breaker",
    "written_ids",
]


def __getattr__(name: str) -> Any:
    """The pandera face, imported when it is asked for: most commands do not need it, and it takes long to load."""
    if name in ("ContractSchema", "schema"):
        return getattr(importlib.import_module("contracts.contract_schema"), name)
    raise AttributeError(name)
