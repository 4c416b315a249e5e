"""peak.py SECONDS MEBIBYTES COMMAND...: runs a command that may use so much processor
time and resident memory."""
import resource
import subprocess
import sys

seconds, mebibytes = float(sys.argv[1]), float(sys.argv[2])
code = subprocess.run(sys.argv[3:]).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
time = used.ru_utime + used.ru_stime
memory = used.ru_maxrss / 1024
if time > seconds or memory > mebibytes:
    sys.exit(f"peak: {time:.2f} s of {seconds} s, {memory:.0f} MB of {mebibytes} MB")
sys.exit(code)
