"""Conformance: every rule of a contract against its examples and breakers. Judges contracts and tool only."""
