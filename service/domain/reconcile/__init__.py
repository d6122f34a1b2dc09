"""Rules: what was found against what was declared. Each says match, mismatch or cannot tell."""
