"""Checks on accounts, privileges and authentication."""
