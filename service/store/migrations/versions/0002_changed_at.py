"""when an inspection's analysis or papers last changed; an index per site"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inspections", sa.Column("changed_at", sa.BigInteger(), nullable=True))
    # What a crash had left without its verdict is found by this column from now on.
    op.execute("UPDATE inspections SET changed_at = received_at WHERE state = 'analysed'")
    changed = sa.text("changed_at IS NOT NULL")
    op.create_index(
        op.f("ix_inspections_changed_at"),
        "inspections",
        ["changed_at"],
        sqlite_where=changed,
        postgresql_where=changed,
    )
    op.create_index(op.f("ix_inspections_site_received_at"), "inspections", ["site", "received_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_inspections_site_received_at"), table_name="inspections")
    op.drop_index(op.f("ix_inspections_changed_at"), table_name="inspections")
    op.drop_column("inspections", "changed_at")
