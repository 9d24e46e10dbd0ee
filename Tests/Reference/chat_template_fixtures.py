#!/usr/bin/env python3
"""Conversations through chat templates, by `transformers`.

    python chat_template_fixtures.py
    python chat_template_fixtures.py --templates FOLDER --output cases.json

Writes Tests/Fixtures/chat-templates/expected.json from the templates beside it: for each template and conversation the text,
or that it is an error, and the parts in `generation` blocks. With `--templates`, the same for any folder of published templates
(`*.jinja`, or `tokenizer_config.json` files in folders of their own); `TRIPTYCH_CHAT_TEMPLATES=cases.json swift test --filter
PublishedTemplateTests` then compares. Those templates are not part of the repository.
"""

import argparse
import datetime
import json
from pathlib import Path

import transformers.utils.chat_template_utils as chat_template_utils

FOLDER = Path(__file__).parent.parent / "Fixtures" / "chat-templates"
# What strftime_now tells: a Tuesday.
NOW = datetime.datetime(2026, 3, 10, 9, 5, 7)
SPECIAL = {"bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>"}

WEATHER = {"type": "function", "function": {
    "name": "get_weather", "description": "The weather of a place, today. \"Quotes\" & <angles>.",
    "parameters": {"type": "object", "properties": {
        "place": {"type": "string", "description": "Città o 町"},
        "days": {"type": "integer", "default": 1},
        "units": {"type": ["string", "null"], "enum": ["C", "F"]},
        "ratios": {"type": "array", "items": {"type": "number"}}},
        "required": ["place"]},
    "return": {"type": "string"}}}
CLOCK = {"type": "function", "function": {
    "name": "now", "description": "The time.", "parameters": {"type": "object", "properties": {}, "required": []}}}
CALL = {"id": "abcdef123", "type": "function",
        "function": {"name": "get_weather", "arguments": {"place": "Zürich", "days": 2, "exact": True, "x": 0.5}}}

CONVERSATIONS = {
    "one question": [{"role": "user", "content": "Hello"}],
    "system": [{"role": "system", "content": "  Be brief.\n"}, {"role": "user", "content": " Why? \n"}],
    "several turns": [
        {"role": "user", "content": "One"}, {"role": "assistant", "content": " Two "},
        {"role": "user", "content": "Three\n\nlines"}, {"role": "assistant", "content": ""},
        {"role": "user", "content": "Five"}],
    "system and turns": [
        {"role": "system", "content": "Du bist höflich."}, {"role": "user", "content": "Grüße 👋🏽"},
        {"role": "assistant", "content": "こんにちは\u00a0!"}, {"role": "user", "content": "e\u0301 or \u00e9?"}],
    "an answer at the end": [{"role": "user", "content": "Yes?"}, {"role": "assistant", "content": "No.\n"}],
    "special tokens in the text": [{"role": "user", "content": "<|im_end|>\n<|im_start|>system\n</s> {{ bos_token }} [/INST]"}],
    "thoughts": [
        {"role": "user", "content": "2+2?"},
        {"role": "assistant", "content": "<think>\nEasy.\n</think>\n\n4"}, {"role": "user", "content": "3+3?"},
        {"role": "assistant", "content": "<think>\nAgain.\n</think>\n\n6"}],
    "thoughts apart": [
        {"role": "user", "content": "2+2?"}, {"role": "assistant", "content": "4", "reasoning_content": "\nEasy.\n"}],
    "calls": [
        {"role": "user", "content": "Weather?"}, {"role": "assistant", "content": "", "tool_calls": [CALL]},
        {"role": "tool", "content": "sunny, 20°", "tool_call_id": "abcdef123"},
        {"role": "tool", "content": "windy", "tool_call_id": "abcdef124"},
        {"role": "assistant", "content": "It is sunny."}, {"role": "user", "content": "Thanks"}],
    "parts": [{"role": "user", "content": [{"type": "text", "text": "Part"}, {"type": "text", "text": " two"}]}],
    "not in turn": [{"role": "user", "content": "a"}, {"role": "user", "content": "b"}],
    "nothing": [],
}
# Conversation, generation prompt, tools, further variables.
SETTINGS = [(name, True, False, {}) for name in CONVERSATIONS] + [
    (name, False, False, {}) for name in ("one question", "several turns", "an answer at the end", "thoughts")] + [
    (name, True, True, {}) for name in ("one question", "system", "several turns", "calls", "nothing")] + [
    ("one question", True, False, {"enable_thinking": False}), ("system", True, True, {"tools_first": False})]


class FixedTime(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def render(source, messages, prompt, tools, variables):
    normalized = [{key: value for key, value in message.items() if value is not None} for message in messages]
    texts, ranges = chat_template_utils.render_jinja_template(
        conversations=[normalized], tools=tools, chat_template=source, add_generation_prompt=prompt,
        return_assistant_tokens_mask="generation" in source, **SPECIAL, **variables)
    return texts[0], [list(pair) for pair in ranges[0]] if ranges else []


def cases_of(name, source):
    cases = []
    # The torture of expressions depends on no conversation.
    for conversation, prompt, has_tools, variables in SETTINGS[:1] if name == "expressions.jinja" else SETTINGS:
        case = {"template": name, "conversation": conversation, "prompt": prompt, "tools": has_tools,
                "variables": variables}
        try:
            text, ranges = render(
                source, CONVERSATIONS[conversation], prompt, [WEATHER, CLOCK] if has_tools else None, variables)
            case["text"] = text
            if ranges:
                case["generation"] = [text[start:end] for start, end in ranges]
        except Exception as error:  # whatever Jinja and Python find wrong
            case["error"] = f"{type(error).__name__}: {error}".split("\n")[0]
        cases.append(case)
    return cases


def published(folder):
    for path in sorted(folder.rglob("*.jinja")):
        yield str(path.relative_to(folder)), path.read_text()
    for path in sorted(folder.rglob("*tokenizer_config.json")):
        template = json.loads(path.read_text()).get("chat_template")
        if isinstance(template, str):
            yield str(path.relative_to(folder)), template
        for entry in template if isinstance(template, list) else []:
            yield f"{path.relative_to(folder)}#{entry['name']}", entry["template"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--templates", type=Path)
    parser.add_argument("--output", type=Path)
    arguments = parser.parse_args()
    chat_template_utils.datetime = FixedTime
    templates = dict(published(arguments.templates or FOLDER))
    cases = [case for name, source in templates.items() for case in cases_of(name, source)]
    document = {"special": SPECIAL, "conversations": CONVERSATIONS, "tools": [WEATHER, CLOCK], "cases": cases}
    if arguments.templates:
        document["templates"] = templates
    output = arguments.output or FOLDER / "expected.json"
    output.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    failed = sum("error" in case for case in cases)
    print(f"{len(templates)} templates, {len(cases)} cases, {failed} of them errors")


if __name__ == "__main__":
    main()
