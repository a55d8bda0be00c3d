"""Parts of the command line: how its answers look as text, and `classify`, which needs no library.

The commands themselves are in `engine.__main__`. Does not know: the window.
"""
