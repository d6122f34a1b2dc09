"""what visits leave for later ones"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "sightings",
        sa.Column("subject", sa.String(70), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("latitude_deg", sa.Float(), nullable=True),
        sa.Column("longitude_deg", sa.Float(), nullable=True),
        sa.Column("certain", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("subject", "at", "inspection_id", name=op.f("pk_sightings")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "scan_prints",
        sa.Column("scanner", sa.String(100), nullable=False),
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bits", sa.String(4), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("look", sa.String(16), nullable=False),
        sa.Column("noise", sa.String(256), nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint(
            "scanner", "band", "bits", "at", "inspection_id", "sha256", name=op.f("pk_scan_prints")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "lot_loads",
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("lot", sa.String(200), nullable=False),
        sa.Column("scanner", sa.String(100), nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("vector", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "lot", "scanner", "inspection_id", "number", name=op.f("pk_lot_loads")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "dwells",
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("lane", sa.String(100), nullable=False),
        sa.Column("hour", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("minutes", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site", "lane", "hour", "at", "inspection_id", name=op.f("pk_dwells")
        ),
        sqlite_with_rowid=False,
    )
    for table in ("sightings", "scan_prints", "lot_loads", "dwells"):
        op.create_index(op.f(f"ix_{table}_inspection_id"), table, ["inspection_id"])


def downgrade() -> None:
    for table in ("dwells", "lot_loads", "scan_prints", "sightings"):
        op.drop_table(table)
