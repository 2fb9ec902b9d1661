"""What people read: Allure results of a run. Nothing here computes a figure or decides anything."""

from reports import allure

__all__ = ["allure"]
