"""What a person did and can take back; and keeping the library in step with the disk.

Does not know: a widget.
"""
