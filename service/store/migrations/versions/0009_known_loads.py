"""how it is known whether a load was clean; scans that were ordered"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Made anew: SQLite gives numbers of deleted rows again unless the table was born otherwise.
    sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table(
        "rule_results",
        recreate="always" if sqlite else "never",
        table_kwargs={"sqlite_autoincrement": True},
    ) as batch:
        for flag in ("opened", "raised"):
            batch.add_column(
                sa.Column(flag, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        batch.add_column(sa.Column("chance", sa.Float(), nullable=True))
    with op.batch_alter_table("rule_results") as batch:
        batch.create_index(op.f("ix_rule_results_opened_raised"), ["opened", "raised"])
    op.create_table(
        "scan_orders",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("subject", sa.String(70), nullable=False),
        sa.Column("sensor", sa.String(20), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("due", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ordered_by", sa.String(200), nullable=False),
        sa.Column("cancelled_at", sa.BigInteger(), autoincrement=False, nullable=True),
        sa.Column("cancelled_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_scan_orders")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_scan_orders_subject_ordered_at"), "scan_orders", ["subject", "ordered_at"]
    )
    op.create_index(op.f("ix_scan_orders_site_due"), "scan_orders", ["site", "due"])


def downgrade() -> None:
    op.drop_table("scan_orders")
    with op.batch_alter_table("rule_results") as batch:
        batch.drop_index(op.f("ix_rule_results_opened_raised"))
    with op.batch_alter_table("rule_results") as batch:
        for column in ("opened", "raised", "chance"):
            batch.drop_column(column)
