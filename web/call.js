// One WebRTC session by WHIP (RFC 9725) or WHEP that comes back by itself. A new one under the same name takes the place
// of the one before at the mixer. What went before is let go of only when the new one is there: whoever hangs up earlier
// tells the mixer that the source is gone, and sound has a gap.
const RETRY_MS = [250, 500, 1000, 2000, 4000];
const ANSWERED_MS = 6000; // the front door waits 5 s for a mixer
const CONNECTED_MS = 6000;
const RECOVERED_MS = 1500; // a link that is only slow comes back within that
const OURS_MS = 1500; // no mixer is given up within that: what answered since has the room
const FINAL = [400, 401, 403, 404, 410, 422]; // asking again would be answered the same
const FINAL_CODE = "no-noise-suppression-in-a-concert"; // and so would this one of 409, which else may pass

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Call {
  // `prepare` fills a new RTCPeerConnection, `changed` is told "connecting", "connected", "lost", or "refused" with why.
  constructor(url, { prepare, changed }) {
    Object.assign(this, { asking: false, answered: -Infinity, ssrcs: new Set() });
    Object.assign(this, { url, prepare, changed, number: 0, peer: null, session: null, before: [] });
  }

  get wanted() {
    return this.number > 0;
  }

  // Begin, or begin anew because something around us has changed.
  async connect() {
    const number = (this.number = ++Call.numbers);
    for (let failed = 0; number === this.number; failed++) {
      this.changed("connecting");
      if (await this.attempt(number)) return;
      await pause(RETRY_MS[Math.min(failed, RETRY_MS.length - 1)]);
    }
  }

  // When a mixer begins with the room: is it another one than we are with, or are asking?
  get left() {
    return this.wanted && !this.asking && performance.now() - this.answered > OURS_MS;
  }

  // It is over; the mixer is told, also by a page that goes away.
  end() {
    this.number = 0;
    this.letGo();
    const { peer, session } = this;
    this.peer = this.session = null;
    hangUp(session).finally(() => peer?.close());
  }

  // True when there is nothing more to try.
  async attempt(number) {
    const peer = new RTCPeerConnection({ iceServers: [] });
    this.before.push(peer);
    try {
      this.prepare(peer);
      await peer.setLocalDescription(await peer.createOffer());
      for (const [, ssrc] of peer.localDescription.sdp.matchAll(/^a=ssrc:(\d+)/gm)) this.ssrcs.add(Number(ssrc));
      const answered = await this.ask(peer.localDescription.sdp);
      const session = answered.headers.get("Location");
      if (!this.wanted) return hangUp(session).then(() => true);
      if (answered.status !== 201) return this.refused(number, answered);
      this.answered = performance.now();
      await peer.setRemoteDescription({ type: "answer", sdp: await answered.text() });
      await connected(peer);
      if (number === this.number) this.take(peer, session);
      return true;
    } catch {
      return false;
    }
  }

  async ask(body) {
    const headers = { "Content-Type": "application/sdp" };
    this.asking = true;
    try {
      return await fetch(this.url, { method: "POST", headers, body, signal: AbortSignal.timeout(ANSWERED_MS) });
    } finally {
      this.asking = false;
    }
  }

  take(peer, session) {
    this.before = this.before.filter((each) => each !== peer);
    this.letGo();
    this.peer?.close();
    this.peer = peer;
    this.session = session;
    this.changed("connected");
    peer.addEventListener("connectionstatechange", async () => {
      if (peer.connectionState === "disconnected") await pause(RECOVERED_MS);
      if (peer !== this.peer || peer.connectionState === "connected" || peer.connectionState === "connecting") return;
      this.changed("lost");
      this.connect();
    });
  }

  async refused(number, answered) {
    if (number !== this.number) return true;
    const problem = await answered.json().catch(() => ({}));
    if (!FINAL.includes(answered.status) && problem.code !== FINAL_CODE) return false;
    this.end();
    this.changed("refused", { status: answered.status, code: problem.code, detail: problem.detail });
    return true;
  }

  letGo() {
    for (const peer of this.before) peer.close();
    this.before = [];
  }
}
Call.numbers = 0;

async function hangUp(session) {
  if (session) await fetch(session, { method: "DELETE", keepalive: true }).catch(() => {});
}

// Resolves once media may flow; rejects when that does not come.
function connected(peer) {
  return new Promise((done, fail) => {
    const late = setTimeout(() => fail(new Error("late")), CONNECTED_MS);
    const look = () => {
      if (peer.connectionState === "connected") done();
      else if (["failed", "closed"].includes(peer.connectionState)) fail(new Error(peer.connectionState));
      else return;
      clearTimeout(late);
      peer.removeEventListener("connectionstatechange", look);
    };
    peer.addEventListener("connectionstatechange", look);
    look();
  });
}
