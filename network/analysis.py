"""A NetworkX view of the network, without times and prices: what depends on what."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import networkx as nx

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from data import Catalogue

RUNNING = frozenset({"active", "seasonal"})
SOURCE, SINK = "<from>", "<to>"


class Loss(NamedTuple):
    """A pair of places that no chain of services joins any more."""

    origin: str
    destination: str


def service_graph(catalogue: Catalogue, scenarios: Collection[str] = ()) -> nx.MultiDiGraph:
    """
    Return places joined by the services that run, one edge for each service and pair of calls cargo may use.

    Nodes carry ``kind`` and ``territory``; edges, keyed by service id, ``mode``, ``passages`` (with the border points
    the service calls at) and ``transits``.

    Parameters
    ----------
    catalogue
        The facts.
    scenarios
        Scenario services to include.
    """
    graph = nx.MultiDiGraph()
    for location in catalogue.locations:
        graph.add_node(location.code, kind=str(location.kind), territory=location.territory)
    for service in catalogue.services:
        if service.status not in RUNNING and service.id not in scenarios:
            continue
        calls = catalogue.calls_of(service.id)
        for i, first in enumerate(calls):
            for j in range(i + 1, len(calls)):
                if first.can_board and calls[j].can_alight and first.location != calls[j].location:
                    passed = {call.location for call in calls[i : j + 1]} | set(service.passages)
                    graph.add_edge(
                        first.location,
                        calls[j].location,
                        service.id,
                        mode=str(service.mode),
                        passages=frozenset(passed),
                        transits=frozenset(service.transits),
                    )
    return graph


def without_passage(graph: nx.MultiDiGraph, passage: str) -> nx.MultiDiGraph:
    """Return a copy without the services that pass a border point, port or named passage such as ``suez``."""
    kept = graph.copy()
    kept.remove_edges_from([edge[:3] for edge in graph.edges(keys=True, data="passages") if passage in edge[3]])
    return kept


def lost_pairs(
    before: nx.MultiDiGraph, after: nx.MultiDiGraph, origins: Iterable[str], to: Collection[str]
) -> list[Loss]:
    """Return the pairs of origins and destinations that were joined before and are not after, in order."""
    losses = []
    for origin in sorted(origins):
        gone = (nx.descendants(before, origin) - nx.descendants(after, origin)) & set(to)
        losses += [Loss(origin, destination) for destination in sorted(gone)]
    return losses


def busiest_places(graph: nx.MultiDiGraph, most: int, samples: int, seed: int) -> list[tuple[str, float]]:
    """
    Return the places most shortest chains of services lead over, with their betweenness centrality.

    Parameters
    ----------
    graph
        Of `service_graph`.
    most
        Number of places to return.
    samples
        Number of places the estimate starts from.
    seed
        Of their choice.
    """
    simple = nx.DiGraph(graph)
    centrality = nx.betweenness_centrality(simple, k=min(samples, len(simple)), seed=seed)
    return sorted(centrality.items(), key=lambda item: (-item[1], item[0]))[:most]


def fewest_services(
    graph: nx.MultiDiGraph, origins: Iterable[str], destinations: Iterable[str]
) -> list[tuple[str, str]]:
    """
    Return a smallest set of links whose loss parts two regions: a minimum cut that counts services.

    Each pair of places weighs as many units as services join it.
    """
    network = nx.DiGraph()
    for origin, destination in graph.edges():
        units = network.get_edge_data(origin, destination, {"capacity": 0})["capacity"]
        network.add_edge(origin, destination, capacity=units + 1)
    for origin in origins:
        network.add_edge(SOURCE, origin)
    for destination in destinations:
        network.add_edge(destination, SINK)
    _, (here, there) = nx.minimum_cut(network, SOURCE, SINK)
    return sorted((a, b) for a, b in network.edges() if a in here and b in there)
