"""One visible region or dialog of the window each.

Search bar, right and left panel, review, learning, settings.

A region does not know its neighbours: it says by a signal what a person wants.
"""
