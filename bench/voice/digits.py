"""Spoken digits: a small CTC model that is trained here, and run by the very adapter that serves large ones.

    python bench/voice/digits.py --data DIR [--out FOLDER]

Trains on the training files of three speakers of FSDD, in a few minutes of CPU; the fourth is a stranger to it. Needs
`make deep` and `pip install kaldi-native-fbank`.
"""

from __future__ import annotations

import argparse
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

RATE_HZ, BANDS, WIDTH = 8000, 23, 128
TRAINED, STRANGER = ("jackson", "nicolas", "theo"), "yweweler"
STRINGS, EPOCHS, BATCH, SEED = 2400, 10, 32, 7
LAYERS = ((5, 1, 2), (5, 2, 1), (5, 4, 1), (5, 8, 1))
"""Kernel, dilation and stride of each layer."""


def features(sound: np.ndarray) -> np.ndarray:
    """Kaldi's log mel bands as sherpa-onnx computes them, (n_frames, 23)."""
    import kaldi_native_fbank

    options = kaldi_native_fbank.FbankOptions()
    options.frame_opts.samp_freq, options.frame_opts.dither, options.frame_opts.snip_edges = RATE_HZ, 0, False
    options.mel_opts.num_bins, options.mel_opts.low_freq, options.mel_opts.high_freq = BANDS, 20, -400
    bank = kaldi_native_fbank.OnlineFbank(options)
    bank.accept_waveform(RATE_HZ, sound.tolist())
    bank.input_finished()
    return np.stack([bank.get_frame(at) for at in range(bank.num_frames_ready)])


def clips(data: Path) -> dict[tuple[str, int], list[np.ndarray]]:
    """The training files by speaker and digit."""
    found: dict[tuple[str, int], list[np.ndarray]] = {}
    with zipfile.ZipFile(data / "fsdd" / "train_flac.zip") as packed:
        for name in packed.namelist():
            digit, speaker, _ = Path(name).stem.split("_")
            found.setdefault((speaker, int(digit)), []).append(soundfile.read(io.BytesIO(packed.read(name)))[0])
    return found


def strings(data: Path, chance: np.random.Generator) -> list[tuple[np.ndarray, list[int]]]:
    """Strings of one to six digits of one speaker each, at other speeds and levels, in noise: features and labels."""
    from soxr import resample

    said, made = clips(data), []
    for _ in range(STRINGS):
        speaker = TRAINED[chance.integers(len(TRAINED))]
        digits = chance.integers(0, 10, chance.integers(1, 7))
        parts = [np.zeros(chance.integers(400, 2400))]
        for digit in digits:
            takes = said[speaker, int(digit)]
            parts += [takes[chance.integers(len(takes))], np.zeros(chance.integers(0, 1600))]
        sound = resample(np.concatenate(parts), RATE_HZ, RATE_HZ * chance.uniform(0.82, 1.22))
        sound = sound / (np.abs(sound).max() + 1e-6) * chance.uniform(0.1, 0.9)
        if chance.random() < 0.7:
            sound += chance.standard_normal(len(sound)) * np.std(sound) * 10 ** (-chance.uniform(8, 40) / 20)
        made.append((features(sound.astype(np.float32)), [int(digit) + 1 for digit in digits]))
    return made


def train(data: Path, out: Path) -> float:
    """Write model.onnx and tokens.txt into `out`; the seconds of CPU that it took."""
    import torch

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    began, chance = time.process_time(), np.random.default_rng(SEED)
    made = strings(data, chance)
    net = torch.nn.ModuleList(
        torch.nn.Conv1d(BANDS if at == 0 else WIDTH, WIDTH, kernel, stride, dilation * (kernel // 2), dilation)
        for at, (kernel, dilation, stride) in enumerate(LAYERS)
    )
    last = torch.nn.Conv1d(WIDTH, 11, 1)
    drop = torch.nn.Dropout(0.1)
    parameters = [*net.parameters(), *last.parameters()]
    steps = EPOCHS * -(-len(made) // BATCH)
    optimiser = torch.optim.AdamW(parameters, 2e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, steps)
    loss_of = torch.nn.CTCLoss(zero_infinity=True)
    for epoch in range(EPOCHS):
        order, total = chance.permutation(len(made)), 0.0
        for at in range(0, len(order), BATCH):
            rows = [made[one] for one in order[at : at + BATCH]]
            x = torch.zeros(len(rows), BANDS, max(len(bands) for bands, _ in rows))
            for row, (bands, _) in enumerate(rows):
                even = (bands - bands.mean(0)) / (bands.std(0) + 1e-5)
                low = chance.integers(0, BANDS - 4)
                even[:, low : low + chance.integers(0, 4)] = 0
                x[row, :, : len(bands)] = torch.from_numpy(even.T.astype(np.float32))
            for layer, (_, _, stride) in zip(net, LAYERS, strict=True):
                heard = drop(torch.relu(layer(x)))
                x = heard if stride > 1 else x + heard
            logs = last(x).log_softmax(1).permute(2, 0, 1)
            lengths = torch.tensor([(len(bands) + 1) // 2 for bands, _ in rows])
            labels = torch.tensor([one for _, digits in rows for one in digits])
            loss = loss_of(logs, labels, lengths, torch.tensor([len(digits) for _, digits in rows]))
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters, 5.0)
            optimiser.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1} of {EPOCHS}: loss {total * BATCH / len(made):.3f}", flush=True)
    weights = [(one.weight.detach().numpy(), one.bias.detach().numpy()) for one in [*net, last]]
    write(out, weights)
    return time.process_time() - began


def write(out: Path, weights: list[tuple[np.ndarray, np.ndarray]]) -> None:
    """The graph as sherpa-onnx wants a `tdnn_ctc`: log mel bands in, logs of probabilities out."""
    from onnx import TensorProto, checker, helper, numpy_helper, save

    kept = [numpy_helper.from_array(np.array([1e-5], np.float32), "least")]
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1]),
        helper.make_node("Sub", ["x", "mean"], ["centred"]),
        helper.make_node("Mul", ["centred", "centred"], ["squares"]),
        helper.make_node("ReduceMean", ["squares"], ["variance"], axes=[1]),
        helper.make_node("Sqrt", ["variance"], ["deviation"]),
        helper.make_node("Add", ["deviation", "least"], ["width"]),
        helper.make_node("Div", ["centred", "width"], ["even"]),
        helper.make_node("Transpose", ["even"], ["h0"], perm=[0, 2, 1]),
    ]
    for at, (weight, bias) in enumerate(weights):
        kept += [numpy_helper.from_array(weight, f"w{at}"), numpy_helper.from_array(bias, f"b{at}")]
        kernel, dilation, stride = LAYERS[at] if at < len(LAYERS) else (1, 1, 1)
        shape: dict[str, Any] = {"kernel_shape": [kernel], "dilations": [dilation], "strides": [stride]}
        pads = [dilation * (kernel // 2)] * 2
        nodes.append(helper.make_node("Conv", [f"h{at}", f"w{at}", f"b{at}"], [f"c{at}"], pads=pads, **shape))
        if at == len(LAYERS):
            break
        nodes.append(helper.make_node("Relu", [f"c{at}"], [f"r{at}"]))
        kind, inputs = ("Identity", [f"r{at}"]) if stride > 1 else ("Add", [f"h{at}", f"r{at}"])
        nodes.append(helper.make_node(kind, inputs, [f"h{at + 1}"]))
    nodes.append(helper.make_node("Transpose", [f"c{len(LAYERS)}"], ["scores"], perm=[0, 2, 1]))
    nodes.append(helper.make_node("LogSoftmax", ["scores"], ["log_probs"], axis=2))
    heard = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", BANDS])
    told = helper.make_tensor_value_info("log_probs", TensorProto.FLOAT, ["N", "U", 11])
    graph = helper.make_graph(nodes, "digits", [heard], [told], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, {"vocab_size": "11", "model_type": "tdnn", "subsampling_factor": "2"})
    checker.check_model(model)
    out.mkdir(parents=True, exist_ok=True)
    save(model, str(out / "model.onnx"))
    tokens = ["<eps>", *map(str, range(10))]
    (out / "tokens.txt").write_text("".join(f"{token} {at}\n" for at, token in enumerate(tokens)), "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("bench/voice/made"))
    given = parser.parse_args()
    print(f"{train(given.data, given.out):.0f} s of CPU; {given.out}")
