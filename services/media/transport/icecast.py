"""What broadcast encoders say to an Icecast server, read as bytes: `PUT` (Icecast 2.4) and `SOURCE` (before), the title
calls `GET /admin/metadata`, Basic authentication. Pure, and the only fault it raises is Refused.
"""

import re
from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from urllib.parse import unquote_to_bytes

import msgspec

LONGEST_HEAD = 8_192
MOST_HEADERS = 64
LONGEST_TITLE = 400
"""Characters of a title that are kept."""

REQUEST = re.compile(rb"([A-Z]{1,16}) (\S{1,2048}) (HTTP|ICE)/1\.[01]")
HEADER = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}):[ \t]*(.*)")
END = re.compile(rb"\r?\n\r?\n")
LENGTH = re.compile(r"[0-9]{1,15}")
CHARSET = re.compile(
    r"(?i)utf-?8|us-ascii|latin-?1|iso-?8859-?\d{1,2}|(windows-?|cp)125\d|koi8-[ru]|shift_?jis|euc-?(jp|kr)"
)

CODECS: Mapping[str, str] = {
    "audio/mpeg": "mp3",
    "audio/mp3": "mp3",
    "audio/x-mpeg": "mp3",
    "audio/aac": "aac",
    "audio/aacp": "aac",
    "audio/x-aac": "aac",
    "application/ogg": "ogg",
    "application/x-ogg": "ogg",
    "audio/ogg": "ogg",
    "audio/x-ogg": "ogg",
    "audio/opus": "ogg",
}
"""What we take, by what encoders call it."""

REASONS: Mapping[int, str] = {
    100: "Continue",
    200: "OK",
    400: "Bad Request",
    401: "Authentication Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    415: "Unsupported Media Type",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    501: "Not Implemented",
    503: "Service Unavailable",
}


class Refused(Exception):
    """A request that is not taken; `status` is HTTP's, the message one sentence for the person at the encoder."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """An encoder wants to send. `mount` is the last part of the path, `codec` a value of CODECS. `chunked` and `length`
    say how the body is framed: neither, and it lasts as long as the connection.
    """

    mount: str
    key: str
    codec: str
    old: bool = False
    expects: bool = False
    chunked: bool = False
    length: int | None = None
    agent: str = ""
    relayed: bool = False


class Title(msgspec.Struct, frozen=True, kw_only=True):
    """An encoder says what plays now."""

    mount: str
    key: str
    title: str
    artist: str = ""
    relayed: bool = False


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A client that only asks what this server can do: libshout does before it sends."""


Asked = Source | Title | Look


def head(data: bytes | bytearray) -> tuple[Asked, int] | None:
    """The request at the beginning of `data`, and how many bytes it takes; None while it is not whole. Raises Refused,
    at the latest after LONGEST_HEAD bytes.
    """
    found = END.search(data, 0, LONGEST_HEAD)
    if found is None:
        if len(data) >= LONGEST_HEAD:
            raise Refused(431, "the request's headers are longer than 8 KiB")
        return None
    first, *lines = bytes(data[: found.start()]).split(b"\n")
    request = REQUEST.fullmatch(first.rstrip(b"\r"))
    if request is None:
        raise Refused(400, "this is no request of an encoder")
    method, target = request[1].decode(), request[2]
    path, _, query = target.partition(b"?")
    return _asked(method, path, query, _headers(lines)), found.end()


def answer(status: int, message: str = "", *, version: str = "1.0", end: bool = True) -> bytes:
    """What an encoder is told: for 401 with a realm, so that it asks its person for the password. Without `end` the
    connection goes on.
    """
    lines = [f"HTTP/{version} {status} {REASONS[status]}"]
    if status == 100:
        return f"{lines[0]}\r\n\r\n".encode()
    lines.append("Server: Parlor")
    if status == 401:
        lines.append('WWW-Authenticate: Basic realm="Parlor", charset="UTF-8"')
    if status in (200, 405):
        lines.append("Allow: GET, OPTIONS, PUT, SOURCE")
    if not end:
        return "\r\n".join([*lines, "", ""]).encode()
    body = message.encode()
    kind = "text/xml" if message.startswith("<?xml") else "text/plain"
    lines += [f"Content-Type: {kind}; charset=utf-8", f"Content-Length: {len(body)}", "Connection: close"]
    return "\r\n".join([*lines, "", ""]).encode() + body


RELAYED = b"Parlor-Relayed: 1\r\n"
"""In a request that another mixer hands on: it is not handed on again."""

TITLE_TAKEN = (
    '<?xml version="1.0"?>\n'
    "<iceresponse><message>Metadata update successful</message><return>1</return></iceresponse>\n"
)
"""Icecast's own words, which some encoders look for."""


def named(song: str) -> tuple[str, str]:
    """Title and artist of "Artist - Title"; without a dash all of it is the title."""
    artist, dash, title = song.partition(" - ")
    return (title.strip(), artist.strip()) if dash and title.strip() and artist.strip() else (song.strip(), "")


def printable(text: str) -> str:
    """Words of a stranger on one line: no control characters, no further than LONGEST_TITLE."""
    return " ".join("".join(char if char.isprintable() else " " for char in text[: 4 * LONGEST_TITLE]).split())[
        :LONGEST_TITLE
    ]


def _asked(method: str, path: bytes, query: bytes, headers: Mapping[str, str]) -> Asked:
    if method == "OPTIONS":
        return Look()
    if method in ("PUT", "SOURCE"):
        return _source(method, path, headers)
    if method == "GET" and path == b"/admin/metadata":
        return _title(query, headers)
    if method in ("GET", "HEAD"):
        if path.startswith(b"/admin/!"):
            return Look()
        raise Refused(404, "this port takes encoders; listeners go to the page")
    raise Refused(405, f"{method} is not what encoders do here: PUT or SOURCE")


def _source(method: str, path: bytes, headers: Mapping[str, str]) -> Source:
    codec = CODECS.get(headers.get("content-type", "audio/mpeg").partition(";")[0].strip().lower())
    key = _key(headers)
    if codec is None:
        kinds = "audio/mpeg, audio/aac and audio/ogg (Opus, Vorbis, FLAC)"
        raise Refused(415, f"what is sent must be {kinds}")
    coding = headers.get("transfer-encoding", "identity").lower()
    if coding not in ("identity", "chunked"):
        raise Refused(501, "the transfer coding must be chunked, or none")
    length = headers.get("content-length")
    if length is not None and LENGTH.fullmatch(length) is None:
        raise Refused(400, "the content length is no number")
    return Source(
        mount=_mount(_text(path, "utf-8")),
        key=key,
        codec=codec,
        old=method == "SOURCE",
        expects="100-continue" in headers.get("expect", "").lower(),
        chunked=coding == "chunked",
        length=int(length) if length is not None and coding != "chunked" and method == "PUT" else None,
        agent=printable(headers.get("user-agent", "")),
        relayed="parlor-relayed" in headers,
    )


def _title(query: bytes, headers: Mapping[str, str]) -> Title:
    given: dict[str, bytes] = {}
    for pair in query.split(b"&")[:32]:
        name, _, value = pair.partition(b"=")
        given[name.decode("latin-1").lower()] = value.replace(b"+", b" ")
    key = _key(headers)
    if given.get("mode") != b"updinfo":
        raise Refused(400, "mode must be updinfo")
    charset = given.get("charset", b"utf-8").decode("latin-1")
    song, title, artist = (printable(_text(given.get(name, b""), charset)) for name in ("song", "title", "artist"))
    if song and not (title or artist):
        title, artist = named(song)
    mount, relayed = _mount(_text(given.get("mount", b""), "utf-8")), "parlor-relayed" in headers
    return Title(mount=mount, key=key, title=title, artist=artist, relayed=relayed)


def _text(quoted: bytes, charset: str) -> str:
    """Percent-decoded, in the charset that was said if there is such a one; what is no UTF-8 is Latin-1, as of old."""
    raw = unquote_to_bytes(quoted)
    for each in (charset if CHARSET.fullmatch(charset) else "utf-8", "utf-8"):
        try:
            return raw.decode(each)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def _mount(path: str) -> str:
    parts = path.split("/")
    if len(parts) == 3 and parts[:2] == ["", "room"]:
        return parts[2]
    if len(parts) == 2 and parts[0] == "" and parts[1]:
        return parts[1]
    raise Refused(404, "the mount point is /<room> or /<programme>, as the page shows it with the key")


def _key(headers: Mapping[str, str]) -> str:
    scheme, _, coded = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        raise Refused(401, "the password of this encoder is a source key; the user is source")
    try:
        user_and_key = b64decode(coded.strip(), validate=True)
    except (NotBase64, ValueError):
        raise Refused(400, "the authorization is no Basic authorization") from None
    _, _, key = user_and_key.partition(b":")
    return key.decode("latin-1")


def _headers(lines: list[bytes]) -> dict[str, str]:
    if len(lines) > MOST_HEADERS:
        raise Refused(431, f"the request has more than {MOST_HEADERS} headers")
    headers: dict[str, str] = {}
    for line in lines:
        read = HEADER.fullmatch(line.rstrip(b"\r"))
        if read is None:
            raise Refused(400, "a header of the request is none")
        name = read[1].decode().lower()
        if name in headers and name in ("content-length", "transfer-encoding", "authorization"):
            raise Refused(400, f"the request says {name} twice")
        headers[name] = read[2].decode("latin-1").strip()
    return headers
