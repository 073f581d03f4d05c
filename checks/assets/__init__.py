"""Checks on systems and information: register, owners, classification, risks, procurement, continuity, rooms."""
