"""Numbers of architectures: reduction, closedness, degrees."""

import pickle

import pytest

from convolution_cases import REFERENCE, cases, network
from equivariety.convolution import LinearConvNet, generic_ed_degree
from equivariety.convolution.chern import chern_class_degrees, segre_degree


@cases("h_reduced")
def test_reference_reduced(case):
    net = network(case)
    reduced = LinearConvNet(case["reduced_filter_sizes"], case["reduced_strides"])
    assert net.reduced() == reduced
    assert [list(block) for block in net.blocks] == case["blocks"]
    assert net.equals_reduced == case["same_function_space_as_reduced"]
    assert (net.dimension, net.size) == (case["dim"], case["ambient"])
    assert (net.thick, net.filling) == (case["full_dimensional"], case["filling"])
    assert net.zariski_closed == case["zariski_closed"]
    assert reduced.reduced() == reduced


@cases("e_jacobian_ranks")
def test_reference_dimension(case):
    net = network(case)
    assert net.dimension == case["jacobian_rank"]
    assert (net.size, net.thick) == (case["ambient"], case["full_dimensional"])


@cases("b_generic_ED_degrees", "segre")
def test_reference_generic_ed_degree_of_segre_varieties(case):
    assert generic_ed_degree(case["projective_dims"]) == case["gED"]
    assert chern_class_degrees(case["projective_dims"]) == case["degrees_of_chern_classes"]
    assert segre_degree(case["projective_dims"]) == case["degrees_of_chern_classes"][0]
    assert network(case).generic_ed_degree == case["gED"]


@cases("b_generic_ED_degrees", "segre_veronese")
def test_reference_generic_ed_degree_of_segre_veronese_varieties(case):
    assert generic_ed_degree(case["projective_dims"], case["degrees"]) == case["gED"]


@cases("i_polynomial_cnn")
def test_reference_polynomial_networks(case):
    dimensions = [size - 1 for size in case["filter_sizes"]]
    assert generic_ed_degree(dimensions, case["veronese_degrees"]) == case["gED"]
    assert chern_class_degrees(dimensions, case["veronese_degrees"])[0] == case["degree"]


def test_closed_forms():
    for n in range(2, 8):
        assert generic_ed_degree([n - 1, 1]) == 4 * n - 2
        assert generic_ed_degree([1], [n]) == 3 * n - 2


def test_reference_degrees_and_counts_from_elimination():
    entries = {entry["variety"]: entry for entry in REFERENCE["c1_complex_counts_function_space"]["cases"]}
    for name in list(entries)[:3]:
        net = LinearConvNet(*eval(name, {"__builtins__": {}}))
        assert (net.degree, net.generic_ed_degree) == (
            entries[name]["degree"],
            entries[name]["n_complex_critical_points"],
        )
    # The discriminant of binary forms is dual to a rational normal curve and has the same generic ED degree.
    for name, degree in (("disc2", 2), ("L^3", 3), ("disc4", 4)):
        assert generic_ed_degree([1], [degree]) == entries[name]["n_complex_critical_points"]


@pytest.mark.parametrize(
    ("sizes", "strides", "count"), [([2, 2, 2], [1, 2, 1], 2), ([3, 3], [1, 1], 6), ([3, 3], [2, 1], 1)]
)
def test_number_of_generic_factorizations(sizes, strides, count):
    assert LinearConvNet(sizes, strides).generic_factorizations == count


def test_value_semantics():
    net = LinearConvNet([3, 2], [2, 1])
    assert net == LinearConvNet((3, 2), (2, 1)) == eval(repr(net))
    assert hash(net) == hash(pickle.loads(pickle.dumps(net)))
    assert net != LinearConvNet([3, 2], [3, 1])


def test_layers_of_size_one_only_add_to_a_stride():
    net = LinearConvNet([3, 1, 2], [2, 2, 1])
    assert net.reduced() == LinearConvNet([3, 2], [4, 1])
    assert net.blocks == ((3, 1), (2,))
    assert (net.zariski_closed, net.equals_reduced) == (True, True)
    assert LinearConvNet([1, 3], [2, 1]).reduced() == LinearConvNet([1, 3], [2, 1])
