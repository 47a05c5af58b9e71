"""A simulated Echo: signs as Alexa does, matches what is said, plays what it is told to, and reports what it did."""
