"""The regression suite: every case that was ever kept, against its last approved state."""
