"""looks of decided loads, by heading"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "goods_looks",
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("scanner", sa.String(100), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("heading", sa.String(4), nullable=False),
        sa.Column("at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("scan_sha256", sa.String(64), nullable=False),
        sa.Column("container_code", sa.String(70), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "site",
            "scanner",
            "model",
            "heading",
            "at",
            "inspection_id",
            name=op.f("pk_goods_looks"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_index(op.f("ix_goods_looks_inspection_id"), "goods_looks", ["inspection_id"])


def downgrade() -> None:
    op.drop_table("goods_looks")
