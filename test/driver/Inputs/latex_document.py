"""latex_document.py GRADUS DIRECTORY...: the derivatives of all models there, as LaTeX, in
one document that pdflatex has to compile."""
import glob
import os
import subprocess
import sys
import tempfile

gradus, directories = sys.argv[1], sys.argv[2:]
formulas = []
for directory in directories:
    for path in sorted(glob.glob(os.path.join(directory, "**", "*.opt"), recursive=True)):
        done = subprocess.run([gradus, "diff", path, "--format", "latex"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        if done.returncode == 0:
            formulas += [line for line in done.stdout.splitlines() if line.strip()]
print(f"{len(formulas)} formulas")
with tempfile.TemporaryDirectory() as scratch:
    with open(os.path.join(scratch, "all.tex"), "w") as f:
        f.write("\\documentclass{article}\n\\usepackage{amsmath}\n\\begin{document}\n")
        f.writelines(f"\\[ {formula} \\]\n" for formula in formulas)
        f.write("\\end{document}\n")
    done = subprocess.run(["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "all.tex"],
                          cwd=scratch, stdout=subprocess.PIPE, text=True, errors="replace",
                          env={**os.environ, "HOME": scratch})
    if done.returncode != 0:
        at = done.stdout.find("\n!")
        sys.exit("pdflatex fails:" + done.stdout[at:at + 1500])
    if not os.path.getsize(os.path.join(scratch, "all.pdf")):
        sys.exit("no document")
