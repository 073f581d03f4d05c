"""Checks on network segmentation."""
