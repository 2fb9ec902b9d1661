"""What people read: Allure results of runs, cases and scores; the log as a file. Nothing here decides anything."""

from reports import allure, regression, scores, text_files, workbook

__all__ = ["allure", "regression", "scores", "text_files", "workbook"]
