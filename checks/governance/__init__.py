"""Checks on how the security work is governed: documents, roles, meetings, follow-up, training, earlier audits."""
