"""Sources about mail: what the DNS says of a domain, and what its mail servers offer."""
