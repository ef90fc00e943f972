"""
An autoencoder that ignores outliers
====================================

The closed form answers the squared error; a network of the same component trains with any loss.

One image in ten is white noise. The closed-form optimum is the starting point, and training with the Huber loss turns
it away from the outliers. A dense layer trained on the same data shows what the audit of a model says.

Needs the extra torch.
"""

import sys
from functools import partial

import numpy as np
import torch

import equivariety as ev
from equivariety.plotting.images import image_rows
from equivariety.plotting.style import save_figure

RANK = 12

clean = np.float32(ev.datasets.digits())
train, test = clean[:1200].copy(), clean[1200:]
generator = np.random.default_rng(0)
outliers = generator.random(len(train)) < 0.1
train[outliers] = generator.uniform(-6, 6, size=(int(outliers.sum()), 64))

# %%
# The closed form, and the network of its component that starts there.
action = ev.actions.image_shift((8, 8), axis=1)
solution = ev.EquivariantMaps(action).bounded(RANK).fit(train)
model = ev.nn.EquivariantAutoencoder.from_solution(solution)
print(f"component {solution.ranks}: {solution.component.parameters} weights, dense {2 * RANK * 64}")
print(f"closed form, squared error:    {solution.error(test):.4f} on clean digits")

# %%
# Trained on with the Huber loss, it stays exactly equivariant.
training = ev.nn.Training(
    epochs=60, batch_size=100, loss=torch.nn.HuberLoss(delta=0.05), optimizer=partial(torch.optim.Adam, lr=0.01)
)
training.fit(model, train)
print(f"trained on, Huber loss:        {ev.nn.evaluate(model, test, test):.4f} on clean digits")
print(f"still equivariant:             error {ev.equivariance_error(model, action):.0e}")
with torch.no_grad():
    trained = model(torch.from_numpy(test[:10])).numpy()
figure = image_rows({"clean": test[:10], "squared error": solution.apply(test[:10]), "Huber loss": trained}, (8, 8))

# %%
# A dense layer learns no symmetry by itself; the audit says which part of it breaks it.
torch.manual_seed(0)
dense = torch.nn.Linear(64, 64)
training.fit(dense, train)
audit = ev.equivariance_error(dense, action)
print(f"a dense layer, same training:  error {audit:.2f}; by frequency")
for block in audit.linear.blocks:
    print(f"  {block.label}: {block.error / block.norm:.2f} of its norm breaks the symmetry")

if len(sys.argv) > 1:
    save_figure(figure, sys.argv[1], "robust_autoencoder")
