"""A projection goes on without a fact that it can't apply: the fact is parked with its reason."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.execute("ALTER TABLE view.checkpoints ADD COLUMN parked integer NOT NULL DEFAULT 0")
    op.execute("""
        CREATE TABLE view.parked (
            projection text NOT NULL,
            stream text NOT NULL,
            position bigint NOT NULL,
            scope text NOT NULL,
            subject text NOT NULL,
            type text NOT NULL,
            reason text NOT NULL,
            at timestamptz NOT NULL DEFAULT now(),
            line bytea NOT NULL,
            told boolean NOT NULL DEFAULT false,
            PRIMARY KEY (projection, stream, position)
        )
    """)
    op.execute("CREATE INDEX parked_scope ON view.parked (projection, scope, position)")


def downgrade() -> None:
    op.execute("DROP TABLE view.parked")
    op.execute("ALTER TABLE view.checkpoints DROP COLUMN parked")
