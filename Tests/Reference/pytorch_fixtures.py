"""Makes Tests/Fixtures/pytorch: small files of `torch.save` in both containers, and files that must be refused.

    python pytorch_fixtures.py

`expected.safetensors` holds the values of the tensors in `state.*`; those that are no numbers of 16 or 32 bits as the
reader gives them. Broken files are made by the tests themselves.
"""

import collections
import io
import os
import pathlib
import struct
import zipfile
import zlib

import torch
from safetensors.torch import save_file

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "pytorch"
SEED = 20261125


def state():
    generator = torch.Generator().manual_seed(SEED)
    base = torch.randn(6, 8, generator=generator)
    return collections.OrderedDict(
        plain=base.clone(),
        transposed=base.t(),
        part=base[1:5:2, 2:7],
        shared=base[3],
        parameter=torch.nn.Parameter(torch.randn(2, 3, 4, generator=generator)),
        permuted=torch.randn(2, 3, 4, 5, generator=generator).permute(0, 3, 1, 2)[:, 1:],
        channels_last=torch.randn(2, 3, 4, 4, generator=generator).to(memory_format=torch.channels_last),
        scalar=torch.tensor(2.5),
        empty=torch.zeros(0, 3),
        half=torch.randn(3, 5, generator=generator).half(),
        half_transposed=torch.randn(3, 5, generator=generator).half().t(),
        bfloat=torch.randn(3, 5, generator=generator).bfloat16(),
        double=torch.randn(2, 2, generator=generator, dtype=torch.float64),
        int64=torch.tensor([[1, -2, 3], [2**31 - 1, -(2**31), 0]]).t(),
        int32=torch.tensor([7, -8], dtype=torch.int32),
        int16=torch.tensor([300, -300], dtype=torch.int16),
        int8=torch.tensor([100, -100], dtype=torch.int8),
        uint8=torch.tensor([200, 3], dtype=torch.uint8),
        bool=torch.tensor([True, False, True]),
    )


def expected(tensors):
    def read(tensor):
        tensor = tensor.detach()
        if tensor.dtype == torch.float64:
            return tensor.float().contiguous()
        return (tensor if tensor.is_floating_point() else tensor.int()).contiguous().clone()

    return {name: read(tensor) for name, tensor in tensors.items()}


def saved(value, **options):
    stream = io.BytesIO()
    torch.save(value, stream, **options)
    return stream.getvalue()


def repacked(contents, compression):
    source, stream = zipfile.ZipFile(io.BytesIO(contents)), io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for info in source.infolist():
            archive.writestr(zipfile.ZipInfo(info.filename), source.read(info), compression)
    return stream.getvalue()


def zip64(contents):
    """As an archive beyond 4 GiB has it: every size and offset, and the directory, in their wide forms."""
    source, body, directory = zipfile.ZipFile(io.BytesIO(contents)), b"", b""
    for info in source.infolist():
        data, name = source.read(info), info.filename.encode()
        check, count, offset = zlib.crc32(data), len(data), len(body)
        wide = struct.pack("<HHQQ", 1, 16, count, count)
        body += struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 0, 0, 33, check, 2**32 - 1, 2**32 - 1, len(name), len(wide))
        body += name + wide + data
        # A field of another kind stands before it.
        wide = struct.pack("<HHI", 0xCAFE, 4, 7) + struct.pack("<HHQQQ", 1, 24, count, count, offset)
        directory += struct.pack(
            "<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 0, 0, 33, check, 2**32 - 1, 2**32 - 1, len(name), len(wide), 0, 0,
            0, 0, 2**32 - 1) + name + wide
    entries, start = len(source.infolist()), len(body)
    end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, entries, entries, len(directory), start)
    locator = struct.pack("<IIQI", 0x07064B50, 0, start + len(directory), 1)
    close = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 4)
    return body + directory + end + locator + close + b"note"


class Command:
    """What an attacker puts into a pickle."""

    def __reduce__(self):
        return os.system, ("echo this must never run",)


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    tensors = state()
    save_file(expected(tensors), FOLDER / "expected.safetensors")
    small = {"layer.weight": torch.arange(6.0).reshape(2, 3), "layer.bias": torch.tensor([0.5, -0.5])}
    training = {
        "epoch": 3, "best": 0.25, "arguments": {"lr": 1e-3, "names": ["a", "b"], "none": None, "big": 2**70},
        "optimizer": torch.optim.SGD([torch.nn.Parameter(torch.zeros(2))], lr=0.1, momentum=0.9).state_dict(),
        "shape": torch.Size([2, 3]), "type": torch.float16, "device": torch.device("cpu"),
        "state_dict": collections.OrderedDict(("module." + name, value) for name, value in small.items()),
    }
    norm = torch.nn.BatchNorm1d(3)
    files = {
        "state.zip.pth": saved(tensors),
        "state.legacy.pth": saved(tensors, _use_new_zipfile_serialization=False),
        "state.protocol4.pth": saved(tensors, pickle_protocol=4),
        "state.protocol5.legacy.pth": saved(tensors, pickle_protocol=5, _use_new_zipfile_serialization=False),
        "small.zip.pth": saved(small),
        "small.legacy.pth": saved(small, _use_new_zipfile_serialization=False),
        "small.zip64.pth": zip64(saved(small)),
        "training.zip.pth": saved(training),
        "training.legacy.pth": saved(training, _use_new_zipfile_serialization=False),
        "norm.pth": saved(norm.state_dict()),
        "compressed.pth": repacked(saved(small), zipfile.ZIP_DEFLATED),
        "malicious.zip.pth": saved({"layer.weight": small["layer.weight"], "x": Command()}),
        "malicious.legacy.pth": saved([Command()], _use_new_zipfile_serialization=False),
        "malicious.protocol4.pth": saved([Command()], pickle_protocol=4),
        "module.pth": saved(torch.nn.Linear(2, 2)),
        "expanded.pth": saved({"x": torch.zeros(1).expand(1000, 1000)}),
        "list.pth": saved([small["layer.bias"]]),
        "large.pth": saved({"x": torch.tensor([1, 2**31])}),
    }
    for name, contents in files.items():
        (FOLDER / name).write_bytes(contents)
    for name in ["state.zip.pth", "state.legacy.pth"]:
        again = torch.load(FOLDER / name, weights_only=True)
        assert all(torch.equal(again[key], tensors[key]) for key in tensors)


if __name__ == "__main__":
    main()
