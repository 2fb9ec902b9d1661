"""What people read: pages, Allure results, the log as a file. Nothing here decides anything."""

from reports import (
    allure,
    allure_site,
    contract_changes,
    layout_changes,
    pdf,
    regression,
    scores,
    text_files,
    week_results,
    workbook,
)
from reports.catalogue import Unread, catalogue
from reports.catalogue_text import catalogue_text
from reports.raid_page import raid_page
from reports.readiness import readiness_page
from reports.weekly import definitions_page, weekly_page

__all__ = [
    "Unread",
    "allure",
    "allure_site",
    "catalogue",
    "catalogue_text",
    "contract_changes",
    "definitions_page",
    "layout_changes",
    "pdf",
    "raid_page",
    "readiness_page",
    "regression",
    "scores",
    "text_files",
    "week_results",
    "weekly_page",
    "workbook",
]
