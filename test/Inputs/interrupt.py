"""interrupt.py COMMAND...: sends SIGINT to a command that runs too long.

Prints its exit code and what it wrote to stdout.
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

process = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE)


def seconds():
    """CPU time the command has used: on a busy machine it may not have begun yet."""
    fields = pathlib.Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


deadline = time.monotonic() + 60
while process.poll() is None and seconds() < 0.6 and time.monotonic() < deadline:
    time.sleep(0.05)
process.send_signal(signal.SIGINT)
out, _ = process.communicate(timeout=60)
print("exit code", process.returncode)
sys.stdout.flush()
sys.stdout.buffer.write(out)
