"""From the programme to the listeners' ears: encoders, segments, the stream AIR, and the edge that serves it."""
