"""Writes oracles.json: values of the formulas of dev.assay.explain.measure, computed with numpy by definition."""

import json
import pathlib

import numpy as np

random = np.random.default_rng(16)
n = 80
truth = np.where(random.random(n) < 0.4, random.gamma(2.0, 1.0, n), 0.0)
simulated = np.maximum(0, np.round(1.7 * truth + random.normal(0.3, 1.2, n), 1))
weights = np.round(random.uniform(0.1, 30, n), 2)


def pearson(y, p, w):
    c = np.cov(np.stack([y, p]), aweights=w, ddof=0)
    return c[0, 1] / np.sqrt(c[0, 0] * c[1, 1])


def score(y, p, w):
    return {
        "correlation": pearson(y, p, w),
        "rsquared": 1 - np.sum(w * (y - p) ** 2) / np.sum(w * y**2),
        "absolute_dev_explained": 1 - np.sum(w * np.abs(y - p)) / np.sum(w * np.abs(y)),
    }


def average_precision(labels, scores, w):
    total = np.sum(w[labels])
    area, recall_before = 0.0, 0.0
    for threshold in sorted(set(scores), reverse=True):
        chosen = scores >= threshold
        hits = np.sum(w[chosen & labels])
        recall = hits / total
        area += (recall - recall_before) * hits / np.sum(w[chosen])
        recall_before = recall
    return area


def auroc(labels, scores, w):
    wins = weight = 0.0
    for i in np.flatnonzero(labels):
        for j in np.flatnonzero(~labels):
            weight += w[i] * w[j]
            wins += w[i] * w[j] * (1.0 if scores[i] > scores[j] else 0.5 if scores[i] == scores[j] else 0.0)
    return wins / weight


def holm(p):
    order = np.argsort(p, kind="stable")
    adjusted = np.empty(len(p))
    for rank, index in enumerate(order):
        adjusted[index] = max(min(1.0, (len(p) - j) * p[order[j]]) for j in range(rank + 1))
    return adjusted


labels = truth > 0.5
predicted = simulated > 2
tp, fp = np.sum(weights[predicted & labels]), np.sum(weights[predicted & ~labels])
fn, tn = np.sum(weights[~predicted & labels]), np.sum(weights[~predicted & ~labels])
slope, intercept = np.polyfit(simulated, truth, 1)
queries = np.array([-1.0, 0.0, 0.05, 0.7, 1.33, 4.0, 99.0])
p_values = np.array([0.01, 0.04, 0.03, 0.005, 0.2, 0.9, 0.04])
features = random.beta(2, 5, 25)
baseline = np.clip(features - 0.03 + random.normal(0, 0.08, 25), 0, 1)
draws = random.integers(0, 25, (400_000, 25))
means, differences = features[draws].mean(1), (features - baseline)[draws].mean(1)
logits = random.normal(0, 4, (3, 7)).astype(np.float32)
wide = logits.astype(np.float64)
log_softmax = wide - np.log(np.exp(wide - wide.max(1, keepdims=True)).sum(1, keepdims=True)) - wide.max(1, keepdims=True)
a, b = random.normal(size=6), random.normal(size=6)

values = {
    "truth": truth.tolist(),
    "simulated": simulated.tolist(),
    "weights": weights.tolist(),
    "uniform": score(truth, simulated, np.ones(n)),
    "weighted": score(truth, simulated, weights),
    "corrcoef": np.corrcoef(truth, simulated)[0, 1],
    "shifted_corrcoef": np.corrcoef(truth + 1e8, simulated)[0, 1],
    "slope": slope,
    "intercept": intercept,
    "percentile_queries": queries.tolist(),
    "percentile": np.interp(queries, np.sort(simulated), np.sort(truth)).tolist(),
    "label_threshold": 0.5,
    "prediction_threshold": 2.0,
    "average_precision": average_precision(labels, simulated, np.ones(n)),
    "weighted_average_precision": average_precision(labels, simulated, weights),
    "auroc": auroc(labels, simulated, np.ones(n)),
    "weighted_auroc": auroc(labels, simulated, weights),
    "precision": tp / (tp + fp),
    "recall": tp / (tp + fn),
    "f1": 2 * tp / (2 * tp + fp + fn),
    "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
    "p_values": p_values.tolist(),
    "holm": holm(p_values).tolist(),
    "features": features.tolist(),
    "baseline": baseline.tolist(),
    "interval": np.quantile(means, [0.025, 0.975]).tolist(),
    "difference": (features - baseline).mean(),
    "difference_interval": np.quantile(differences, [0.025, 0.975]).tolist(),
    "difference_p": 2 * min((differences <= 0).mean(), (differences >= 0).mean()),
    "logits": logits.ravel().tolist(),
    "losses": (-log_softmax).ravel().tolist(),
    "embeddings": [a.tolist(), b.tolist()],
    "cosine": a @ b / np.linalg.norm(a) / np.linalg.norm(b),
}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(values) + "\n")
