"""Networks: what firewalls are configured to pass, and what probes reach."""
