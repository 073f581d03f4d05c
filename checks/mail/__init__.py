"""Checks on mail: services for encrypted messages, and the protection of its transport."""
