"""The client of a real pod: requests, job trees, reports, and what they say of each accept unit."""

from __future__ import annotations

from interfaces.fusion.access import (
    Access,
    Basic,
    BearerToken,
    ClientCredentials,
    access_from_environment,
)
from interfaces.fusion.client import Client
from interfaces.fusion.collections import items
from interfaces.fusion.errors import (
    FusionError,
    LostReply,
    NotSent,
    NotThere,
    Refused,
    StillRunning,
    Unknown,
    Unreadable,
)
from interfaces.fusion.ess import JobNode, every, failed, normal, terminal, tree_of, worst
from interfaces.fusion.following import fetch, follow, follow_data_set
from interfaces.fusion.journal import Entry, Step
from interfaces.fusion.parameters import joined, parameter_list, parameter_sets
from interfaces.fusion.sending import Order, send, send_import
from interfaces.fusion.session import Limits, Session

__all__ = [
    "Access",
    "Basic",
    "BearerToken",
    "Client",
    "ClientCredentials",
    "Entry",
    "FusionError",
    "JobNode",
    "Limits",
    "LostReply",
    "NotSent",
    "NotThere",
    "Order",
    "Refused",
    "Session",
    "Step",
    "StillRunning",
    "Unknown",
    "Unreadable",
    "access_from_environment",
    "every",
    "failed",
    "fetch",
    "follow",
    "follow_data_set",
    "items",
    "joined",
    "normal",
    "parameter_list",
    "parameter_sets",
    "send",
    "send_import",
    "terminal",
    "tree_of",
    "worst",
]
