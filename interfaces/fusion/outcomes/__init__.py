"""Reports of Fusion, read: per accept unit what became of it, in Oracle's own words.

``read`` tells documents apart and reads them, ``assign`` gives what they say to the accept units of a payload.
"""

from interfaces.fusion.outcomes.answers import Answer, Report, Taken
from interfaces.fusion.outcomes.assigning import Outcomes, assign
from interfaces.fusion.outcomes.codes import identify, normalised
from interfaces.fusion.outcomes.errors import ReportError
from interfaces.fusion.outcomes.hdl import parse_data_set, parse_failed_lines
from interfaces.fusion.outcomes.reading import read, unpacked

__all__ = [
    "Answer",
    "Outcomes",
    "Report",
    "ReportError",
    "Taken",
    "assign",
    "identify",
    "normalised",
    "parse_data_set",
    "parse_failed_lines",
    "read",
    "unpacked",
]
