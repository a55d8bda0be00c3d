"""Small pieces that every region of the window is built of.

Theme, chips, rows, thumbnails, whole pictures, words.

Does not know: a region, a page, or what follows an act.
"""
