"""Makes Tests/Fixtures/transformer/operations.safetensors: inputs, output and gradients of each operation of a transformer,
and gpt.safetensors: a small GPT with its initial weights, a batch, the first gradients and ten losses of AdamW, all by
PyTorch in float32. The gradients are those of the sum of output times `CASE.weights`, or of the output if it is a scalar.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from transformers.models.llama.modeling_llama import LlamaRMSNorm, apply_rotary_pos_emb

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "transformer"
SEED = 20261125
TENSORS = {}


def record(name, inputs, compute, constants=()):
    inputs = [x.clone().requires_grad_() for x in inputs]
    output = compute(*inputs)
    weights = torch.randn_like(output)
    (output if output.dim() == 0 else (output * weights).sum()).backward()
    for index, x in enumerate(inputs):
        TENSORS[f"{name}.input.{index}"] = x.detach()
        TENSORS[f"{name}.gradient.{index}"] = x.grad
    for index, x in enumerate(constants):
        TENSORS[f"{name}.constant.{index}"] = x.to(torch.int32) if x.dtype == torch.int64 else x
    TENSORS[f"{name}.output"] = output.detach()
    TENSORS[f"{name}.weights"] = weights


def heads_first(x, heads):
    return x.unflatten(2, (heads, -1)).transpose(1, 2)


def attend(q, k, v, heads, key_heads, **options):
    repeat = heads // key_heads
    k, v = (heads_first(z, key_heads).repeat_interleave(repeat, 1) for z in (k, v))
    return F.scaled_dot_product_attention(heads_first(q, heads), k, v, **options).transpose(1, 2).flatten(2)


def operations():
    r = torch.randn
    record("add", [r(2, 3, 5), r(3, 1)], torch.add)
    record("divide", [r(2, 5), r(2, 5).abs() + 0.5], torch.div)
    record("linear", [r(2, 3, 7), r(5, 7), r(5)], F.linear)
    record("linearGelu", [r(2, 3, 7), r(5, 7), r(5), r(2, 3, 5)], lambda x, w, b, s: F.gelu(F.linear(x, w, b)) + s)
    record("geluTanh", [3 * r(40)], lambda x: F.gelu(x, approximate="tanh"))
    record("gelu", [3 * r(40)], F.gelu)
    record("silu", [3 * r(40)], F.silu)
    record("gatedSiLU", [3 * r(3, 20), r(3, 20)], lambda g, u: F.silu(g) * u)
    record("layerNorm", [r(4, 24) + 1, r(24), r(24)], lambda x, w, b: F.layer_norm(x, (24,), w, b, 1e-5))
    norm = LlamaRMSNorm(24, 1e-5)

    def rms_norm(x, w):
        return w * norm(x)

    record("rmsNorm", [r(2, 4, 24), r(24)], rms_norm)
    record("softmax", [3 * r(3, 21)], lambda x: x.softmax(-1))
    record("logSoftmax", [3 * r(3, 21)], lambda x: x.log_softmax(-1))
    indices = torch.tensor([[1, 4, 1], [0, 1, 6]])
    record("embedding", [r(7, 6)], lambda w: F.embedding(indices, w), [indices])
    targets = torch.tensor([[1, 4, -100], [0, 8, 4]])

    def cross_entropy(**options):
        return lambda x: F.cross_entropy(x.flatten(0, 1), targets.flatten(), ignore_index=-100, **options)

    record("crossEntropy", [3 * r(2, 3, 9)], cross_entropy(), [targets])
    record("crossEntropySmoothed", [3 * r(2, 3, 9)], cross_entropy(label_smoothing=0.1, reduction="sum"), [targets])
    record("linearCrossEntropy", [r(2, 3, 8), r(9, 8)], lambda x, w: cross_entropy()(F.linear(x, w)), [targets])
    angles = r(9, 4)
    table = torch.cat((angles, angles), -1)
    offsets = torch.tensor([0, 4])
    positions = offsets[:, None] + torch.arange(5)

    def rotary(x):
        q, _ = apply_rotary_pos_emb(heads_first(x, 3), heads_first(x, 3), table[positions].cos(), table[positions].sin())
        return q.transpose(1, 2).flatten(2)

    record("rotaryEmbedding", [r(2, 5, 24)], rotary, [angles.cos(), angles.sin(), offsets])
    record("attention", [r(2, 7, 12), r(2, 9, 12), r(2, 9, 12)], lambda q, k, v: attend(q, k, v, 3, 3))
    record(
        "attentionCausal", [r(2, 26, 16), r(2, 26, 8), r(2, 26, 8)],
        lambda q, k, v: attend(q, k, v, 4, 2, is_causal=True, scale=0.3))
    padding = torch.zeros(2, 6)
    padding[1, 4:] = -torch.inf
    record(
        "attentionPadded", [r(2, 6, 8), r(2, 6, 8), r(2, 6, 8)],
        lambda q, k, v: attend(q, k, v, 2, 2, attn_mask=padding[:, None, None, :]), [padding])
    save_file(TENSORS, FOLDER / "operations.safetensors")


class Block(torch.nn.Module):
    def __init__(self, width):
        super().__init__()
        self.attention_norm = torch.nn.LayerNorm(width)
        self.queries, self.keys, self.values, self.output = (torch.nn.Linear(width, width) for _ in range(4))
        self.feed_forward_norm = torch.nn.LayerNorm(width)
        self.up, self.down = torch.nn.Linear(width, 4 * width), torch.nn.Linear(4 * width, width)

    def forward(self, x):
        h = self.attention_norm(x)
        x = x + self.output(attend(self.queries(h), self.keys(h), self.values(h), 2, 2, is_causal=True))
        return x + self.down(F.gelu(self.up(self.feed_forward_norm(x))))


def gpt():
    vocabulary, time, width, layers, batch = 29, 12, 16, 2, 3
    model = torch.nn.ModuleDict({
        "tokens": torch.nn.Embedding(vocabulary, width), "positions": torch.nn.Embedding(time, width),
        "blocks": torch.nn.ModuleList(Block(width) for _ in range(layers)), "norm": torch.nn.LayerNorm(width)})
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
        model["tokens"].weight.mul_(0.3)
    tensors = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    tokens = torch.randint(0, vocabulary, (10, batch, time + 1))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.1)
    losses = []
    for step in range(10):
        x = model["tokens"](tokens[step, :, :-1]) + model["positions"](torch.arange(time))
        for block in model["blocks"]:
            x = block(x)
        logits = F.linear(model["norm"](x), model["tokens"].weight)
        loss = F.cross_entropy(logits.flatten(0, 1), tokens[step, :, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            tensors |= {f"gradient.{name}": parameter.grad.clone() for name, parameter in model.named_parameters()}
        optimizer.step()
        losses.append(loss.item())
    tensors |= {"batches": tokens.to(torch.int32), "losses": torch.tensor(losses)}
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, FOLDER / "gpt.safetensors")
    print(losses)


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    operations()
    gpt()
