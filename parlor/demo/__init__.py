"""`parlor demo`: the main job without hands, and the proof that what came out is what should have."""
