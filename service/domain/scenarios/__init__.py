"""What a smuggler does, what sensors and papers then show, and a clean twin of each."""
