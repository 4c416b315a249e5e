"""exits.py CODE COMMAND...: runs a command, and succeeds if it exits with CODE.

What the command prints is passed on, stdout first, so that a test can check
both; a signal or another code is reported.
"""

import subprocess
import sys

wanted = int(sys.argv[1])
result = subprocess.run(sys.argv[2:], capture_output=True, timeout=120)
sys.stdout.buffer.write(result.stdout)
sys.stdout.buffer.write(result.stderr)
sys.stdout.flush()
if result.returncode != wanted:
    sys.exit("exits.py: exit code %d, not %d" % (result.returncode, wanted))
