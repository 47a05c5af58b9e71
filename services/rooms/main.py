"""Builds the rooms service: rules over the log, a listing in PostgreSQL, HTTP, NATS, event streams, the house."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial

import msgspec
from fastapi import APIRouter

from libs.events.jetstream.parking import JetStreamParking
from libs.events.jetstream.snapshots import JetStreamSnapshots
from libs.events.log import EventLog
from libs.events.projection.archive import Archive
from libs.events.projection.projector import Projector
from libs.service import database as databases
from libs.service.answers_kept import KeptAnswers
from libs.service.broker import Broker
from libs.service.caughtup import CaughtUp
from libs.service.commands import Desk
from libs.service.database import AsyncEngine
from libs.service.forgotten import Forgotten
from libs.service.http_identity import sign_in_router
from libs.service.http_oauth import oauth_router
from libs.service.identity import Issuer, Keys, Verifier
from libs.service.mediaclock import MediaClock
from libs.service.oauth import AuthorizationServer
from libs.service.oauth_clients import read_clients
from libs.service.oauth_kept import KeptGrants
from libs.service.person_keys_kept import PersonKeys
from libs.service.projection_gauges import Gauges
from libs.service.sealing import MasterKey
from libs.service.traced_view import TracedView
from services.rooms import api, api_events, api_hands, api_log, api_page, api_programmes, api_source_keys
from services.rooms.adapters.listing import PostgresListing, RoomsView
from services.rooms.adapters.people import PostgresPeople
from services.rooms.adapters.personal import Personal
from services.rooms.adapters.source_keys import PostgresSourceKeys
from services.rooms.api_border import Border
from services.rooms.api_events import Streams
from services.rooms.api_log import Exports
from services.rooms.config import RoomsSettings
from services.rooms.doors import SERVICE, Doors
from services.rooms.handle import Handlers
from services.rooms.hands import RaisedHands
from services.rooms.house import House, settling
from services.rooms.hub import Hub
from services.rooms.reading import Reading
from services.rooms.source_keys import SourceKeys


def build(config: RoomsSettings, broker: Broker, log: EventLog, database: AsyncEngine) -> "RoomsPart":
    """The rooms service as a part; nothing runs before `start`."""
    keys = Keys.read(config.signing_key_file)
    issuer, forgotten = Issuer(keys, config.public_url), Forgotten()
    verifier = Verifier(keys, config.public_url, forgotten=forgotten)
    master = MasterKey.read(config.sealing_key_file)
    words = PersonKeys(database, master)
    grants, clients = KeptGrants(database), read_clients(config.oauth_clients_file)
    clock, fold = MediaClock(), CaughtUp()
    handlers = Handlers(log, clock, JetStreamSnapshots(broker.client, SERVICE))
    parking = JetStreamParking(broker.client)
    projector = Projector(database, log, TracedView(SERVICE, RoomsView()), parking, fold.reached)
    archive = Projector(database, log, TracedView(SERVICE, Archive()), parking)
    people = PostgresPeople(database, master, words, handlers.register)
    reading = Reading(PostgresListing(database, lambda: projector.position, people.names), handlers.rooms, fold)
    house = House(handlers, people.name, on=config.house_programme)
    commands = settling(house, handlers.by_name())
    desk, hub = Desk(commands, KeptAnswers(database), fold), Hub(log, forgotten)
    border, source_keys = Border(desk, verifier), SourceKeys(handlers.rooms, PostgresSourceKeys(database), broker.tell)
    return RoomsPart(
        Made(
            routers=(
                api.routes(border, reading),
                api_hands.routes(border, RaisedHands(handlers.rooms, words, people.names)),
                api_events.routes(border, Streams(log, hub, forgotten), log),
                api_log.routes(border, Exports(log)),
                api_programmes.routes(border),
                api_source_keys.routes(border, source_keys),
                sign_in_router(people, issuer, verifier, config),
                oauth_router(AuthorizationServer(grants, issuer), people, issuer, verifier, config),
                api_page.routes(),
            ),
            commands=tuple(commands),
            doors=Doors(broker, desk, reading, clock, source_keys),
            archive=archive,
            projector=projector,
            parking=parking,
            gauges=Gauges(log, (archive, projector)),
            hub=hub,
            house=house,
            database=database,
            register=partial(grants.register, clients),
            personal=Personal(database, words, people, forgotten),
        )
    )


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was built."""

    routers: tuple[APIRouter, ...]
    commands: tuple[str, ...]
    doors: Doors
    archive: Projector
    projector: Projector
    parking: JetStreamParking
    gauges: Gauges
    hub: Hub
    house: House
    database: AsyncEngine
    register: Callable[[], Awaitable[None]]
    personal: Personal


class RoomsPart:
    """As libs.service.part.Part."""

    name = SERVICE

    def __init__(self, made: Made) -> None:
        self._made = made
        self.routers: Sequence[APIRouter] = made.routers

    async def start(self) -> None:
        """What is kept, views and streams first, then the house, then the doors."""
        made = self._made
        await made.personal.settle()
        await made.register()
        await made.parking.make()
        await made.archive.start()
        await made.projector.start()
        made.gauges.start()
        await made.hub.start()
        await made.personal.know()
        await made.doors.hear_clocks()
        await made.house.settle()
        await made.doors.open(made.commands)

    async def unready(self) -> str | None:
        """The first thing that is missing."""
        made = self._made
        reasons = (made.doors.unready(), made.archive.unready(), made.projector.unready(), made.hub.unready())
        return next((reason for reason in reasons if reason), None) or await databases.unready(made.database)

    def degraded(self) -> str | None:
        """Facts that a view could not take in."""
        lacks = (self._made.archive.degraded(), self._made.projector.degraded())
        return "; ".join(lack for lack in lacks if lack) or None

    async def drain(self) -> None:
        """End the streams, stop the views. What commands are in hand is finished when the broker drains."""
        await self._made.hub.drain()
        await self._made.gauges.stop()
        await self._made.projector.stop()
        await self._made.archive.stop()
