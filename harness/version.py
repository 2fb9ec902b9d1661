"""Version of the harness; the changelog names the same."""

__version__ = "0.1.0"
