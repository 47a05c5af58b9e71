"""Writers go on while servers are killed, paused and cut off: the log stays correct."""
