"""`Inspector`: the one entry to everything that `vision` can find."""
