"""What plays by itself: files decoded ahead of the tick, and a tone for when there are none."""
