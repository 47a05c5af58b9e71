"""A source key is for a programme, or for one room that belongs to none."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("ALTER TABLE kept.source_keys ALTER COLUMN programme DROP NOT NULL")
    op.execute("ALTER TABLE kept.source_keys ADD COLUMN room text")
    op.execute("CREATE INDEX source_keys_person ON kept.source_keys (person)")


def downgrade() -> None:
    op.execute("DELETE FROM kept.source_keys WHERE programme IS NULL")
    op.execute("DROP INDEX kept.source_keys_person")
    op.execute("ALTER TABLE kept.source_keys DROP COLUMN room, ALTER COLUMN programme SET NOT NULL")
