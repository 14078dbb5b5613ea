"""The graph of a model: nodes, their order, their evaluation, and the check of their units."""

from mcfrontier.graph.evaluate import evaluate
from mcfrontier.graph.node import Node, alias_node, node, nodes_of
from mcfrontier.graph.order import computable, order
from mcfrontier.graph.unitcheck import check_units

__all__ = ["Node", "alias_node", "check_units", "computable", "evaluate", "node", "nodes_of", "order"]
