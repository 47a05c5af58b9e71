"""What was received and what was on the programme, on the grid of media time: files for the archive, and the last two
minutes for evidence. Nothing here is on the packet path; a thread of its own writes.
"""
