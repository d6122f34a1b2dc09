"""Tables of papers: revisions as filed, the index by which they are found, visits, corrections.

Revisions are never changed. `paper_keys` answers "which papers name this container" without
touching `papers`; both are ordered by time inside a key, so that a container or a plate that has
been seen ten thousand times costs no more than one that is new.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, Text

from service.store.tables import Instant, metadata

SITE, KIND, REFERENCE, KEY_VALUE, SHA256 = 100, 32, 200, 70, 64

papers = Table(
    "papers",
    metadata,
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("site", String(SITE), nullable=False),
    Column("kind", String(KIND), nullable=False),
    Column("reference", String(REFERENCE), nullable=False),
    Column("function", String(16), nullable=False),
    Column("number", BigInteger),
    Column("issued_at", Instant),
    Column("content_sha256", String(SHA256), nullable=False),
    Column("filed_at", Instant, nullable=False),
    Column("file_sha256", String(SHA256), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("source", String(50), nullable=False),
    Column("place", Text, nullable=False),
    Column("aliases", Text, nullable=False),
    Column("body_type", String(20)),
    Column("body", Text),
    Column("field_origins", Text, nullable=False),
    Index(None, "content_sha256", unique=True),
    Index(None, "reference", "kind", "site"),
)

# The containers of a bay plan, so that one of 20,000 is read without the others.
paper_parts = Table(
    "paper_parts",
    metadata,
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("container", String(KEY_VALUE), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

paper_keys = Table(
    "paper_keys",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("value", String(KEY_VALUE), primary_key=True),
    Column("site", String(SITE), primary_key=True),
    # Where the paper does not say when: the time of filing.
    Column("about", Instant, primary_key=True),
    Column("arrival", BigInteger, primary_key=True, autoincrement=False),
    Column("doubtful", Boolean, nullable=False),
    # From a paper to the visits that it concerns.
    Index(None, "arrival"),
    sqlite_with_rowid=False,
)

# "arrival": the last number given, whose row lock lets one filing commit after the other;
# "followed": up to which arrival verdicts have been reopened; "follower": until when someone does
# it now, in microseconds since 1970.
paper_counters = Table(
    "paper_counters",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# One row for each time that a file was sent, not for each file.
paper_files = Table(
    "paper_files",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("sha256", String(SHA256), nullable=False),
    Column("name", Text, nullable=False),
    Column("site", String(SITE), nullable=False),
    Column("source", String(50), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("caller", String(200), nullable=False),
    Column("taken", Integer, nullable=False),
    Column("doubled", Integer, nullable=False),
    Column("refused", Text, nullable=False),
    Index(None, "sha256"),
    sqlite_autoincrement=True,
)

# By what a visit is found when a paper comes late; what the sensors read, and look-alikes of it.
visit_keys = Table(
    "visit_keys",
    metadata,
    Column("kind", String(12), primary_key=True),
    Column("value", String(KEY_VALUE), primary_key=True),
    Column("site", String(SITE), primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("inspection_id", String(36), primary_key=True),
    Column("doubtful", Boolean, nullable=False),
    Index(None, "inspection_id"),
    sqlite_with_rowid=False,
)

visit_corrections = Table(
    "visit_corrections",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("site", String(SITE), nullable=False),
    Column("inspection_id", String(36), nullable=False),
    Column("subject", String(300), nullable=False),
    Column("action", String(10), nullable=False),
    Column("caller", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    Column("note", Text, nullable=False),
    Column("undoes", Integer),
    Index(None, "inspection_id"),
    Index(None, "site", "subject"),
    sqlite_autoincrement=True,
)
