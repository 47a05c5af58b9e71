"""Which mixer mixes which room: leases, beats, epochs (docs/adr, "One owner for each room").

lease.py      what is written down about a room's owner
peers.py      who is alive, as far as this mixer can hear; pure
tenancy.py    what this mixer holds and what it should do next; pure, `now` is an argument
places.py     at which sample a new owner goes on; pure
demand.py     which rooms should be on air; pure
keeper.py     carries out what tenancy.py decides
switchboard.py   brings each command to the room's owner
"""
