"""A grammar of command lines that are wrong on purpose: good ones, each spoiled in one to three ways."""

from __future__ import annotations

import random
from dataclasses import dataclass

# All of them with one generator on twelve coordinates.
ACTIONS = [
    "cyclic:12", "shift:3x4:axis=1", "2*cyclic:6", "cyclic:6 + cyclic:6", "(1 2 3)(4 5)(11 12)", "(1 -2 3)(-4)(5 12)",
]  # fmt: skip
DATA = ["x.npy", "good.npz", "x.csv"]

# What a place in a command line may hold: good values first, then bad ones of its kind.
BAD_ACTIONS = [
    "", "d4", "dihedral:8", "cyclic", "cyclic:0", "cyclic:-3", "cyclic:1e3", "(1 2", "(0 1)", "(1 2)(2 3)",
    "rotate:3x4", "shift:3x4:axis=7", "symmetric:4/9", "symmetric:9^99", "99999999*cyclic:12", "@nowhere.json",
    "cyclic:3 + symmetric:3", "shift:3x4", "symmetric:12", "cyclic:5000", "symmetric:5000", "dihedral:600x600",
    "@numbers.json", "@x.npy", "@folder", "cyclic:" + "9" * 400, "(1 268435456)", "vectors:2x3^", "\x00", "ｃyclic:3",
]  # fmt: skip
BAD_DATA = [
    "", "nowhere.npy", "folder", "complex.npy", "complex.npz", "negative.npy", "huge.npy", "many.npz", "text.npz",
    "none.npy", "encrypted.npz", "method.npz", "dimensions", "images", "bomb.gz", "numbers.json", "ragged.csv",
    "words.csv", "nan.npy", "m.safetensors",
    "cut.h5", "cut.parquet", "broken.zarr", "pictures", "/dev/null", ".", "/", "x.npy/y", "a\x00b",
]  # fmt: skip
BAD_WHOLE = ["", "-1", "99999", "1.5", "x", "1e9", "9" * 400, "nan", "inf", "0x3", "¾", "--rank"]
BAD_MODELS = [
    "",
    "nowhere.safetensors",
    "x.npy",
    "cut.safetensors",
    "changed.safetensors",
    "folder",
    "/dev/null",
    "x.csv",
]
BAD_OUT = ["", ".", "/", "folder", "/dev/null", "nowhere/x.npy", "x.npy/y", "out.docx"]
BAD_LISTS = ["", ",", "1,,2", "a,b", "1,2,3,4,5,6,7,8,9", "-1,2", "1e9", "1;2"]
BAD_FILTERS = ["", ",", "1,a", "1e400,0,0,0,1", "1/0,1,1,1,1", "nan,1,1,1,1", "1,2", "1e999999999,0,0,0,1"]
BAD_FOLDERS = ["", "x.npy", "x.npy/below", "/dev/null/r"]
BAD_WORDS = ["posterio", "", "BIC", "1"]


@dataclass(frozen=True)
class Place:
    """An argument, or an option with its value."""

    good: tuple[str, ...]
    bad: tuple[str, ...]
    option: str = ""
    needed: bool = True

    def words(self, value: str) -> list[str]:
        return [self.option, value] if self.option else [value]


def _place(good: list[str], bad: list[str], option: str = "", needed: bool = True) -> Place:
    return Place(tuple(good), tuple(bad), option, needed)


ACTION, DATA_FILE = _place(ACTIONS, BAD_ACTIONS), _place(DATA, BAD_DATA)
BY_ACTION = _place(ACTIONS, BAD_ACTIONS, "--action")
RANK = _place(["0", "1", "3"], BAD_WHOLE, "--rank")
LIMIT = _place(["1", "5"], BAD_WHOLE, "--limit", needed=False)
JSON = Place(("--json",), ("--jsn", "--json=1", "-j"), needed=False)

GRAMMAR: dict[str, list[Place]] = {
    "actions": [JSON],
    "describe": [
        ACTION, _place(ACTIONS, BAD_ACTIONS, "--codomain", needed=False),
        _place([], [*BAD_WHOLE, "2"], "--outputs", needed=False),
        _place([], [*BAD_WHOLE, "7"], "--degree", needed=False),
        _place(["0", "2"], BAD_WHOLE, "--rank", needed=False), JSON,
    ],
    "components": [ACTION, RANK, LIMIT, JSON],
    "fit": [
        DATA_FILE, BY_ACTION, RANK, _place([], ["auto", "Auto"], "--rank", needed=False),
        Place((), ("--invariant",), needed=False), _place([], [*BAD_LISTS, "1,1,1"], "--ranks", needed=False),
        _place(DATA, BAD_DATA, "--targets", needed=False), _place(ACTIONS, BAD_ACTIONS, "--codomain", needed=False),
        _place(["out.safetensors"], BAD_OUT[:-1], "--out", needed=False),
        _place(["report"], BAD_FOLDERS, "--report", needed=False), JSON,
    ],
    "apply": [_place(["m.safetensors"], BAD_MODELS), DATA_FILE, _place(["out.npy", "out.csv"], BAD_OUT, "--out"), JSON],
    "nearest": [
        _place(["square.npy"], [*BAD_DATA, "x.npy"]), BY_ACTION, _place(["2"], BAD_WHOLE, "--rank", needed=False),
        _place(["out.npy"], BAD_OUT, "--out", needed=False), JSON,
    ],
    "select": [DATA_FILE, BY_ACTION, _place(["bic", "aic"], BAD_WORDS, "--criterion", needed=False), JSON],
    "lcn": [
        _place(["3,2"], BAD_LISTS), _place(["2,1"], BAD_LISTS), _place(["contains", "factor"], ["criticl", ""]),
        _place(["4,0,5,0,1", "1/2,1,1,0,1"], BAD_FILTERS), JSON,
    ],
    "polynomial": [
        _place(["3,2,1", "6,2,1"], BAD_LISTS),
        _place(["2", "3"], [*BAD_LISTS, "1", "9999999"], "--power", needed=False),
        _place(["cyclic:3"], BAD_ACTIONS, "--action", needed=False), JSON,
    ],
    "reproduce": [_place(["mnist"], ["cifar", ""]), _place(["."], ["nowhere", "x.npy", ""], "--data"), JSON],
    "demo": [_place(["report"], BAD_FOLDERS, "--report")],
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """Words to type, and whether they must be refused."""

    words: tuple[str, ...]
    wrong: bool


def good_line(chance: random.Random, command: str) -> list[list[str]]:
    """The parts of a command line as it should be."""
    return [
        place.words(chance.choice(place.good))
        for place in GRAMMAR[command]
        if place.good and (place.needed or chance.random() < 0.3)
    ]


def bad_line(chance: random.Random) -> Line:
    """A command line that is spoiled on purpose; some spoiled ones still have a meaning."""
    command = chance.choice(list(GRAMMAR))
    parts = good_line(chance, command)
    spoil = chance.choice([_missing_argument, *4 * [_bad_value], _unknown_option, _unknown_command, _noise, _noise])
    words, wrong = spoil(chance, command, parts)
    return Line(tuple(words), wrong)


def flat(command: str, parts: list[list[str]]) -> list[str]:
    return [command, *(word for part in parts for word in part)]


def _missing_argument(chance: random.Random, command: str, parts: list[list[str]]) -> tuple[list[str], bool]:
    """The end of the line is forgotten."""
    words = flat(command, parts)
    return words[: chance.randrange(1, max(2, len(words)))], False


def _bad_value(chance: random.Random, command: str, parts: list[list[str]]) -> tuple[list[str], bool]:
    """One place holds something bad of its kind, at times two."""
    for _ in range(chance.choice([1, 1, 2])):
        place = chance.choice(GRAMMAR[command])
        spoiled = place.words(chance.choice(place.bad))
        same = [n for n, part in enumerate(parts) if place.option and part[0] == place.option]
        position = GRAMMAR[command].index(place)
        if same:
            parts[same[0]] = spoiled
        elif place.option or position >= len(parts) or not place.needed:
            parts.append(spoiled)
        else:
            parts[position] = spoiled
    return flat(command, parts), False


def _unknown_option(chance: random.Random, command: str, parts: list[list[str]]) -> tuple[list[str], bool]:
    # Filters may start with a minus sign, so that lcn reads options that it does not know as arguments.
    option = chance.choice(["--frobnicate", "--rnk=3", "--out-file", "-q", "--"])
    words = [*flat(command, parts), option]
    return words, option != "--" and command != "lcn"


def _unknown_command(chance: random.Random, command: str, parts: list[list[str]]) -> tuple[list[str], bool]:
    return flat(chance.choice([command + "x", command.upper(), "", "-"]), parts), True


def _noise(chance: random.Random, command: str, parts: list[list[str]]) -> tuple[list[str], bool]:
    """Words change places, characters are changed, or words from anywhere are added."""
    words = flat(command, parts)
    kind = chance.randrange(3)
    if kind == 0:
        tail = words[1:]
        chance.shuffle(tail)
        return [command, *tail], False
    if kind == 1:
        number = chance.randrange(1, len(words)) if len(words) > 1 else 0
        letters = list(words[number])
        for _ in range(chance.randint(1, 3)):
            letters.insert(chance.randint(0, len(letters)), chance.choice("0-9 ,;:()@*+^/\\\"'%ßλ\n\t\x7f"))
        words[number] = "".join(letters)
        return words, False
    pool = [value for places in GRAMMAR.values() for place in places for value in (*place.good, *place.bad)]
    return [*words, *chance.choices(pool, k=chance.randint(1, 3))], False
