"""The reports that the jobs of the emulated pod leave behind, one module per shape."""
