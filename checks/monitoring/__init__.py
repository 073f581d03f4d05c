"""Checks on what watches over the machines: logs, alerts, scanners, malware protection, security tests."""
