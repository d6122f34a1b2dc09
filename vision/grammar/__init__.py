"""Grammars of the codes that goods and vehicles carry: pure, no pictures, no papers."""
