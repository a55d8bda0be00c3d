"""What is on the disk: a scan against what is known, and noticing that something changed.

Knows: folders, links, moves, drives that go away. Gives `scan` and `watch`. Does not know: the
database, a picture's contents.
"""
