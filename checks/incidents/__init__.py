"""Checks on incidents: routine, register, review, escalation, on-call cover."""
