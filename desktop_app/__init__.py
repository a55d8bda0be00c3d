"""The window: a Qt frontend over the engine. Widgets talk to it only through `desktop_app.link`."""
