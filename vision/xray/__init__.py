"""Containers and their load in X-ray views."""
