"""control results, results of rules on loads that are known, standings, expected loss"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "control_results",
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("inspection_id", "number", name=op.f("pk_control_results")),
    )
    op.create_table(
        "rule_results",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("inspection_id", sa.String(36), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("clean", sa.Boolean(), nullable=False),
        sa.Column("mismatch", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_rule_results")),
    )
    op.create_index(
        op.f("ix_rule_results_site_rule_clean_number"),
        "rule_results",
        ["site", "rule", "clean", "number"],
    )
    op.create_index(op.f("ix_rule_results_inspection_id"), "rule_results", ["inspection_id"])
    op.create_table(
        "rule_standings",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("site", sa.String(100), nullable=False),
        sa.Column("rule", sa.String(60), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_rule_standings")),
    )
    op.create_index(op.f("ix_rule_standings_site_number"), "rule_standings", ["site", "number"])

    with op.batch_alter_table("inspections") as batch:
        batch.add_column(sa.Column("expected_loss", sa.Float(), nullable=False, server_default="0"))
        batch.create_index(
            op.f("ix_inspections_state_expected_loss_received_at_id"),
            ["state", "expected_loss", "received_at", "id"],
        )


def downgrade() -> None:
    with op.batch_alter_table("inspections") as batch:
        batch.drop_index(op.f("ix_inspections_state_expected_loss_received_at_id"))
        batch.drop_column("expected_loss")
    for table in ("rule_standings", "rule_results", "control_results"):
        op.drop_table(table)
