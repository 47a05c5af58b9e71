"""Views and what is kept, as of the first release."""

from alembic import op

revision = "0001"
down_revision = None

VIEW = """
CREATE TABLE view.checkpoints (
    name text PRIMARY KEY,
    stream text NOT NULL,
    position bigint NOT NULL
);
CREATE TABLE view.archive (
    stream text NOT NULL,
    position bigint NOT NULL,
    id text NOT NULL,
    type text NOT NULL,
    scope text NOT NULL,
    subject text NOT NULL,
    revision integer NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (stream, position)
);
CREATE INDEX archive_scope ON view.archive (scope, stream, position);
CREATE TABLE view.rooms (
    room text PRIMARY KEY,
    title text NOT NULL,
    aliases text[] NOT NULL DEFAULT '{}',
    kind text NOT NULL,
    status text NOT NULL,
    host text NOT NULL,
    programme text,
    automation text,
    language text NOT NULL DEFAULT 'en-US',
    opened timestamptz NOT NULL,
    live timestamptz,
    ended timestamptz,
    stage jsonb NOT NULL DEFAULT '[]',
    audience integer NOT NULL DEFAULT 0,
    streams jsonb NOT NULL DEFAULT '[]',
    revision integer NOT NULL
);
CREATE INDEX rooms_not_ended ON view.rooms (status) WHERE status <> 'ended';
"""

KEPT = """
CREATE TABLE kept.people (
    person text PRIMARY KEY,
    name text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE kept.answers (
    key text PRIMARY KEY,
    fingerprint text NOT NULL,
    status smallint NOT NULL,
    answer bytea NOT NULL,
    expires timestamptz NOT NULL
);
CREATE INDEX answers_expires ON kept.answers (expires);
CREATE TABLE kept.oauth_clients (
    client text PRIMARY KEY,
    secret_hash bytea,
    name text NOT NULL,
    redirect_uris text[] NOT NULL
);
CREATE TABLE kept.oauth_codes (
    code_hash bytea PRIMARY KEY,
    client text NOT NULL,
    person text NOT NULL,
    redirect_uri text NOT NULL,
    challenge text,
    scope text NOT NULL DEFAULT '',
    expires timestamptz NOT NULL
);
CREATE TABLE kept.refresh_tokens (
    token_hash bytea PRIMARY KEY,
    family text NOT NULL,
    client text NOT NULL,
    person text NOT NULL,
    scope text NOT NULL DEFAULT '',
    expires timestamptz NOT NULL,
    used timestamptz
);
CREATE INDEX refresh_tokens_family ON kept.refresh_tokens (family);
CREATE TABLE kept.source_keys (
    key_hash bytea PRIMARY KEY,
    id text NOT NULL UNIQUE,
    person text NOT NULL,
    programme text NOT NULL,
    name text NOT NULL,
    made timestamptz NOT NULL DEFAULT now(),
    revoked timestamptz
);
"""


def upgrade() -> None:
    for statement in (VIEW + KEPT).split(";"):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("`kept` is not thrown away; restore a backup instead")
