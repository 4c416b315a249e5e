"""The manual page and the completions of `gradus`, from what its --help says.

    python3 manual.py GRADUS DIRECTORY   writes gradus.1, gradus.bash, _gradus
"""

import dataclasses
import pathlib
import re
import subprocess
import sys


@dataclasses.dataclass
class Help:
    """The help of the program or of one command, taken apart."""
    name: str
    summary: str
    usage: str
    entries: dict  # heading -> [(term, text)]
    footer: str


def ask(gradus, *arguments):
    return subprocess.run([gradus, *arguments], stdout=subprocess.PIPE, text=True,
                          check=True).stdout


def parse(name, text):
    head, _, rest = text.partition("Usage: ")
    usage, _, rest = rest.partition("\n")
    entries, heading, footer = {}, None, []
    lines = rest.split("\n")
    for at, line in enumerate(lines):
        if re.fullmatch(r"(Positionals|Options|Subcommands):", line):
            heading = line[:-1]
            entries[heading] = []
        elif line and not line.startswith("  ") or heading is None and line.strip():
            footer = lines[at:]
            break
        elif heading and line.strip():
            term, _, words = line.strip().partition("  ")
            if line.startswith("   ") and entries[heading]:
                # A term that fills its column has its text on the next line.
                last, before = entries[heading][-1]
                entries[heading][-1] = (last, (before + " " + line.strip()).strip())
            elif not words and " " in term and term.startswith("-"):
                match = re.match(r"(\S+ (?:'[^']*'|\S+(?: \.\.\.)?))\s*(.*)", term)
                entries[heading].append((match.group(1), match.group(2)))
            else:
                entries[heading].append((term, words.strip()))
    return Help(name, " ".join(head.split()), usage.strip(), entries, "\n".join(footer).strip())


def options(help):
    return [(flag, text) for term, text in help.entries.get("Options", [])
            for flag in re.findall(r"-{1,2}[a-z][a-z-]*", term.split(" ")[0])]


def takes_value(help, flag):
    for term, _ in help.entries.get("Options", []):
        words = term.split(" ")
        if flag in words[0].split(","):
            return words[1] if len(words) > 1 else ""
    return ""


def choices(value):
    value = value.split("=")[0]
    return value.split("|") if re.fullmatch(r"[\w|]+", value) and "|" in value else []


# --- the manual page -------------------------------------------------------------

def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line
                     for line in text.split("\n"))


def terms(entries):
    return "".join(f".TP\n.B {roff(term)}\n{roff(text)}\n" for term, text in entries)


def footer(text):
    out = []
    for block in re.split(r"\n\n", text):
        out.append(f".PP\n.nf\n{roff(block)}\n.fi\n")
    return "".join(out)


def manual(version, program, commands):
    page = [f'.TH GRADUS 1 "" "gradus {version}" "User Commands"\n',
            f".SH NAME\ngradus \\- {roff('compiler for optimization problems')}\n",
            ".SH SYNOPSIS\n"]
    for command in commands:
        page.append(f".B {roff(command.usage)}\n.br\n")
    page.append(f".SH DESCRIPTION\n{roff(program.summary)}\n")
    page.append(".SH COMMANDS\n" + terms(program.entries["Subcommands"]))
    page.append(".SH OPTIONS\n" + terms(program.entries["Options"]))
    for command in commands:
        page.append(f".SH GRADUS {roff(command.name.upper())}\n{roff(command.summary)}\n.PP\n"
                    f".B {roff(command.usage)}\n")
        for heading in ("Positionals", "Options", "Subcommands"):
            page.append(terms(command.entries.get(heading, [])))
        if command.footer:
            page.append(footer(command.footer))
    examples, _, codes = program.footer.partition("Exit codes: ")
    page.append(".SH EXIT STATUS\n" + roff(" ".join(codes.split())) + "\n")
    page.append(".SH EXAMPLES\n" + footer(examples.replace("Examples:\n", "").strip("\n")))
    page.append(".SH FILES\n.TP\n.B ~/.cache/gradus\nmachine code of models; see \n"
                ".BR \"gradus cache\" .\n")
    return "".join(page)


# --- completions ---------------------------------------------------------------------

BASH = """# Completion of gradus for bash.
_gradus() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W "%(commands)s" -- "$word"))
    return
  fi
  case $command:$before in
%(values)s
  esac
  if [ "${word:0:1}" = - ]; then
    case $command in
%(flags)s
    esac
    return
  fi
  case $command in
%(words)s
  *) COMPREPLY=($(compgen -f -X '!*.opt' -- "$word") $(compgen -d -- "$word")) ;;
  esac
}
complete -o filenames -F _gradus gradus
"""


def bash(program, commands):
    names = [term for term, _ in program.entries["Subcommands"]]
    values, flags, words = [], [], []
    for command in commands:
        for flag, _ in options(command):
            value = takes_value(command, flag)
            if choices(value):
                values.append(f"  {command.name}:{flag}) COMPREPLY=($(compgen -W "
                              f"\"{' '.join(choices(value))}\" -- \"$word\")); return ;;")
            elif re.fullmatch(r"OUT|DIR|FILE|NAME=FILE|POINT\|@FILE", value):
                values.append(f"  {command.name}:{flag}) COMPREPLY=($(compgen -f -- \"$word\"));"
                              " return ;;")
            elif value:
                values.append(f"  {command.name}:{flag}) return ;;")
        all_flags = " ".join(sorted({flag for flag, _ in options(command)}))
        flags.append(f"    {command.name}) COMPREPLY=($(compgen -W \"{all_flags}\" -- \"$word\")) ;;")
        inner = [term for term, _ in command.entries.get("Subcommands", [])]
        if inner:
            words.append(f"  {command.name}) COMPREPLY=($(compgen -W \"{' '.join(inner)}\" "
                         "-- \"$word\")) ;;")
    return BASH % {"commands": " ".join(names + ["--help", "--version"]),
                   "values": "\n".join(values), "flags": "\n".join(flags),
                   "words": "\n".join(words) or "  '') ;;"}


def quoted(text):
    return text.replace("'", "'\\''").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")


def zsh(program, commands):
    lines = ["#compdef gradus", "# Completion of gradus for zsh.", "_gradus() {",
             "  local context state line", "  local -a commands", "  commands=("]
    lines += [f"    '{term}:{quoted(text)}'" for term, text in program.entries["Subcommands"]]
    lines += ["  )", "  _arguments -C '1:command:->command' '*::argument:->argument'",
              "  case $state in", "  command) _describe command commands ;;", "  argument)",
              "    case $words[1] in"]
    for command in commands:
        specs = []
        for flag, text in options(command):
            value = takes_value(command, flag)
            spec = f"{flag}[{quoted(text)}]"
            if choices(value):
                spec += f":value:({' '.join(choices(value))})"
            elif value:
                spec += ":value:_files" if "FILE" in value or value in ("OUT", "DIR") else ":value:"
            specs.append(f"'*{spec}'")
        inner = [term for term, _ in command.entries.get("Subcommands", [])]
        specs.append(f"'*:word:({' '.join(inner)})'" if inner
                     else "'*:model:_files -g \"*.opt\"'")
        lines.append(f"    {command.name}) _arguments " + " \\\n      ".join(specs) + " ;;")
    lines += ["    esac ;;", "  esac", "}", '_gradus "$@"', ""]
    return "\n".join(lines)


def main():
    gradus, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    version = ask(gradus, "--version").split()[1]
    program = parse("gradus", ask(gradus, "--help"))
    commands = [parse(term, ask(gradus, term, "--help"))
                for term, _ in program.entries["Subcommands"]]
    directory.mkdir(parents=True, exist_ok=True)
    (directory / "gradus.1").write_text(manual(version, program, commands), encoding="utf-8")
    (directory / "gradus.bash").write_text(bash(program, commands), encoding="utf-8")
    (directory / "_gradus").write_text(zsh(program, commands), encoding="utf-8")


main()
