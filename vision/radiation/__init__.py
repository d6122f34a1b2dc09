"""Alarms and nuclides in radiation measurements."""
