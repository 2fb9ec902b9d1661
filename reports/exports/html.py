"""The page of a contract as it stands in the catalogue, as a file by itself."""

from __future__ import annotations

import re

from contracts import Contract, Profile
from reports.contract_page import contract_page, contract_row

_INDEX = '<a href="index.html">All contracts</a> '
_OTHER_PAGES = re.compile(r'<a href="[\w.]+\.html">(.*?)</a>')
_DELIVERIES = re.compile(r"<h3>Versions that were delivered</h3>.*(?=</main>)", re.DOTALL)


def html(profile: Profile, contract: Contract) -> bytes:
    """Return the page without what lies elsewhere: links to other pages, and deliveries, of which a store knows."""
    page = contract_page(profile, contract_row(profile, contract), ())
    return _OTHER_PAGES.sub(r"\1", _DELIVERIES.sub("", page.replace(_INDEX, ""))).encode()
