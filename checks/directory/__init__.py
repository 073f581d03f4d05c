"""Checks on directories themselves: their policies, computers, trusts and upkeep."""
