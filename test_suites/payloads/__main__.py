"""Write the example deliveries, the cases and the list of cases anew, over those in the checkout."""

from __future__ import annotations

import sys
from pathlib import Path

from harness import load_profile
from test_suites.payloads.deliveries import write_deliveries
from test_suites.payloads.sources import PROFILE


def main() -> None:
    """Write both trees and the list, and say how many there are."""
    profile = load_profile(PROFILE).path
    assert profile is not None
    sys.stdout.write(f"{write_deliveries(profile / 'payloads')} deliveries\n")
    from test_suites.payloads.cases import write_cases
    from test_suites.payloads.corpus import write_corpus

    root = Path(__file__).parents[2]
    sys.stdout.write(f"{write_cases(root / 'test_suites' / 'cases')} cases\n")
    write_corpus(root / "docs" / "corpus.md")


main()
