"""What a page tells a person for each slug: one plain sentence that says what to do instead."""

PAGE: dict[str, str] = {
    "not-signed-in": "Sign in first; listening needs no account, speaking does.",
    "not-the-host": "Only the host of this room can do that.",
    "not-running-the-stage": "Only the host and the co-hosts can do that.",
    "not-invited": "Ask the host to invite you onto the stage first.",
    "not-the-owner": "Only the owner of this programme can do that.",
    "not-yourself": "Only they can do that themselves.",
    "room-unknown": "There is no such room; the list shows what is live now.",
    "programme-unknown": "There is no such programme.",
    "room-taken": "That room exists already with another title or host.",
    "room-ended": "This room has ended; the list shows what is live now.",
    "not-on-stage": "They are not on the stage; admit them first.",
    "stage-full": "All seats on the stage are taken; somebody has to leave first.",
    "host-seat-taken": "A room has one host; make them a co-host instead.",
    "host-must-stay": "The host cannot leave a room; end it instead.",
    "programme-taken": "That programme exists already with another title or owner.",
    "title-unusable": "Give it a title of 1 to 80 characters that can be read aloud.",
    "aliases-unusable": "Give at most ten further names, each of 1 to 80 characters that can be read aloud.",
    "contended": "Others changed this at the same moment; please try again.",
    "revision-mismatch": "This has changed since you looked; look again, then decide.",
    "not-yet-caught-up": "Your last change is still on its way; please try again in a second.",
}
