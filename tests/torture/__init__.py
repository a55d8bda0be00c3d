"""Commands that try to break the program and print what they measured.

`python -m tests.torture NAME [options]`.

`files` hostile files · `storm` thousands of files and renames while running · `limits` no folder
may be watched · `unplug` a drive that comes and goes · `kill` kill -9 at random moments ·
`diskfull` no room left · `ioerrors` a dying disk · `originals` nothing of the above changed a
photo. A short form of each runs in the test suite (`tests/torture/test_torture.py`).
"""
