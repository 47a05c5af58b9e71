"""An authorization code remembers the OpenID Connect nonce that was asked with it."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.execute("ALTER TABLE kept.oauth_codes ADD COLUMN nonce text")


def downgrade() -> None:
    op.execute("ALTER TABLE kept.oauth_codes DROP COLUMN nonce")
