"""Reporting: from a judged run to sealed bundles and reports for people."""
