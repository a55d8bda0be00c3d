"""Photos on the screen: the model of a view, the grid that lays out a million of them, the
lightbox.

Does not know: what a person may do with labels, or where photos come from.
"""
