"""Checks on suppliers: who they are, what was agreed, how it is followed up, who does what."""
