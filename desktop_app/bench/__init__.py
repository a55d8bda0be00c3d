"""Measuring the window.

`python -m desktop_app.bench.grid` (frames, start) and `python -m desktop_app.bench.stall`.

They stand here and not in `engine.bench`, because the engine never imports Qt.
"""
