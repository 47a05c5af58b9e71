"""The rules about the code itself, and for each a test that plants its fault and sees it found."""
