// The page: what is on air, and one room. Plain modules, no build step; every text goes in as text, never as markup.
import { showRoom } from "/web/room.js";
import { showList } from "/web/list.js";

const room = location.pathname.match(/^\/room\/([a-z0-9]{10,32})$/);
if (room) showRoom(room[1]);
else showList();
