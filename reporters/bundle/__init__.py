"""The evidence bundle: written, sealed, verified and read back as docs/bundle.md says."""
