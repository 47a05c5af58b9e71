"""Settings of the rooms service."""

from pathlib import Path

from libs.service.origins import IdentitySettings


class RoomsSettings(IdentitySettings, frozen=True, kw_only=True):
    """`house_programme` on: there is always one live room, unless its programme was switched off. `sealing_key_file`
    has the key behind the keys of names and of what listeners write; without it they are lost.
    """

    sealing_key_file: Path
    house_programme: bool = True
