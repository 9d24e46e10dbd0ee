"""Asks `text` for JSON under schemas, at temperatures from 1 on, and lets Python's `jsonschema` judge every answer.

Beside that: schemas that no value satisfies, or that cannot be followed, have to be errors before anything is written.

    .venv/bin/python Tests/Reference/constrained_output.py .build/release/text MODEL [--count 200] [--chat]

With --chat all answers to a schema come from one conversation that is cleared between them, so that a large model is
loaded once for each schema only; else every answer is a run of `text generate`. Exit status 1 if anything is not as it
should be.
"""

import argparse
import importlib.metadata
import json
import subprocess
import sys

import jsonschema

SCHEMAS = {
    "person": {
        "type": "object",
        "properties": {
            "name": {"type": "string", "minLength": 2, "maxLength": 30},
            "age": {"type": "integer", "minimum": 0, "maximum": 120},
            "email": {"type": "string", "format": "email"},
            "tags": {"type": "array", "items": {"type": "string", "maxLength": 12}, "maxItems": 4},
        },
        "required": ["name", "age"],
        "additionalProperties": False,
    },
    "recursive": {
        "$ref": "#/$defs/node",
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "label": {"enum": ["root", "branch", "leaf", "ünï \"q\" \\"]},
                    "weight": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}, "maxItems": 3},
                },
                "required": ["label", "weight"],
                "additionalProperties": False,
            }
        },
    },
    "alternatives": {
        "type": "array",
        "minItems": 1,
        "maxItems": 6,
        "items": {
            "oneOf": [
                {"type": "object", "properties": {"kind": {"const": "text"}, "text": {"type": "string", "maxLength": 40}},
                 "required": ["kind", "text"], "additionalProperties": False},
                {"type": "object", "properties": {"kind": {"const": "number"}, "value": {"type": "number", "minimum": -12.75}},
                 "required": ["kind", "value"], "additionalProperties": False},
                {"type": "null"},
            ]
        },
    },
    "formats": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "day": {"type": "string", "format": "date"},
            "at": {"type": "string", "format": "date-time"},
            "code": {"type": "string", "pattern": "^[A-Z]{2,3}-\\d{1,4}(?:/[a-z]+)?$"},
            "host": {"type": "string", "format": "ipv4"},
        },
        "required": ["id", "day", "code"],
    },
    "merged": {
        "allOf": [
            {"type": "object", "properties": {"a": {"type": "integer", "multipleOf": 5}}, "required": ["a"]},
            {"properties": {"a": {"minimum": -50, "maximum": 50}, "b": {"type": ["string", "null"]}}},
        ],
        "anyOf": [{"required": ["b"]}, {"properties": {"a": {"minimum": 10}}}],
    },
    "open": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "name2": {"type": "null"}},
        "required": ["name"],
        "additionalProperties": {"type": ["integer", "boolean"]},
        "maxProperties": 5,
    },
    "tuple": {
        "type": "array",
        "prefixItems": [{"type": "string", "pattern": "b"}, {"type": "integer", "exclusiveMinimum": 999}, {"type": "boolean"}],
        "items": {"type": "number", "minimum": 0.001, "exclusiveMaximum": 0.0105},
        "minItems": 2,
        "maxItems": 5,
    },
    "anything": {"type": "object"},
}

# What has to be an error, with what the message has to say.
REFUSED = {
    "false": (False, "no value can satisfy"),
    "empty enumeration": ({"enum": []}, "#/enum"),
    "bounds": ({"type": "integer", "minimum": 5, "maximum": 4}, "no value can satisfy"),
    "no integer": ({"type": "integer", "minimum": 0.2, "maximum": 0.8}, "no integer"),
    "lengths": ({"type": "string", "minLength": 5, "maxLength": 4}, "at least 5 characters"),
    "required and forbidden": (
        {"type": "object", "properties": {"a": False}, "required": ["a"]}, "#/properties/a"),
    "required and closed": (
        {"type": "object", "required": ["a"], "additionalProperties": False}, "no value can satisfy"),
    "endless": (
        {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}, "no value can satisfy"),
    "types": ({"allOf": [{"type": "string"}, {"type": "null"}]}, "no value can satisfy"),
    "not": ({"not": {"type": "string"}}, "#/not"),
    "misspelt": ({"type": "object", "propertys": {}}, "#/propertys"),
    "overlapping": ({"oneOf": [{"type": "number"}, {"type": "integer"}]}, "#/oneOf"),
    "reference": ({"$ref": "#/$defs/none"}, "#/$ref"),
}


def run(arguments, text=None):
    return subprocess.run(arguments, input=text, capture_output=True, text=True)


def answers(options, name, schema, count):
    """`count` answers, each with what there was to complain of."""
    common = ["--model", options.model, "--json-schema", json.dumps(schema), "--max-tokens", str(options.max_tokens)]
    temperatures = [1.0, 1.3, 2.0]
    if options.chat:
        for number, temperature in enumerate(temperatures):
            wanted = count // 3 + (1 if number < count % 3 else 0)
            question = f"Write an example of '{name}' as JSON."
            lines = f"/clear\n{question}\n" * wanted
            result = run(
                [options.program, "chat", "--commands", "--temperature", str(temperature), "--top-p", "1", "--seed",
                 str(number)] + common, lines)
            rest, decoder = result.stdout, json.JSONDecoder()
            for _ in range(wanted):
                try:
                    value, end = decoder.raw_decode(rest.lstrip())
                    rest = rest.lstrip()[end:]
                    yield value, None
                except json.JSONDecodeError as error:
                    yield None, f"{error} in {rest[:200]!r}; {result.stderr.strip()}"
                    rest = ""
            if rest.strip() or result.returncode != 0:
                yield None, f"status {result.returncode}, {rest[:200]!r} left over; {result.stderr.strip()}"
        return
    for seed in range(count):
        result = run(
            [options.program, "generate", f"An example of {name}:", "--temperature", str(temperatures[seed % 3]),
             "--top-p", "1", "--seed", str(seed)] + common)
        if result.returncode != 0:
            yield None, f"status {result.returncode}: {result.stderr.strip()}"
            continue
        try:
            yield json.loads(result.stdout), None
        except json.JSONDecodeError as error:
            yield None, f"{error}: {result.stdout!r}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program")
    parser.add_argument("model")
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--max-tokens", type=int, default=200)
    parser.add_argument("--chat", action="store_true")
    options = parser.parse_args()

    bad = total = 0
    for number, (name, schema) in enumerate(SCHEMAS.items()):
        validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
        count = options.count // len(SCHEMAS) + (1 if number < options.count % len(SCHEMAS) else 0)
        valid, shown = 0, None
        for value, complaint in answers(options, name, schema, count):
            complaint = complaint or next((error.message for error in validator.iter_errors(value)), None)
            if complaint:
                bad += 1
                print(f"{name}: {complaint}", file=sys.stderr)
            else:
                valid, shown = valid + 1, value
        total += count
        print(f"{name}: {valid} of {count} valid; the last: {json.dumps(shown, ensure_ascii=False)[:120]}", flush=True)
    for name, (schema, expected) in REFUSED.items():
        result = run([options.program, "generate", "x", "--model", options.model, "--json-schema", json.dumps(schema)])
        if result.returncode != 1 or result.stdout or expected not in result.stderr:
            bad += 1
            print(f"{name}: status {result.returncode}, {result.stdout!r}, {result.stderr!r}", file=sys.stderr)
    print(f"{total} asked for, {len(REFUSED)} schemas to be refused, {bad} complaints (jsonschema {importlib.metadata.version('jsonschema')})")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
