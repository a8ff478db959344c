"""The NetworkX view on the shipped network and on a drawing of five places."""

from __future__ import annotations

import networkx as nx
import pytest

from data import Catalogue, load_catalogue
from network.analysis import Loss, busiest_places, fewest_services, lost_pairs, service_graph, without_passage


@pytest.fixture(scope="module")
def shipped() -> tuple[Catalogue, nx.MultiDiGraph]:
    """Give the shipped facts and their graph."""
    catalogue = load_catalogue()
    return catalogue, service_graph(catalogue)


def test_malaszewicze_carries_the_railway_to_europe(shipped: tuple[Catalogue, nx.MultiDiGraph]) -> None:
    """Without Malaszewicze no train joins Yiwu and Duisburg, and ships still do."""
    _, graph = shipped
    rail = nx.MultiDiGraph(edge for edge in graph.edges(keys=True, data=True) if edge[3]["mode"] == "rail")
    closed = without_passage(rail, "PLMAL-B")
    assert lost_pairs(rail, closed, ["CNYIW-R"], ["DEDUI-R"]) == [Loss("CNYIW-R", "DEDUI-R")]
    assert lost_pairs(graph, without_passage(graph, "PLMAL-B"), ["CNYIW-R"], ["DEDUI-R"]) == []


def test_ningbo_is_among_the_busiest_places(shipped: tuple[Catalogue, nx.MultiDiGraph]) -> None:
    """Betweenness is computed and puts a great port high."""
    _, graph = shipped
    busiest = busiest_places(graph, most=12, samples=60, seed=1)
    assert len(busiest) == 12
    assert any(place.startswith(("CNNBO", "CNSHA", "CNPVG")) for place, _ in busiest)


def test_a_minimum_cut_parts_two_regions() -> None:
    """Two ways of two and one services: the cut takes the single service and one side of the double way."""
    graph = nx.MultiDiGraph()
    graph.add_edges_from([("a", "b", "s1"), ("a", "b", "s2"), ("b", "d", "s3"), ("a", "c", "s4"), ("c", "d", "s5")])
    cut = fewest_services(graph, ["a"], ["d"])
    graph.remove_edges_from([(a, b, key) for a, b, key in list(graph.edges(keys=True)) if (a, b) in cut])
    assert len(cut) == 2
    assert not nx.has_path(graph, "a", "d")
