"""What is settled about personal data when the service starts."""

from sqlalchemy.ext.asyncio import AsyncEngine

from libs.service.database import raw
from libs.service.forgetting_kept import erase_again
from libs.service.forgotten import Forgotten
from libs.service.person_keys_kept import PersonKeys
from services.rooms.adapters.people import PostgresPeople


class Personal:
    """In two steps: what is kept, before anybody may read it; who was forgotten, once the log is followed."""

    def __init__(self, engine: AsyncEngine, keys: PersonKeys, people: PostgresPeople, forgotten: Forgotten) -> None:
        self._engine = engine
        self._keys = keys
        self._people = people
        self._forgotten = forgotten

    async def settle(self) -> None:
        """The key fits, nobody came back, no name is in plain. Raises BadSealingKey."""
        await self._keys.check()
        async with raw(self._engine) as connection:
            await erase_again(connection)
        await self._people.seal_old()

    async def know(self) -> None:
        """Whose credentials count no more, from before this start."""
        self._forgotten.know(await self._keys.forgotten())
