"""What the service does, one verb per file; `ports` names what it needs from outside."""
