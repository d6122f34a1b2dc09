"""Generated scans, photographs and passages: for samples and tests, never for claims."""
