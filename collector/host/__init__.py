"""Hosts: one read-only script, run here or over SSH, and the pure functions that read its answer."""
