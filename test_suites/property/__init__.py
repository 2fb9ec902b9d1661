"""The property suite: nine promises, each tried on payloads that are drawn from every contract of the profile."""
