"""The only door between the window and the engine: `EngineLink` in the GUI thread, `EngineWorker`
in the engine's.

Does not know: a widget, or what any verb does.
"""
