"""Greedy decoding of Whisper step by step, out of the logits processors of `transformers`.

Unlike `generate`, which cuts windows into segments, these functions return the ids as the model picked them, the
margins by which it did, and the logits of each step. `checked_against_generate` makes sure that both agree.
"""

from dataclasses import dataclass, field

import torch
from transformers.generation.logits_process import (
    LogitsProcessorList,
    SuppressTokensAtBeginLogitsProcessor,
    SuppressTokensLogitsProcessor,
    WhisperTimeStampLogitsProcessor,
)


@dataclass
class Decoded:
    """What greedy decoding gave: `ids` without the prompt and without the end token."""

    prompt: list[int]
    ids: list[int] = field(default_factory=list)
    ended: bool = False
    smallest_margin: float = float("inf")
    logits: list[torch.Tensor] = field(default_factory=list)


def processors(config, begin, timestamps):
    """The rules in the order in which `generate` applies them."""
    rules = [
        SuppressTokensAtBeginLogitsProcessor(config.begin_suppress_tokens, begin_index=begin),
        SuppressTokensLogitsProcessor(config.suppress_tokens),
    ]
    if timestamps:
        rules.append(WhisperTimeStampLogitsProcessor(config, begin_index=begin))
    return LogitsProcessorList(rules)


def timestamp_margin(scores, config):
    """How far the timestamps' summed probability is from the likeliest text token's, in log units."""
    logarithms = torch.log_softmax(scores[0].float(), dim=-1)
    first = config.no_timestamps_token_id + 1
    gap = logarithms[first:].logsumexp(-1) - logarithms[:first].max()
    return abs(gap.item()) if torch.isfinite(gap) else float("inf")


@torch.no_grad()
def greedy(model, features, prompt, limit, timestamps, stop_below=0.0):
    """At most `limit` new ids after `prompt`, the likeliest at each step after the rules.

    Stops early once a choice was closer than `stop_below`.
    """
    config = model.generation_config
    encoded = model.model.encoder(features)
    rules = processors(config, len(prompt), timestamps)
    before_choice = LogitsProcessorList(rules)
    if timestamps:
        undecided = WhisperTimeStampLogitsProcessor(
            config, begin_index=len(prompt), _detect_timestamp_from_logprob=False)
        before_choice = LogitsProcessorList([*rules[:-1], undecided])
    result = Decoded(prompt=list(prompt))
    sequence = torch.tensor([prompt])
    while len(result.ids) < limit and result.smallest_margin >= stop_below:
        logits = model(encoder_outputs=(encoded[0],), decoder_input_ids=sequence, use_cache=False).logits[:, -1]
        scores = rules(sequence, logits.clone())
        best = scores[0].topk(2).values
        result.smallest_margin = min(result.smallest_margin, (best[0] - best[1]).item())
        if timestamps:
            result.smallest_margin = min(
                result.smallest_margin, timestamp_margin(before_choice(sequence, logits.clone()), config))
        result.logits.append(logits[0].clone())
        token = int(scores[0].argmax())
        if token == config.eos_token_id:
            result.ended = True
            break
        result.ids.append(token)
        sequence = torch.cat([sequence, torch.tensor([[token]])], dim=1)
    return result


@torch.no_grad()
def checked_against_generate(model, features, decoded, limit, timestamps, **arguments):
    """`decoded`, after comparing it with one unsegmented call of `generate`."""
    output = model.generate(
        features, return_timestamps=timestamps, force_unique_generate_call=True, return_dict_in_generate=True,
        do_sample=False, num_beams=1, max_new_tokens=limit, **arguments)
    sequence = output.sequences[0].tolist()
    expected = decoded.prompt + decoded.ids
    assert sequence[: len(expected)] == expected, (sequence, expected)
    rest = sequence[len(expected):]
    assert set(rest) <= {model.generation_config.eos_token_id}, rest
    assert bool(rest) == decoded.ended, (rest, decoded.ended)
    return decoded
