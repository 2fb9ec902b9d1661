"""A local Fusion: the same endpoints, the documented behaviour, verdicts of its own."""

from interfaces.emulator.app import ABOUT
from interfaces.emulator.clock import Clock, RunningClock
from interfaces.emulator.errors import EmulatorError
from interfaces.emulator.faults import FAULTS, Faults
from interfaces.emulator.jobs import Call, Done, HdlLoad, HdlResult, ImportJob
from interfaces.emulator.pod import Emulator
from interfaces.emulator.serving import bound, serve, server
from interfaces.emulator.setup import Setup, setup_of
from interfaces.emulator.tables import Row, Tables

__all__ = [
    "ABOUT",
    "FAULTS",
    "Call",
    "Clock",
    "Done",
    "Emulator",
    "EmulatorError",
    "Faults",
    "HdlLoad",
    "HdlResult",
    "ImportJob",
    "Row",
    "RunningClock",
    "Setup",
    "Tables",
    "bound",
    "serve",
    "server",
    "setup_of",
]
