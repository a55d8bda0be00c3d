"""The library as one deep class: everything that a person may ask for, as verbs.

Knows: the order of things (scan, decode, encode, store, tag, learn, tell). Gives `Library`
(`engine.library.library`) to the window, the command line and notebooks. Does not know: Qt,
argparse, SQL.
"""
