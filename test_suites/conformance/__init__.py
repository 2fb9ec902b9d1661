"""Conformance: every rule of a contract against its examples, breakers and cases. Judges contracts and tool only."""
