"""Interfaces under test: every producer of the workspace, and one small example with three planted bugs."""
