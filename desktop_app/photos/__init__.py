"""Photos on the screen: the model of a view, the grid for a million of them, the lightbox.

Does not know: what a person may do with labels, or where photos come from.
"""
