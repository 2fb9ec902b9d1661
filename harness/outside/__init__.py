"""Results of outside test providers, read: JUnit, Allure, and tables of counts as CSV or xlsx. docs/taas.md."""

from harness.outside.mapping import ProviderMapping, read_mapping
from harness.outside.reading import read_outside

__all__ = ["ProviderMapping", "read_mapping", "read_outside"]
