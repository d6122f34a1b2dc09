"""Flat records from outside: CSV with a heading line, and JSON in the shapes that it comes in.

- `vocabulary`: which headings and keys mean which field
- `record`: one line or object; numbers, masses and times in it
- `tables`: CSV to records
- `json_shapes`: JSON to records
- `reading`: a file to records, by its content
"""
