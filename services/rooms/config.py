"""Settings of the rooms service."""

from libs.service.origins import IdentitySettings


class RoomsSettings(IdentitySettings, frozen=True, kw_only=True):
    """`house_programme` on: there is always one live room, unless its programme was switched off."""

    house_programme: bool = True
