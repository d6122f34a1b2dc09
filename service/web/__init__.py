"""The service over HTTP: API, console, and the one place that turns errors into answers."""
