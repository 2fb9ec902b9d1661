"""Write the example deliveries and the cases anew, over those in the checkout."""

from __future__ import annotations

import sys
from pathlib import Path

from harness import load_profile
from test_suites.payloads.deliveries import write_deliveries
from test_suites.payloads.sources import PROFILE


def main() -> None:
    """Write both trees and say how many there are."""
    profile = load_profile(PROFILE).path
    assert profile is not None
    sys.stdout.write(f"{write_deliveries(profile / 'payloads')} deliveries\n")
    from test_suites.payloads.cases import write_cases

    sys.stdout.write(f"{write_cases(Path(__file__).parents[1] / 'cases')} cases\n")


main()
