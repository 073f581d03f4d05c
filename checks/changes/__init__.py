"""Checks on changes: approval, separation of duties, the customer's part, and what changed without a ticket."""
