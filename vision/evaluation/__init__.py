"""Labelled folders into figures; each command prints one JSON document."""
