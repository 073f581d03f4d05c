"""Checks of documents as files, held against the registers that name them."""
