"""Parties: names over alphabets, persons and companies told apart, EORI and BIC codes checked.

Pure and without state. What a name is never decides anything about a person by itself.
"""
