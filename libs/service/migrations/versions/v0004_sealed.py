"""Names are sealed with a key per person; whoever was forgotten stays known as that. `name` is what is not sealed yet:
rooms seals it when it starts, as a migration has no key.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

STEPS = """
CREATE TABLE kept.person_keys (
    person text PRIMARY KEY,
    wrapped bytea,
    made timestamptz NOT NULL DEFAULT now(),
    forgotten timestamptz
);
CREATE TABLE view.forgotten (
    person text PRIMARY KEY,
    since timestamptz NOT NULL
);
ALTER TABLE kept.people ALTER COLUMN name DROP NOT NULL;
ALTER TABLE kept.people ADD COLUMN sealed text;
ALTER TABLE kept.people ADD COLUMN name_index bytea;
CREATE INDEX people_name_index ON kept.people (name_index)
"""


def upgrade() -> None:
    for statement in STEPS.split(";"):
        op.execute(statement)


def downgrade() -> None:
    op.execute(REFUSED)
    op.execute("ALTER TABLE kept.people DROP COLUMN sealed, DROP COLUMN name_index, ALTER COLUMN name SET NOT NULL")
    op.execute("DROP TABLE kept.person_keys, view.forgotten")


REFUSED = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM kept.person_keys) THEN
        RAISE EXCEPTION 'names that are sealed cannot be unsealed without their keys: restore a backup instead';
    END IF;
END $$
"""
