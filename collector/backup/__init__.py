"""Backup repositories: which restore points exist."""
