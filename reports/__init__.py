"""What people read: Allure results of runs, cases and scores. Nothing here computes a figure or decides anything."""

from reports import allure, regression, scores

__all__ = ["allure", "regression", "scores"]
