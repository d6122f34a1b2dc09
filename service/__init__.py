"""The inspection service: state, people, papers and time around what `vision` finds."""
