// A room as every page shows it: its card, its stage, and what happens, as it happens.
import { byId, fetched, made, nameOf, since } from "/web/page_parts.js";

const SEATS = { host: "host", cohost: "co-host", speaker: "speaker" };
const KEPT = 30; // lines of what happened
const AGAIN_MS = 2000;

// Words for facts; one without words is only shown by what it changes.
const SAID = {
  "rooms.went-live.v1": () => "The room is on air",
  "rooms.speaker-admitted.v1": (who) => `${who} came onto the stage`,
  "rooms.speaker-left-stage.v1": (who) => `${who} left the stage`,
  "rooms.speaker-muted.v1": (who) => `${who} is muted`,
  "rooms.speaker-unmuted.v1": (who) => `${who} is heard again`,
  "rooms.room-ended.v1": () => "The room has ended",
  "presence.speaker-joined.v1": (who) => `${who} is connected`,
  "presence.speaker-left.v1": (who) => `${who} has gone`,
  "media.speaking-started.v1": (who) => `${who} speaks`,
  "media.speaking-stopped.v1": () => "",
  "media.track-started.v1": (_, data) => `Now playing: ${data.title}${data.artist ? `, ${data.artist}` : ""}`,
  "media.mix-started.v1": () => "",
  "media.source-registered.v1": () => "",
};

export class Room {
  // `drawn` is called with the card whenever there is a newer one, `happened` with the type and the data of each fact.
  constructor(id, { drawn, happened }) {
    Object.assign(this, { id, drawn, happened, card: null, names: new Map(), speaking: new Set(), looking: null });
  }

  // Show it, and go on showing it. Throws what the first look throws.
  async open() {
    await this.look();
    this.follow(this.card.position);
  }

  async look() {
    this.card = await fetched(`/api/rooms/${this.id}`);
    this.drawStage();
    this.drawn(this.card);
  }

  drawStage() {
    for (const seat of this.card.stage) this.names.set(seat.person, nameOf(seat));
    byId("stage").replaceChildren(...this.card.stage.map((seat) => {
      const speaks = this.speaking.has(seat.person) && !seat.muted;
      const facts = [SEATS[seat.seat], seat.muted ? "muted" : speaks ? "speaking" : "", `since ${since(seat.since)}`];
      const about = made("small", { text: facts.filter(Boolean).join(" · ") });
      return made("li", speaks ? { class: "speaking" } : {}, made("b", { text: nameOf(seat) }), about);
    }));
  }

  // The browser goes on after the last fact that it saw; where it gives up, we do.
  follow(position) {
    const stream = new EventSource(`/api/rooms/${this.id}/events?after=${position}`);
    let last = position;
    for (const type of Object.keys(SAID)) {
      stream.addEventListener(type, (event) => {
        last = event.lastEventId || last;
        this.take(stream, type, JSON.parse(event.data));
      });
    }
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) setTimeout(() => this.follow(last), AGAIN_MS);
    });
  }

  async take(stream, type, { data, time }) {
    if (type === "media.speaking-started.v1") this.speaking.add(data.person);
    if (type === "media.speaking-stopped.v1") this.speaking.delete(data.person);
    if (type === "rooms.room-ended.v1") stream.close();
    this.happened(type, data);
    if (type.startsWith("rooms.")) await this.lookSoon();
    else this.drawStage();
    const text = SAID[type](this.names.get(data.person) ?? "Somebody", data);
    if (text) say(text, time);
  }

  // Several facts at once are one look, a moment after the first, when the listing has them too.
  lookSoon() {
    this.looking ??= new Promise((done) => setTimeout(async () => {
      this.looking = null;
      await this.look().catch(() => {}); // the next fact looks again
      done();
    }, 200));
    return this.looking;
  }
}

function say(text, time) {
  const log = byId("said");
  log.append(made("li", {}, made("time", { datetime: time, text: since(time) }), made("span", { text })));
  while (log.children.length > KEPT) log.firstElementChild.remove();
}

// What the title and the line below it say of a room.
export function titled(card, more = []) {
  document.title = `${card.title} · Parlor`;
  byId("title").textContent = card.title;
  const states = { open: "Not on air yet", live: `Live since ${since(card.live ?? card.opened)}`, ended: "This room has ended" };
  byId("facts").textContent = [states[card.status], `with ${nameOf(card.host)}`, ...more].join(" · ");
  byId("facts").classList.toggle("live", card.status === "live");
}
