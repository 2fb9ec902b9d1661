"""The RAID log: what was found and decided. Store, defects, acceptance figures, gates. Rendering is elsewhere."""

from raid_log.actions import Merge, add, assign, close, edit, fix, merge, move, reject, reopen, triage, verify
from raid_log.assumptions import assume, no_longer_asked
from raid_log.attestations import ATTESTED_GATES, attest
from raid_log.backup import Manifest, TableCopy, backup, restore
from raid_log.bounds import VERDICT_TEXT, BoundedRate, allowed, bounded_rate, needed, wilson_band
from raid_log.defects import fingerprint
from raid_log.deliveries import FINAL_STEPS, DeliveryEntry, DeliveryRow, DeliveryStep, Intent
from raid_log.errors import StoreError
from raid_log.events import Author, Event
from raid_log.fidelity import InterfaceFidelity, RuleFidelity, Unpredicted, fidelity
from raid_log.fields import FIELDS, Field, exposure
from raid_log.figures import ClassRate, Figures, OpenDefects, RunRow, figures, run_figures
from raid_log.gates import DECISION_TEXT, GATE_TEXT, Gate
from raid_log.integrity import Fault, check, revision
from raid_log.items import Item, Occurrence, change, item, items
from raid_log.late_outcomes import CORRECTION, OutcomeRecorded
from raid_log.rates import Rate, rate_text
from raid_log.readiness import Readiness, readiness
from raid_log.recording import Recorded
from raid_log.roles import Actor
from raid_log.scores import Measured, latest_scores, score_history, score_totals
from raid_log.states import STATES, TRANSITIONS, Standing, Transition
from raid_log.store import Store, open_store
from raid_log.submissions import SentSubmission, sent_submission, sent_submissions
from raid_log.verifying import last_exercised
from raid_log.waiver_files import Applied, WaiverFile, apply_waiver, read_waiver
from raid_log.waivers import Waiver, approve_waiver, ask_for_waiver, pending, withdraw_waiver
from raid_log.weeks import Week, Window, readiness_window, week_to_date

__all__ = [
    "ATTESTED_GATES",
    "CORRECTION",
    "DECISION_TEXT",
    "FIELDS",
    "FINAL_STEPS",
    "GATE_TEXT",
    "STATES",
    "TRANSITIONS",
    "VERDICT_TEXT",
    "Actor",
    "Applied",
    "Author",
    "BoundedRate",
    "ClassRate",
    "DeliveryEntry",
    "DeliveryRow",
    "DeliveryStep",
    "Event",
    "Fault",
    "Field",
    "Figures",
    "Gate",
    "Intent",
    "InterfaceFidelity",
    "Item",
    "Manifest",
    "Measured",
    "Merge",
    "Occurrence",
    "OpenDefects",
    "OutcomeRecorded",
    "Rate",
    "Readiness",
    "Recorded",
    "RuleFidelity",
    "RunRow",
    "SentSubmission",
    "Standing",
    "Store",
    "StoreError",
    "TableCopy",
    "Transition",
    "Unpredicted",
    "Waiver",
    "WaiverFile",
    "Week",
    "Window",
    "add",
    "allowed",
    "apply_waiver",
    "approve_waiver",
    "ask_for_waiver",
    "assign",
    "assume",
    "attest",
    "backup",
    "bounded_rate",
    "change",
    "check",
    "close",
    "edit",
    "exposure",
    "fidelity",
    "figures",
    "fingerprint",
    "fix",
    "item",
    "items",
    "last_exercised",
    "latest_scores",
    "merge",
    "move",
    "needed",
    "no_longer_asked",
    "open_store",
    "pending",
    "rate_text",
    "read_waiver",
    "readiness",
    "readiness_window",
    "reject",
    "reopen",
    "restore",
    "revision",
    "run_figures",
    "score_history",
    "score_totals",
    "sent_submission",
    "sent_submissions",
    "triage",
    "verify",
    "week_to_date",
    "wilson_band",
    "withdraw_waiver",
]
