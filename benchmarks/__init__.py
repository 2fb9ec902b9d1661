"""Measurements, printed as ratios and seconds. ``python -m benchmarks``; results go to RESULTS.md by hand."""
