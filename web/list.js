// What is on air now; looked up again every ten seconds while the page is seen.
import { byId, crowd, fetched, made, nameOf, notice, since } from "/web/page_parts.js";

const AGAIN_MS = 10_000;
let shown = "";

export async function showList() {
  await look();
  setInterval(() => document.hidden || look(), AGAIN_MS);
  document.addEventListener("visibilitychange", () => document.hidden || look());
}

async function look() {
  try {
    const { rooms } = await fetched("/api/rooms");
    draw(rooms);
    notice(rooms.length ? "" : "Nobody is on air at the moment. This page looks again by itself.");
  } catch {
    notice("The list cannot be reached at the moment; trying again in ten seconds.");
  }
}

function draw(rooms) {
  const now = JSON.stringify(rooms.map(({ position, ...card }) => card));
  if (now === shown) return; // redrawing would take the keyboard's focus away
  shown = now;
  const list = byId("rooms");
  const focused = document.activeElement?.getAttribute("href");
  list.replaceChildren(...rooms.map(card));
  list.hidden = !rooms.length;
  if (focused) list.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
}

function card(room) {
  const people = room.stage.map(nameOf).join(", ");
  return made("li", {}, made("a", { href: `/room/${room.room}` },
    made("strong", { class: "live", text: room.title }),
    made("span", { text: `${people} on the stage · live since ${since(room.live)} · ${crowd(room.listeners)}` })));
}
