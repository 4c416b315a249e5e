#!/usr/bin/env python3
"""Writes UnicodeLetters.inc: the letters of Unicode with their scripts.

Source: the character database in Python's unicodedata. A letter is a character
of general category L. The first word of a character's name stands for its
script; the East Asian scripts count as one, since names mix them.
"""
import os
import unicodedata

NAMED = {"LATIN": 1, "GREEK": 2, "CYRILLIC": 3}
EAST_ASIAN = ["CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "HALFWIDTH", "IDEOGRAPHIC",
              "KATAKANA-HIRAGANA", "VERTICAL"]
# Letters that belong to no script: mathematical alphabets, letter-like symbols.
COMMON = ["MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER", "MICRO", "FEMININE",
          "MASCULINE", "MODIFIER", "PLANCK", "ALEF", "BET", "GIMEL", "DALET", "INFORMATION",
          "TURNED", "ROTATED", "OHM", "KELVIN", "ANGSTROM"]


def main():
    scripts = dict(NAMED)
    ranges = []
    for code in range(0x80, 0x110000):
        char = chr(code)
        if not unicodedata.category(char).startswith("L"):
            continue
        word = unicodedata.name(char, "CJK").split()[0]
        if word in COMMON:
            script = 0
        elif word in EAST_ASIAN:
            script = 4
        else:
            script = scripts.setdefault(word, len(scripts) + 2)
        if ranges and ranges[-1][1] == code - 1 and ranges[-1][2] == script:
            ranges[-1][1] = code
        else:
            ranges.append([code, code, script])
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "UnicodeLetters.inc")
    with open(path, "w", encoding="ascii") as out:
        out.write("// Letters outside ASCII: first, last, script. Unicode %s.\n" % unicodedata.unidata_version)
        out.write("// Written by unicode_letters.py.\n// clang-format off\n")
        line = ""
        for first, last, script in ranges:
            entry = "{0x%X,0x%X,%d}," % (first, last, script)
            if len(line) + len(entry) > 99:
                out.write(line + "\n")
                line = ""
            line += entry
        out.write(line + "\n")


main()
