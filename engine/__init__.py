"""The engine of Albumen: CLIP, CoOp, the photo library. It never imports Qt, and importing the package loads nothing heavy."""
