"""Registers: lists that people keep, as exports, as settings, or as tables that come with Styrk."""
