"""How sources are reached: one small interface each, every failure wrapped as a SourceError."""
