"""papers, their keys and parts, visits by key, corrections of joins"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KEY_VALUE = 70


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("arrival", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("function", sa.String(16), nullable=False),
        sa.Column("number", sa.BigInteger()),
        sa.Column("issued_at", sa.BigInteger()),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", sa.String(64), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("source", sa.String(50), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("body_type", sa.String(20)),
        sa.Column("body", sa.Text()),
        sa.Column("field_origins", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("arrival", name=op.f("pk_papers")),
    )
    op.create_index(op.f("ix_papers_content_sha256"), "papers", ["content_sha256"], unique=True)
    op.create_index(op.f("ix_papers_reference_kind_site"), "papers", ["reference", "kind", "site"])
    op.create_table(
        "paper_parts",
        sa.Column("arrival", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("container", sa.String(KEY_VALUE), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("arrival", "container", "number", name=op.f("pk_paper_parts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "paper_keys",
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(KEY_VALUE), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("about", sa.BigInteger(), nullable=False),
        sa.Column("arrival", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kind", "value", "site", "about", "arrival", name=op.f("pk_paper_keys")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_paper_keys_arrival"), "paper_keys", ["arrival"])
    counters = op.create_table(
        "paper_counters",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_paper_counters")),
    )
    names = ("arrival", "followed", "follower")
    op.bulk_insert(counters, [{"name": name, "value": 0} for name in names])
    op.create_table(
        "paper_files",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("source", sa.String(50), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.String(200), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("doubled", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_paper_files")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_paper_files_sha256"), "paper_files", ["sha256"])
    _visits()


def _visits() -> None:
    keys = op.create_table(
        "visit_keys",
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value", sa.String(KEY_VALUE), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("doubtful", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kind", "value", "site", "at", "inspection_id", name=op.f("pk_visit_keys")
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_visit_keys_inspection_id"), "visit_keys", ["inspection_id"])
    op.create_table(
        "visit_corrections",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("action", sa.String(10), nullable=False),
        sa.Column("caller", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer()),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_visit_corrections")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_visit_corrections_inspection_id"), "visit_corrections", ["inspection_id"]
    )
    op.create_index(
        op.f("ix_visit_corrections_site_subject"), "visit_corrections", ["site", "subject"]
    )
    op.create_index(op.f("ix_inspections_site_captured_at"), "inspections", ["site", "captured_at"])
    _fill_visit_keys(keys)


def _fill_visit_keys(keys: sa.Table) -> None:
    """What was read before this revision, so that late papers reopen those verdicts too."""
    rows = op.get_bind().execute(
        sa.text("SELECT id, site, captured_at, container_codes, plates FROM inspections")
    )
    for some in rows.partitions(1000):
        found = {
            (kind, value, row.site, row.captured_at, row.id)
            for row in some
            for kind, texts in (
                ("container", row.container_codes),
                ("plate", row.plates),
                ("vehicle", row.plates),
            )
            for value in json.loads(texts)
            if 0 < len(value) <= KEY_VALUE
        }
        if found:
            names = ("kind", "value", "site", "at", "inspection_id")
            op.bulk_insert(
                keys, [{**dict(zip(names, key, strict=True)), "doubtful": False} for key in found]
            )


def downgrade() -> None:
    op.drop_index(op.f("ix_inspections_site_captured_at"), table_name="inspections")
    for table in (
        "visit_corrections",
        "visit_keys",
        "paper_files",
        "paper_counters",
        "paper_keys",
        "paper_parts",
        "papers",
    ):
        op.drop_table(table)
