"""Checks on backup and restore."""
