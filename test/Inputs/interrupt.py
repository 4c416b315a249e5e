"""interrupt.py COMMAND...: sends SIGINT to a command that runs too long.

Prints its exit code and what it wrote to stdout.
"""

import signal
import subprocess
import sys
import time

process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)
time.sleep(1.5)
process.send_signal(signal.SIGINT)
out, _ = process.communicate(timeout=60)
print("exit code", process.returncode)
sys.stdout.flush()
sys.stdout.buffer.write(out)
