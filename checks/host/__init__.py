"""Checks on hosts: patches, support, time."""
