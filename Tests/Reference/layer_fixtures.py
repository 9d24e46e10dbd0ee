"""Makes Tests/Fixtures/layers/layers.safetensors: inputs, results and gradients of convolutions, pooling, norms, recurrences
and losses, and ten training losses of three tiny networks, by PyTorch in float32.

Each case NAME has NAME/input/KEY, NAME/result, NAME/coefficients and NAME/gradient/KEY; the gradients are those of
sum(result * coefficients). Pictures and sequences are stored with their channels last. Networks have NAME.PARAMETER, their
initial weights, NAME/x, NAME/losses and what else their part below says.
"""

import pathlib

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn

FILE = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "layers" / "layers.safetensors"
SEED = 20261125
tensors = {}


def channels_last(tensor):
    return tensor.movedim(1, -1) if tensor.ndim > 2 else tensor


def store(name, tensor):
    tensors[name] = tensor.detach().clone().contiguous()


def case(name, inputs, compute, picture=("x",), result_is_picture=True, constants=None):
    """`inputs` are leaves; those of `picture` have their channels second."""
    leaves = {key: value.clone().requires_grad_() for key, value in inputs.items()}
    result = compute(**leaves)
    coefficients = torch.rand_like(result) * 2 - 1
    (result * coefficients).sum().backward()
    for key, leaf in leaves.items():
        layout = channels_last if key in picture else (lambda tensor: tensor)
        store(f"{name}/input/{key}", layout(leaf))
        store(f"{name}/gradient/{key}", layout(leaf.grad))
    layout = channels_last if result_is_picture else (lambda tensor: tensor)
    store(f"{name}/result", layout(result))
    store(f"{name}/coefficients", layout(coefficients))
    for key, value in (constants or {}).items():
        store(f"{name}/{key}", value)


def r(*shape):
    return torch.rand(*shape) * 2 - 1


def convolutions():
    case("convolution2d", dict(x=r(2, 3, 7, 6), weight=r(4, 3, 3, 3), bias=r(4)),
         lambda x, weight, bias: F.conv2d(x, weight, bias, stride=2, padding=1))
    case("convolution2d-groups", dict(x=r(2, 6, 8, 7), weight=r(4, 3, 3, 2), bias=r(4)),
         lambda x, weight, bias: F.silu(
             F.conv2d(x, weight, bias, stride=(1, 2), padding=(2, 1), dilation=(2, 1), groups=2)))
    case("convolution2d-depthwise", dict(x=r(2, 19, 6, 5), weight=r(19, 1, 3, 3), bias=r(19)),
         lambda x, weight, bias: F.relu(F.conv2d(x, weight, bias, padding=1, groups=19)))
    case("convolution1d", dict(x=r(2, 4, 11), weight=r(6, 2, 3), bias=r(6)),
         lambda x, weight, bias: F.gelu(F.conv1d(x, weight, bias, stride=2, padding=2, dilation=2, groups=2)))
    case("transposedConvolution2d", dict(x=r(2, 4, 3, 5), weight=r(4, 3, 3, 4), bias=r(6)),
         lambda x, weight, bias: F.conv_transpose2d(
             x, weight, bias, stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2))
    case("transposedConvolution1d", dict(x=r(2, 3, 5), weight=r(3, 4, 4), bias=r(4)),
         lambda x, weight, bias: F.conv_transpose1d(x, weight, bias, stride=2, padding=1, dilation=2))


def pooling():
    x = dict(x=r(2, 3, 7, 10))
    case("maximumPool", x, lambda x: F.max_pool2d(x, 3, stride=2, padding=1, ceil_mode=True))
    case("averagePool", x, lambda x: F.avg_pool2d(x, (3, 2), stride=2, padding=1, ceil_mode=True))
    case("averagePool-uncounted", x, lambda x: F.avg_pool2d(x, 3, stride=2, padding=1, count_include_pad=False))
    case("adaptiveAveragePool", x, lambda x: F.adaptive_avg_pool2d(x, (3, 4)))
    case("adaptiveMaximumPool", x, lambda x: F.adaptive_max_pool2d(x, (3, 4)))
    for size in ((4, 13), (15, 6)):
        tag = f"{size[0]}x{size[1]}"
        case(f"nearest-{tag}", x, lambda x: F.interpolate(x, size, mode="nearest"))
        case(f"nearestCenter-{tag}", x, lambda x: F.interpolate(x, size, mode="nearest-exact"))
        case(f"bilinear-{tag}", x, lambda x: F.interpolate(x, size, mode="bilinear", align_corners=False))
        case(f"bilinear-corners-{tag}", x, lambda x: F.interpolate(x, size, mode="bilinear", align_corners=True))
        case(f"bicubic-{tag}", x, lambda x: F.interpolate(x, size, mode="bicubic", align_corners=False))


def norms():
    inputs = dict(x=r(3, 6, 4, 5) + 2, weight=r(6), bias=r(6))
    mean, variance = r(6), torch.rand(6) + 0.5
    after = {"mean": mean.clone(), "variance": variance.clone()}
    case("batchNorm", inputs, lambda x, weight, bias: F.batch_norm(
        x, after["mean"], after["variance"], weight, bias, training=True, momentum=0.1),
        constants={"mean": mean, "variance": variance})
    store("batchNorm/mean-after", after["mean"])
    store("batchNorm/variance-after", after["variance"])
    case("batchNorm-inference", inputs, lambda x, weight, bias: F.batch_norm(x, mean, variance, weight, bias),
         constants={"mean": mean, "variance": variance})
    case("groupNorm", inputs, lambda x, weight, bias: F.group_norm(x, 3, weight, bias))
    case("instanceNorm", inputs, lambda x, weight, bias: F.instance_norm(x, weight=weight, bias=bias))


def recurrences():
    lengths = [7, 3, 5]
    for name, kind in (("lstm", nn.LSTM), ("gru", nn.GRU)):
        layer = kind(5, 6, num_layers=2, bidirectional=True, batch_first=True)
        names = [key for key, _ in layer.named_parameters()]
        states = ("hidden", "cell") if name == "lstm" else ("hidden",)
        inputs = dict(x=r(3, 7, 5), **{key: r(4, 3, 6) for key in states})
        inputs.update({key: value.detach() for key, value in layer.named_parameters()})

        def compute(x, packs, **rest):
            initial = tuple(rest[key] for key in states)
            parameters = {key: rest[key] for key in names}
            if packs:
                x = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            outputs, last = torch.func.functional_call(
                layer, parameters, (x, initial if name == "lstm" else initial[0]))
            if packs:
                outputs, _ = nn.utils.rnn.pad_packed_sequence(outputs, batch_first=True)
            last = last if name == "lstm" else (last,)
            return torch.cat([outputs.flatten()] + [state.flatten() for state in last])

        for packs in (False, True):
            case(name + ("-lengths" if packs else ""), inputs, lambda packs=packs, **rest: compute(packs=packs, **rest),
                 picture=(), result_is_picture=False)


def losses():
    def plain(name, inputs, compute):
        case(name, inputs, compute, picture=(), result_is_picture=False)

    # Repeats, nothing, one label, an alignment that only just exists, one that does not.
    targets = torch.tensor([[1, 1, 2, 0], [0, 0, 0, 0], [3, 0, 0, 0], [2, 2, 2, 0], [1, 2, 3, 4]])
    frames, labels = [7, 5, 4, 5, 3], [3, 0, 1, 3, 4]
    for reduction in ("mean", "sum", "none"):
        plain(f"ctc-{reduction}", dict(logits=2 * r(5, 7, 5)), lambda logits: F.ctc_loss(
            logits.log_softmax(-1).transpose(0, 1), targets, frames, labels, reduction=reduction, zero_infinity=True))
    logits = r(5, 7, 5)
    store("ctc-infinite/logits", logits)
    store("ctc-infinite/result", F.ctc_loss(
        logits.log_softmax(-1).transpose(0, 1), targets, frames, labels, reduction="none"))

    pair = dict(x=2 * r(4, 5), target=r(4, 5))
    plain("meanSquaredError", pair, lambda x, target: F.mse_loss(x, target))
    plain("smoothL1", pair, lambda x, target: F.smooth_l1_loss(x, target, beta=0.7, reduction="sum"))
    plain("huber", pair, lambda x, target: F.huber_loss(x, target, delta=0.7, reduction="none"))
    weights = torch.rand(5) * 3
    case("binaryCrossEntropy", dict(x=20 * r(4, 5), target=torch.rand(4, 5)),
         lambda x, target: F.binary_cross_entropy_with_logits(x, target, pos_weight=weights), picture=(),
         result_is_picture=False, constants={"weights": weights})
    plain("klDivergence", dict(x=r(4, 5), target=torch.rand(4, 5)),
          lambda x, target: F.kl_div(x, target, reduction="sum"))
    x = dict(x=r(3, 4, 6))
    plain("glu", x, lambda x: F.glu(x))
    plain("variance", x, lambda x: x.var(1))
    plain("maximum", x, lambda x: x.max(1).values)
    plain("minimum", x, lambda x: x.min(2).values)
    plain("mean", x, lambda x: x.mean((0, 2)))


class Pictures(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 8, 3, stride=2, padding=1, groups=8)
        self.bn2 = nn.BatchNorm2d(8)
        self.conv3 = nn.Conv2d(8, 16, 1)
        self.norm = nn.GroupNorm(4, 16)
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.silu(self.bn2(self.conv2(x)))
        x = F.relu(self.norm(self.conv3(x)))
        return self.fc(x.mean((2, 3)))


class Sequences(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(16, 4)

    def forward(self, x):
        return self.fc(self.lstm(x)[0].mean(1))


class Spelling(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(5, 8, 3, padding=1)
        self.gru = nn.GRU(8, 8, batch_first=True)
        self.fc = nn.Linear(8, 6)

    def forward(self, x):
        x = F.relu(self.conv(x.transpose(1, 2))).transpose(1, 2)
        return self.fc(self.gru(x)[0])


def train(name, model, x, loss_of, rate):
    for key, value in model.state_dict().items():
        if not key.endswith("num_batches_tracked"):
            store(f"{name}.{key}", value)
    optimizer = torch.optim.SGD(model.parameters(), lr=rate)
    values = []
    for _ in range(10):
        optimizer.zero_grad()
        loss = loss_of(model(x))
        loss.backward()
        optimizer.step()
        values.append(loss.item())
    store(f"{name}/losses", torch.tensor(values))
    return model


def networks():
    x, labels = r(8, 3, 12, 12), torch.arange(8) % 5
    store("pictures/x", channels_last(x))
    model = train("pictures", Pictures(), x, lambda logits: F.cross_entropy(logits, labels), 0.2)
    for key in ("bn1.running_mean", "bn2.running_var"):
        store(f"pictures/{key}", model.state_dict()[key])
    x = r(6, 9, 5)
    store("sequences/x", x)
    train("sequences", Sequences(), x, lambda logits: F.cross_entropy(logits, torch.arange(6) % 4), 0.5)
    x = r(4, 9, 5)
    targets = torch.tensor([[1, 1, 2], [3, 4, 0], [5, 0, 0], [2, 1, 2]])
    store("spelling/x", x)
    train("spelling", Spelling(), x, lambda logits: F.ctc_loss(
        logits.log_softmax(-1).transpose(0, 1), targets, [9, 8, 7, 9], [3, 2, 1, 3]), 0.3)


torch.manual_seed(SEED)
torch.use_deterministic_algorithms(True)
for part in (convolutions, pooling, norms, recurrences, losses, networks):
    part()
FILE.parent.mkdir(parents=True, exist_ok=True)
save_file(tensors, FILE)
