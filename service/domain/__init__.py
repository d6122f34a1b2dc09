"""The rules of the trade: standard library, findings and code grammars, nothing else."""
