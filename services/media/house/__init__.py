"""What the house programme plays when nobody speaks: recordings, and the score that they are made from."""
