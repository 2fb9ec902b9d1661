"""The RAID log: what was found and decided. Store, defects, acceptance figures, gates. Rendering is elsewhere."""

from raid_log.actions import Merge, add, assign, close, edit, fix, merge, move, reject, reopen, triage, verify
from raid_log.aliases import Alias, recompute
from raid_log.assumptions import assume, no_longer_asked
from raid_log.attestations import ATTESTED_GATES, SUITE_GATE, SuiteRun, attest, attest_suite
from raid_log.backup import Manifest, TableCopy, backup, restore
from raid_log.bounds import VERDICT_TEXT, BoundedRate, allowed, bounded_rate, needed, wilson_band
from raid_log.clock import end_of
from raid_log.closing import MOST_WEEKS, close_weeks, closed_figures, first_moment, tell_week
from raid_log.control_totals import Reconciliation, note_total
from raid_log.decisions import DecisionNeeded
from raid_log.defects import fingerprint
from raid_log.deliveries import FINAL_STEPS, DeliveryEntry, DeliveryRow, DeliveryStep, Intent
from raid_log.errors import StoreError
from raid_log.events import Author, Event
from raid_log.exchange import Copy, Export, clean, export_log, export_week, store_mark
from raid_log.fidelity import InterfaceFidelity, RuleFidelity, Unpredicted, fidelity
from raid_log.fields import FIELDS, Field, exposure
from raid_log.figures import ClassRate, Figures, OpenDefects, RunRow, figures, run_figures
from raid_log.flow import Flow
from raid_log.gates import DECISION_TEXT, GATE_TEXT, Gate
from raid_log.goals import GoalStanding, goal_standings
from raid_log.importing import Imported, import_log
from raid_log.integrity import Fault, check, revision
from raid_log.items import Entry, Item, Occurrence, change, item, items
from raid_log.late_outcomes import CORRECTION, OutcomeRecorded
from raid_log.outside import (
    FailedTest,
    OutsideFile,
    OutsideRecorded,
    OutsideRun,
    ProviderRun,
    ProviderTotal,
    SuiteCounts,
    outside_results,
    outside_totals,
    record_outside,
)
from raid_log.rates import Rate, rate_text
from raid_log.readiness import EndingWaiver, Readiness, readiness
from raid_log.recording import Recorded
from raid_log.roles import Actor
from raid_log.samples import SAMPLE_COLUMNS, week_samples
from raid_log.scores import Measured, latest_scores, score_history, score_totals
from raid_log.settling import Settled, ids, settle_run
from raid_log.snapshots import (
    Cause,
    Change,
    Restated,
    RuleCount,
    Snapshot,
    StageCount,
    SubmissionCount,
    TotalCheck,
    signers,
)
from raid_log.states import STATES, TRANSITIONS, Standing, Transition
from raid_log.store import Store, open_store
from raid_log.submissions import SentSubmission, sent_submission, sent_submissions
from raid_log.verifying import last_exercised
from raid_log.versions import DeliveredVersion, delivered_versions
from raid_log.waiver_files import Applied, WaiverFile, apply_waiver, read_waiver
from raid_log.waivers import Waiver, approve_waiver, ask_for_waiver, pending, withdraw_waiver
from raid_log.weekly import AmountRate, ClassFigures, DefectFigures, WindowFigures, window_figures
from raid_log.weeks import Week, Window, readiness_window, week_to_date

__all__ = [
    "ATTESTED_GATES",
    "CORRECTION",
    "DECISION_TEXT",
    "FIELDS",
    "FINAL_STEPS",
    "GATE_TEXT",
    "MOST_WEEKS",
    "SAMPLE_COLUMNS",
    "STATES",
    "SUITE_GATE",
    "TRANSITIONS",
    "VERDICT_TEXT",
    "Actor",
    "Alias",
    "AmountRate",
    "Applied",
    "Author",
    "BoundedRate",
    "Cause",
    "Change",
    "ClassFigures",
    "ClassRate",
    "Copy",
    "DecisionNeeded",
    "DefectFigures",
    "DeliveredVersion",
    "DeliveryEntry",
    "DeliveryRow",
    "DeliveryStep",
    "EndingWaiver",
    "Entry",
    "Event",
    "Export",
    "FailedTest",
    "Fault",
    "Field",
    "Figures",
    "Flow",
    "Gate",
    "GoalStanding",
    "Imported",
    "Intent",
    "InterfaceFidelity",
    "Item",
    "Manifest",
    "Measured",
    "Merge",
    "Occurrence",
    "OpenDefects",
    "OutcomeRecorded",
    "OutsideFile",
    "OutsideRecorded",
    "OutsideRun",
    "ProviderRun",
    "ProviderTotal",
    "Rate",
    "Readiness",
    "Reconciliation",
    "Recorded",
    "Restated",
    "RuleCount",
    "RuleFidelity",
    "RunRow",
    "SentSubmission",
    "Settled",
    "Snapshot",
    "StageCount",
    "Standing",
    "Store",
    "StoreError",
    "SubmissionCount",
    "SuiteCounts",
    "SuiteRun",
    "TableCopy",
    "TotalCheck",
    "Transition",
    "Unpredicted",
    "Waiver",
    "WaiverFile",
    "Week",
    "Window",
    "WindowFigures",
    "add",
    "allowed",
    "apply_waiver",
    "approve_waiver",
    "ask_for_waiver",
    "assign",
    "assume",
    "attest",
    "attest_suite",
    "backup",
    "bounded_rate",
    "change",
    "check",
    "clean",
    "close",
    "close_weeks",
    "closed_figures",
    "delivered_versions",
    "edit",
    "end_of",
    "export_log",
    "export_week",
    "exposure",
    "fidelity",
    "figures",
    "fingerprint",
    "first_moment",
    "fix",
    "goal_standings",
    "ids",
    "import_log",
    "item",
    "items",
    "last_exercised",
    "latest_scores",
    "merge",
    "move",
    "needed",
    "no_longer_asked",
    "note_total",
    "open_store",
    "outside_results",
    "outside_totals",
    "pending",
    "rate_text",
    "read_waiver",
    "readiness",
    "readiness_window",
    "recompute",
    "record_outside",
    "reject",
    "reopen",
    "restore",
    "revision",
    "run_figures",
    "score_history",
    "score_totals",
    "sent_submission",
    "sent_submissions",
    "settle_run",
    "signers",
    "store_mark",
    "tell_week",
    "triage",
    "verify",
    "week_samples",
    "week_to_date",
    "wilson_band",
    "window_figures",
    "withdraw_waiver",
]
