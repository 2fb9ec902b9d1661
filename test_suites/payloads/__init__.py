"""Writes the example deliveries of profile nc_district and the cases of the suites: ``python -m test_suites.payloads``.

Everything is invented and drawn with fixed seeds, so that the files come out byte for byte the same. A test compares
them with those in the repository.
"""
