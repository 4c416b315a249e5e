"""split.py FILE DIRECTORY: writes the parts of a test, each after a line `#--- name`."""
import os
import sys

out = None
for line in open(sys.argv[1]):
    if line.startswith("#--- "):
        out = open(os.path.join(sys.argv[2], line[5:].strip()), "w")
    elif out:
        out.write(line)
