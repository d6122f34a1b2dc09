"""Files into scans: limits before decoding, content decides the format."""
