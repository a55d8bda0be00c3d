"""The engine of Albumen: CLIP, CoOp, the photo library. It never imports Qt, and importing the
package loads nothing heavy."""

import os

# Two spinning OpenMP threads collapse when another program takes a core, which is the normal state
# of a desktop. OpenMP reads this when torch is imported: whoever imports torch through the engine,
# the window too, has passed here before.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

__version__ = "0.1.0"
