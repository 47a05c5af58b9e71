"""Every table, as SQLAlchemy sees it. `view` can be rebuilt from the log at any time, `kept` can't.

The migrations (libs/service/migrations) make these tables; a test holds both to the same shape. Names of people are in
`kept.people` and nowhere else, sealed with the keys in `kept.person_keys`; of credentials only hashes are here. A key
that is gone is `forgotten`. `view.checkpoints` is how far each projection is, `view.parked` what it could not take in.
"""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

NOW = text("now()")
MOMENT = DateTime(timezone=True)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("name", Text, primary_key=True),
    Column("stream", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("parked", Integer, nullable=False, server_default=text("0")),
    schema="view",
)

parked = Table(
    "parked",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("stream", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("scope", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", MOMENT, nullable=False, server_default=NOW),
    Column("line", LargeBinary, nullable=False),
    Column("told", Boolean, nullable=False, server_default=text("false")),
    Index("parked_scope", "projection", "scope", "position"),
    schema="view",
)

archive = Table(
    "archive",
    metadata,
    Column("stream", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True),
    Column("id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("line", Text, nullable=False),
    Index("archive_scope", "scope", "stream", "position"),
    schema="view",
)

rooms = Table(
    "rooms",
    metadata,
    Column("room", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("aliases", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("programme", Text),
    Column("automation", Text),
    Column("language", Text, nullable=False, server_default=text("'en-US'")),
    Column("opened", MOMENT, nullable=False),
    Column("live", MOMENT),
    Column("ended", MOMENT),
    Column("stage", JSONB, nullable=False, server_default=text("'[]'")),
    Column("audience", Integer, nullable=False, server_default=text("0")),
    Column("streams", JSONB, nullable=False, server_default=text("'[]'")),
    Column("revision", Integer, nullable=False),
    Index("rooms_not_ended", "status", postgresql_where=text("status <> 'ended'")),
    schema="view",
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("person", Text, primary_key=True),
    Column("since", MOMENT, nullable=False),
    schema="view",
)

people = Table(
    "people",
    metadata,
    Column("person", Text, primary_key=True),
    Column("name", Text),
    Column("sealed", Text),
    Column("name_index", LargeBinary),
    Column("since", MOMENT, nullable=False, server_default=NOW),
    Index("people_name_index", "name_index"),
    schema="kept",
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("person", Text, primary_key=True),
    Column("wrapped", LargeBinary),
    Column("made", MOMENT, nullable=False, server_default=NOW),
    Column("forgotten", MOMENT),
    schema="kept",
)

answers = Table(
    "answers",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("status", SmallInteger, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("expires", MOMENT, nullable=False),
    Index("answers_expires", "expires"),
    schema="kept",
)

oauth_clients = Table(
    "oauth_clients",
    metadata,
    Column("client", Text, primary_key=True),
    Column("secret_hash", LargeBinary),
    Column("name", Text, nullable=False),
    Column("redirect_uris", ARRAY(Text), nullable=False),
    schema="kept",
)

oauth_codes = Table(
    "oauth_codes",
    metadata,
    Column("code_hash", LargeBinary, primary_key=True),
    Column("client", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("redirect_uri", Text, nullable=False),
    Column("challenge", Text),
    Column("scope", Text, nullable=False, server_default=text("''")),
    Column("expires", MOMENT, nullable=False),
    Column("nonce", Text),
    schema="kept",
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("family", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("scope", Text, nullable=False, server_default=text("''")),
    Column("expires", MOMENT, nullable=False),
    Column("used", MOMENT),
    Index("refresh_tokens_family", "family"),
    schema="kept",
)

source_keys = Table(
    "source_keys",
    metadata,
    Column("key_hash", LargeBinary, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("person", Text, nullable=False),
    Column("programme", Text),
    Column("name", Text, nullable=False),
    Column("made", MOMENT, nullable=False, server_default=NOW),
    Column("revoked", MOMENT),
    Column("room", Text),
    Index("source_keys_person", "person"),
    schema="kept",
)
