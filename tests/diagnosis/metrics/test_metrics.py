"""Metrics against scikit-learn, by hand, and their intervals by simulation."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from sklearn import metrics as sk

from fathom.core.exceptions import UnusableInput
from fathom.diagnosis.metrics.answers import answers_of
from fathom.diagnosis.metrics.measured import Scene, judge, mean_of, measure_metric
from fathom.diagnosis.metrics.rates import f_of
from fathom.diagnosis.metrics.spelling import read_metric, read_requirement


def made(n: int = 300, C: int = 2, seed: int = 0, weights: bool = False) -> pl.DataFrame:
    """A table as a run has it: probabilities that are right more often than not."""
    rng = np.random.default_rng(seed)
    classes = np.array(["no", "yes", "so-so"][:C])
    p = rng.dirichlet(np.ones(C), n)
    truth = np.array([rng.choice(C, p=q) for q in 0.5 * p + 0.5 / C])
    predicted = p.argmax(axis=1)
    columns = {"truth": classes[truth], "prediction": classes[predicted], "error": (truth != predicted).astype(float)}
    columns |= {f"p_{c}": p[:, i] for i, c in enumerate(classes)}
    columns["weight"] = rng.uniform(0.5, 3, n) if weights else np.ones(n)
    columns["region"] = np.array(["US", "China", "India"])[rng.integers(0, 3, n)]
    return pl.DataFrame(columns)


def measured(text: str, table: pl.DataFrame, C: int = 2, **about):
    classes = ("no", "yes", "so-so")[:C]
    return measure_metric(read_metric(text), Scene("dev", answers_of(table, classes=classes), **about))


def value(text: str, table: pl.DataFrame, C: int = 2) -> float:
    return measured(text, table, C).estimate.value


@pytest.mark.parametrize("weights", [False, True], ids=["equal", "weighted"])
def test_two_classes_as_scikit_learn_has_them(weights):
    table = made(weights=weights)
    y, p, w = table["truth"], table["prediction"], table["weight"].to_numpy()
    s, about = table["p_yes"].to_numpy(), {"pos_label": "yes", "sample_weight": w}
    assert value("accuracy", table) == pytest.approx(sk.accuracy_score(y, p, sample_weight=w))
    assert value("error", table) == pytest.approx(1 - sk.accuracy_score(y, p, sample_weight=w))
    assert value("precision", table) == pytest.approx(sk.precision_score(y, p, **about))
    assert value("recall", table) == pytest.approx(sk.recall_score(y, p, **about))
    assert value("specificity", table) == pytest.approx(sk.recall_score(y, p, pos_label="no", sample_weight=w))
    for beta in (0.5, 1.0, 2.0):
        assert value(f"f{beta:g}", table) == pytest.approx(sk.fbeta_score(y, p, beta=beta, **about))
    assert value("auc", table) == pytest.approx(sk.roc_auc_score(y == "yes", s, sample_weight=w))
    assert value("brier", table) == pytest.approx(sk.brier_score_loss(y == "yes", s, sample_weight=w))
    assert value("log_loss", table) == pytest.approx(sk.log_loss(y == "yes", s, sample_weight=w))


@pytest.mark.parametrize("weights", [False, True], ids=["equal", "weighted"])
def test_three_classes_as_scikit_learn_has_them(weights):
    table = made(C=3, weights=weights)
    y, p, w = table["truth"], table["prediction"], table["weight"].to_numpy()
    about = {"average": "macro", "sample_weight": w}
    assert value("precision", table, 3) == pytest.approx(sk.precision_score(y, p, **about))
    assert value("recall", table, 3) == pytest.approx(sk.recall_score(y, p, **about))
    assert value("f2", table, 3) == pytest.approx(sk.fbeta_score(y, p, beta=2, **about))
    assert value("recall of so-so", table, 3) == pytest.approx(sk.recall_score(y, p, labels=["so-so"], **about))
    assert value("mean accuracy by truth", table, 3) == pytest.approx(sk.balanced_accuracy_score(y, p, sample_weight=w))
    scores = table.select("p_no", "p_so-so", "p_yes").to_numpy()
    assert value("auc", table, 3) == pytest.approx(sk.roc_auc_score(y, scores, multi_class="ovr", **about))


def test_a_number_as_scikit_learn_has_it():
    rng = np.random.default_rng(1)
    y = rng.normal(100, 20, 200)
    p = y + rng.normal(0, 5, 200)
    table = pl.DataFrame({"truth": y, "prediction": p, "error": np.abs(y - p) / 16})
    scene = Scene("dev", answers_of(table, classes=(), unit="mmHg"))
    known = {"rmse": sk.root_mean_squared_error(y, p), "mae": sk.mean_absolute_error(y, p), "r2": sk.r2_score(y, p)}
    for name, number in known.items():
        found = measure_metric(read_metric(name), scene)
        assert found.estimate.value == pytest.approx(number)
        assert found.estimate.low < number < found.estimate.high
    assert "mmHg" in str(measure_metric(read_metric("rmse"), scene))


def test_ties_count_half_in_the_auc():
    table = pl.DataFrame({"truth": ["yes", "no", "yes", "no"], "p_yes": [0.5, 0.5, 0.9, 0.1]}).with_columns(
        p_no=1 - pl.col("p_yes"), prediction=pl.lit("yes"), error=pl.lit(0.0)
    )
    assert value("auc", table) == (0.5 + 1 + 1 + 1) / 4


def test_ece_by_hand_and_what_exact_calibration_would_show():
    table = made(n=400)
    p = table.select("p_no", "p_yes").to_numpy()
    sure, right = p.max(axis=1), (table["truth"] == table["prediction"]).to_numpy()
    naive = sum(
        abs((sure[rows] - right[rows]).mean()) * rows.mean() for k in range(10) if (rows := (sure > k / 10) & (sure <= (k + 1) / 10)).any()
    )
    found = measured("ece", table)
    assert found.estimate.value == pytest.approx(naive)
    assert found.about.startswith("calibrated exactly would show")
    drawn = np.where(np.random.default_rng(2).random(400) < table["p_yes"].to_numpy(), "yes", "no")
    exact = table.with_columns(truth=pl.Series(drawn))
    assert measured("ece", exact).estimate.low == 0.0
    assert found.estimate.low > 0.03


def test_f1_is_the_harmonic_mean():
    """C3W1-04: 95/90 -> 92.43%, 98/85 -> 91.04%, and A wins."""
    a, b = f_of(0.95, 0.90), f_of(0.98, 0.85)
    assert (f"{a:.2%}", f"{b:.2%}") == ("92.43%", "91.04%")
    assert a > b
    table = made()
    assert value("f1", table) == pytest.approx(f_of(value("precision", table), value("recall", table)))


def test_the_mean_over_regions():
    """C3W1-06: US, China, India, other of A to F; C is best."""
    errors = {
        "A": (3, 7, 5, 9), "B": (5, 6, 5, 10), "C": (2, 3, 4, 5), "D": (5, 8, 7, 2), "E": (4, 5, 2, 4), "F": (7, 11, 8, 12),
    }  # fmt: skip
    means = {name: mean_of(dict(enumerate(each))) for name, each in errors.items()}
    assert means == {"A": 6, "B": 6.5, "C": 3.5, "D": 5.5, "E": 3.75, "F": 9.5}
    assert min(means, key=means.get) == "C"
    rows = [(region, i < wrong) for region, wrong in zip(("US", "China", "India", "other"), errors["A"], strict=True) for i in range(100)]
    table = pl.DataFrame(
        {"truth": ["yes"] * 400, "prediction": ["no" if w else "yes" for _, w in rows], "error": [float(w) for _, w in rows]}
    ).with_columns(region=pl.Series([r for r, _ in rows]))
    assert value("mean error by region", table) == pytest.approx(0.06)
    worst = measured("worst error by region", table)
    assert worst.estimate.value == pytest.approx(0.09)
    assert worst.about.startswith("'other' of 4")
    assert worst.estimate.low < 0.09 < worst.estimate.high


def test_weighted_error_prefers_b():
    """C3W1-15: A 3% but lets some of it through, B 5% and none; with weight 10 there B is better, with weight 1 it is the plain error."""
    kind = ["porn"] * 10 + ["cat"] * 90
    rows = {"A": [1] * 3 + [0] * 97, "B": [0] * 10 + [1] * 5 + [0] * 85}
    tables = {
        name: pl.DataFrame({"truth": ["yes"] * 100, "prediction": ["no" if w else "yes" for w in wrong], "error": wrong, "kind": kind})
        for name, wrong in rows.items()
    }
    plain = {name: value("error", t) for name, t in tables.items()}
    weighted = {name: value("error weighted by kind porn=10", t) for name, t in tables.items()}
    assert plain == {"A": 0.03, "B": 0.05}
    assert weighted == pytest.approx({"A": 30 / 190, "B": 5 / 190})
    assert {name: value("error weighted by kind porn=1", t) for name, t in tables.items()} == plain


def test_weights_may_stand_in_a_column():
    table = made().with_columns(cost=pl.col("p_yes") + 1)
    known = (table["error"] * table["cost"]).sum() / table["cost"].sum()
    assert value("error weighted by cost", table) == pytest.approx(known)


def test_false_positives_per_day():
    """C3W1-08: 3 false alarms in 36 hours are 2 a day; the limits are those of a Poisson count of 3."""
    table = pl.DataFrame({"truth": ["no"] * 99 + ["yes"], "prediction": ["yes"] * 3 + ["no"] * 97, "error": [1.0] * 3 + [0.0] * 96 + [1.0]})
    found = measured("false positives per 24h", table, lasted=36 * 3600)
    assert found.estimate.value == pytest.approx(2)
    assert (found.estimate.low, found.estimate.high) == pytest.approx((0.6187 / 1.5, 8.7673 / 1.5), rel=1e-3)
    assert str(found).startswith("dev false positives per 24h 2 per 24h")
    with pytest.raises(UnusableInput, match="--duration 36h"):
        measured("false positives per 24h", table)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("f1", 0.9, 0.99),
        *(
            pytest.param(*case, marks=pytest.mark.slow)
            for case in (("auc", 0.9, 0.99), ("precision", 0.9, 0.99), ("f2", 0.88, 0.99), ("ece", 0.9, 1.0))
        ),
    ],
)
def test_intervals_hold_the_truth_about_as_often_as_they_say(text, low, high):
    """Against the value over 60,000 rows of the same law; 150 sets of 150."""
    truth = value(text, made(n=60_000, seed=99))
    held = 0
    for seed in range(150):
        e = measured(text, made(n=150, seed=seed)).estimate
        held += e.low <= truth <= e.high
    assert low <= held / 150 <= high


def test_groups_widen_the_interval():
    table = made(n=60)
    many = pl.concat([table] * 10)
    alone, together = (measured("auc", t).estimate for t in (many, many.with_columns(group=pl.Series(list(range(60)) * 10))))
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_a_perfect_net_has_an_interval_all_the_same():
    table = pl.DataFrame({"truth": ["yes", "no"] * 20, "prediction": ["yes", "no"] * 20, "error": [0.0] * 40, "p_yes": [0.9, 0.1] * 20})
    table = table.with_columns(p_no=1 - pl.col("p_yes"))
    for text in ("auc", "f1", "recall", "accuracy"):
        e = measured(text, table).estimate
        assert e.value == 1.0
        assert e.low < 0.95


def test_nothing_predicted_positive_is_0_as_in_scikit_learn():
    table = pl.DataFrame({"truth": ["yes", "no"] * 5, "prediction": ["no"] * 10, "error": [1.0, 0.0] * 5})
    assert value("precision", table) == 0.0
    assert value("f1", table) == 0.0


def test_requirements_are_judged_with_their_intervals():
    table = made()
    recall = measured("recall", table)
    easy, hard, near = (judge(read_requirement(f"recall >= {x}"), recall) for x in (0.1, 0.99, round(recall.estimate.value, 3) - 0.001))
    assert (easy.met, easy.sure) == (True, True)
    assert (hard.met, hard.sure) == (False, True)
    assert (near.met, near.sure) == (True, False)
    assert "the interval holds the bound" in str(near)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f1x", "expected one of f1, accuracy"),
        ("acuracy", "Did you mean 'accuracy'"),
        ("worst error", "expected 'worst' or 'mean' together with 'by COLUMN'"),
        ("error by region", "write 'worst error by COLUMN'|Write 'worst error by COLUMN'"),
        ("recall of", "a word after 'of'"),
        ("recall of maybe", "expected one of the classes no, yes"),
        ("accuracy of yes", "expected 'of' after one of"),
        ("rmse", "expected a metric of classes"),
        ("time", "expected a net that can be timed"),
        ("worst error by nowhere", "column 'nowhere': expected one of"),
        ("error weighted by region Mars=3", "expected the values that factors are given for"),
        ("error weighted by region", "expected weights"),
        ("false positives", "expected a time after 'per'"),
        ("accuracy per 24h", "expected no time after 'per'"),
    ],
)
def test_what_is_no_metric_is_refused(text, message):
    with pytest.raises(UnusableInput, match=message):
        measured(text, made())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("time 100ms", "expected a metric, <= or >=, and a bound"),
        ("time <= 100kg", "a time as in 100ms"),
        ("accuracy >= 97", "bound of accuracy"),
        ("parameters <= many", "a number as in 10k or 1M"),
    ],
)
def test_what_is_no_requirement_is_refused(text, message):
    with pytest.raises(UnusableInput, match=message):
        read_requirement(text)


@pytest.mark.parametrize(
    ("text", "bound"),
    [("time<=0.1s", 100), ("latency < 80", 80), ("size <= 10k", 10_000), ("accuracy at least 95%", 0.95), ("error ≤ 0.05", 0.05)],
)
def test_bounds_are_read_in_the_unit_of_the_metric(text, bound):
    assert read_requirement(text).bound == pytest.approx(bound)


def test_a_count_per_time_may_have_its_time_in_the_bound():
    found = read_requirement("false positives of yes <= 1 per 24h")
    assert (found.asked.per, found.asked.of, found.bound) == (86_400, "yes", 1)
