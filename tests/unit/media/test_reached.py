"""What senders and browsers are told about where we are."""

from pathlib import Path

import psutil
import pytest

from libs.service.cannotstart import CannotStart
from services.media.config import MixerSettings
from services.media.reached import chosen

EVERYWHERE = "0.0.0.0"  # noqa: S104  # what is tested


def test_one_address_is_told_as_it_is() -> None:
    assert MixerSettings(bind="127.0.0.1", house_assets=Path()).announced == "127.0.0.1"
    assert MixerSettings(bind="mixer.example", house_assets=Path()).announced == "mixer.example"


def test_what_was_set_is_told_whatever_we_listen_on() -> None:
    assert MixerSettings(bind=EVERYWHERE, rtp_host="192.0.2.7", house_assets=Path()).announced == "192.0.2.7"


@pytest.mark.parametrize(("every", "loopback"), [(EVERYWHERE, "127.0.0.1"), ("::", "::1")])
def test_whoever_listens_everywhere_tells_an_address_of_this_machine(every: str, loopback: str) -> None:
    own = {each.address.partition("%")[0] for some in psutil.net_if_addrs().values() for each in some}
    assert MixerSettings(bind=every, house_assets=Path()).announced in own | {loopback}


def test_the_way_to_others_decides() -> None:
    assert chosen(EVERYWHERE, "192.0.2.7", ["198.51.100.1", "192.0.2.7"]) == "192.0.2.7"


def test_without_a_way_the_only_address_is_it_and_without_any_loopback() -> None:
    assert chosen(EVERYWHERE, None, ["192.0.2.7"]) == "192.0.2.7"
    assert chosen(EVERYWHERE, None, []) == "127.0.0.1"
    assert chosen("::", None, []) == "::1"


def test_several_addresses_and_no_way_are_refused_with_what_to_do() -> None:
    with pytest.raises(CannotStart, match="set RTP_HOST to the one that they reach"):
        chosen(EVERYWHERE, None, ["192.0.2.7", "198.51.100.1"])
