"""Training: seeds, resume bit for bit, early stopping, several processes."""

from __future__ import annotations

import socket
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
import torch

import equivariety as ev
from equivariety.nn import EquivariantAutoencoder, EquivariantLinear, Training, evaluate


def data(samples=200):
    generator = torch.Generator().manual_seed(3)
    mixing = torch.randn(6, 6, generator=generator)
    return torch.randn(samples, 6, generator=generator) @ mixing


def model():
    torch.manual_seed(1)
    return EquivariantLinear(ev.actions.cyclic(6), ranks=(1, 1, 1, 0))


def state(module):
    return torch.cat([parameter.detach().ravel() for parameter in module.parameters()])


def test_same_seed_same_weights_other_seed_others_and_global_randomness_is_left_alone():
    trained = []
    for seed in (0, 0, 1):
        network = model()
        before = torch.random.get_rng_state()
        Training(epochs=2, batch_size=32, seed=seed).fit(network, data())
        assert torch.equal(before, torch.random.get_rng_state())
        trained.append(state(network))
    assert torch.equal(trained[0], trained[1])
    assert not torch.equal(trained[0], trained[2])


def test_interrupted_training_resumes_bit_for_bit(tmp_path):
    options = {
        "batch_size": 32,
        "scheduler": partial(torch.optim.lr_scheduler.StepLR, step_size=2, gamma=0.5),
        "patience": 10,
    }
    straight = torch.nn.Sequential(model(), torch.nn.Dropout(0.2))
    expected = Training(epochs=6, **options).fit(straight, data(), validation=(data(20), data(20)))
    interrupted = torch.nn.Sequential(model(), torch.nn.Dropout(0.2))
    path = tmp_path / "checkpoint.pt"

    def stop(history):
        if history.epochs == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Training(epochs=6, **options).fit(
            interrupted, data(), validation=(data(20), data(20)), checkpoint=path, progress=stop
        )
    fresh = torch.nn.Sequential(model(), torch.nn.Dropout(0.2))
    history = Training(epochs=6, **options).fit(fresh, data(), validation=(data(20), data(20)), checkpoint=path)
    assert torch.equal(state(fresh), state(straight))
    assert history.train_losses == expected.train_losses
    assert history.validation_losses == expected.validation_losses


def test_early_stopping_returns_to_the_best_weights():
    network = model()
    X = data()
    # What training approaches on X is the worst answer on the validation data.
    history = Training(epochs=30, batch_size=50, patience=2).fit(network, X, validation=(X, -X))
    assert history.stopped_early
    assert (history.epochs, history.best_epoch) == (3, 1)
    assert evaluate(network, X, -X) == pytest.approx(history.validation_losses[0])


def test_diverged_epochs_are_never_the_best():
    X = data()
    rising = partial(torch.optim.SGD, lr=1e20)
    history = Training(epochs=3, batch_size=50, optimizer=rising, patience=9).fit(model(), X, validation=(X, X))
    assert np.isnan(history.validation_losses).all()
    assert history.best_epoch == 1


def test_training_reaches_the_closed_form():
    X = data(400)
    maps = ev.EquivariantMaps(ev.actions.cyclic(6))
    best = maps.bounded(4).fit(X.double().numpy())
    torch.manual_seed(0)
    network = EquivariantAutoencoder(best.component)
    training = Training(epochs=150, batch_size=100, optimizer=partial(torch.optim.Adam, lr=0.02))
    training.fit(network, X)
    assert (1 - 1e-6) * best.loss < evaluate(network, X, X) < 1.02 * best.loss


def test_any_loss_and_progress():
    seen = []
    network = model()
    training = Training(epochs=3, loss=torch.nn.HuberLoss())
    history = training.fit(network, data().numpy(), progress=lambda so_far: seen.append(so_far.epochs))
    assert seen == [1, 2, 3]
    assert history.train_losses[-1] < history.train_losses[0]
    assert len(history.seconds) == 3


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epochs": 0}, "epochs must be a whole number of at least 1, not 0"),
        ({"batch_size": 2.5}, "batch_size must be a whole number of at least 1, not 2.5"),
        ({"patience": 3}, "patience needs validation data, whose loss tells when to stop"),
    ],
)
def test_options_are_checked(options, message):
    with pytest.raises(ev.InputError, match=message):
        Training(**options).fit(model(), data())


def test_data_and_checkpoints_are_checked(tmp_path):
    with pytest.raises(ev.InputError, match="X and Y must have the same number of samples, at least one: 200 and 20"):
        Training().fit(model(), data(), data(20))
    path = tmp_path / "checkpoint.pt"
    Training(epochs=1).fit(model(), data(), checkpoint=path)
    with pytest.raises(ev.InputError, match="belongs to a training with seed=0, not 1"):
        Training(epochs=1, seed=1).fit(model(), data(), checkpoint=path)
    path.write_bytes(b"damaged")
    with pytest.raises(ev.InputError, match=r"checkpoint .* cannot be read"):
        Training(epochs=1).fit(model(), data(), checkpoint=path)


_WORKER = """
import sys, numpy as np, torch
import torch.distributed as distributed
import equivariety as ev
from equivariety.nn import EquivariantLinear, Training
rank = int(sys.argv[1])
distributed.init_process_group("gloo", init_method=f"tcp://127.0.0.1:{sys.argv[2]}", rank=rank, world_size=2)
torch.manual_seed(1)
network = EquivariantLinear(ev.actions.cyclic(6), ranks=(1, 1, 1, 0), dtype=torch.float64)
X = np.load(sys.argv[3])
history = Training(epochs=3, batch_size=50).fit(network, X)
np.save(sys.argv[4] + str(rank), torch.cat([p.detach().ravel() for p in network.parameters()]).numpy())
distributed.destroy_process_group()
"""


@pytest.mark.slow
def test_two_processes_train_the_same_network_as_one(tmp_path):
    X = data().double().numpy()
    np.save(tmp_path / "X.npy", X)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", _WORKER]
    workers = [
        subprocess.Popen([*command, str(rank), str(port), str(tmp_path / "X.npy"), str(tmp_path / "weights")])
        for rank in range(2)
    ]
    assert [worker.wait(timeout=120) for worker in workers] == [0, 0]
    torch.manual_seed(1)
    alone = EquivariantLinear(ev.actions.cyclic(6), ranks=(1, 1, 1, 0), dtype=torch.float64)
    Training(epochs=3, batch_size=50).fit(alone, X)
    for rank in range(2):
        np.testing.assert_allclose(np.load(tmp_path / f"weights{rank}.npy"), state(alone).numpy(), atol=1e-12)
