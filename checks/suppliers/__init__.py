"""Checks on suppliers: who they are, what was agreed and claimed, how it is followed up, who does what."""
