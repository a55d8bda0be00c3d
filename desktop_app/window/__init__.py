"""The whole window: which part stands where, and what follows an act.

Everything else of `desktop_app` is below this room; nothing imports it but `desktop_app.__main__`.
"""
