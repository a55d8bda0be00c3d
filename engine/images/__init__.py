"""Files to pixels.

Every format, colour, the camera's facts, other programs' keywords, and the sandbox they are read
in.

Knows: what Albumen can read and what one decode gives. Gives `decode_pool` (many files, in order,
whatever they contain) and the pure functions below it. Does not know: torch (but for the model's
input), a database, what a photo is about.
"""
