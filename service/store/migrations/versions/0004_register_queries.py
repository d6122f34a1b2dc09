"""the audit log of queries to registers"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "register_queries",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("query_id", sa.String(64), nullable=False),
        sa.Column("stage", sa.String(10), nullable=False),
        sa.Column("register", sa.String(100), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("caller", sa.String(200), nullable=False),
        sa.Column("inspection", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_register_queries")),
    )
    op.create_index(op.f("ix_register_queries_caller_at"), "register_queries", ["caller", "at"])
    op.create_index(op.f("ix_register_queries_query_id"), "register_queries", ["query_id"])


def downgrade() -> None:
    op.drop_table("register_queries")
