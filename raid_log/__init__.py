"""The RAID log: what was found and decided. Store, defects, acceptance figures, gates. Rendering is elsewhere."""

from raid_log.defects import fingerprint
from raid_log.deliveries import FINAL_STEPS, DeliveryEntry, DeliveryRow, DeliveryStep, Intent
from raid_log.errors import StoreError
from raid_log.events import Author, Event
from raid_log.fidelity import InterfaceFidelity, RuleFidelity, Unpredicted, fidelity
from raid_log.figures import ClassRate, Figures, OpenDefects, RunRow, figures, run_figures
from raid_log.gates import DECISION_TEXT, GATE_TEXT, Gate, Readiness, readiness
from raid_log.items import Item, Occurrence, change, item, items
from raid_log.late_outcomes import CORRECTION, OutcomeRecorded
from raid_log.rates import Rate, rate_text
from raid_log.recording import Recorded
from raid_log.scores import Measured, latest_scores, score_history, score_totals
from raid_log.states import STATES, TRANSITIONS, Standing, Transition
from raid_log.store import Store, open_store
from raid_log.submissions import SentSubmission, sent_submission, sent_submissions
from raid_log.weeks import Week, Window, readiness_window, week_to_date

__all__ = [
    "CORRECTION",
    "DECISION_TEXT",
    "FINAL_STEPS",
    "GATE_TEXT",
    "STATES",
    "TRANSITIONS",
    "Author",
    "ClassRate",
    "DeliveryEntry",
    "DeliveryRow",
    "DeliveryStep",
    "Event",
    "Figures",
    "Gate",
    "Intent",
    "InterfaceFidelity",
    "Item",
    "Measured",
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
    "Transition",
    "Unpredicted",
    "Week",
    "Window",
    "change",
    "fidelity",
    "figures",
    "fingerprint",
    "item",
    "items",
    "latest_scores",
    "open_store",
    "rate_text",
    "readiness",
    "readiness_window",
    "run_figures",
    "score_history",
    "score_totals",
    "sent_submission",
    "sent_submissions",
    "week_to_date",
]
