"""The window's languages as files, and how they are kept in step with the code.

`python -m desktop_app.translations` is the one command: it puts every sentence of the window and of
the engine into the .ts files, to be translated in Qt Linguist or an editor, and makes the .qm files
that the window loads. Run it after a sentence changed, translate, and run it again; for a new
language, run it with the name of its file (`albumen_de`), and add it to `parts.language`.
"""
