"""What people read: pages, Allure results, the log as a file. Nothing here decides anything."""

from reports import allure, regression, scores, text_files, workbook
from reports.readiness import readiness_page

__all__ = ["allure", "readiness_page", "regression", "scores", "text_files", "workbook"]
