"""Authentication servers: who holds which tokens, and how log-ons are checked."""
